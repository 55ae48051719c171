"""States of rows in a pack: what records tell by hash, where the row still says it. Reads only.

Only of changes and their exceptions: whatever alters one of these rows is a record of the pack. A
row of another kind may be altered by what is no part of the pack, and then the same pack made again
would not be the same.
"""

from collections.abc import Collection, Iterator, Sequence
from hashlib import sha256

from sqlalchemy import select

from changes.calendar.models import FreezeException
from changes.models import ChangeRequest
from changes.packs.spool import Spool
from core.context import Context
from core.database import Base
from core.states import document


def add_states(ctx: Context, spool: Spool, changes: Sequence[int], told: Collection[str]) -> None:
    """The documents of these changes whose hashes records tell; the hash is the file's name."""
    kept = set[str]()
    for row in _rows(ctx, changes):
        content = document(row)
        name = sha256(content).hexdigest()
        if name in told and name not in kept:
            kept.add(name)
            spool.add(f"states/{name}.json", content)


def _rows(ctx: Context, changes: Sequence[int]) -> Iterator[Base]:
    for key in sorted(changes):
        yield ctx.get(ChangeRequest, key)
        exceptions = select(FreezeException).where(FreezeException.change_id == key)
        yield from ctx.session.scalars(exceptions.order_by(FreezeException.id))
