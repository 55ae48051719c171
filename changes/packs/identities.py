"""Who the persons in a pack's records are, opened by their salts. Reads only."""

from collections.abc import Collection

import rfc8785
from sqlalchemy import select

from core.audit import Fact
from core.context import Context
from core.evidence.statements import moment
from core.identities import PersonIdentity

NAME = "persons.json"


def persons(ctx: Context, commitments: Collection[str]) -> tuple[bytes, int, int]:
    """The file about these persons; how many of them were erased, and how many are not known."""
    wanted = sorted(bytes.fromhex(one) for one in commitments)
    query = select(PersonIdentity).where(PersonIdentity.commitment.in_(wanted))
    rows = sorted(ctx.session.scalars(query), key=lambda row: row.commitment)
    erased = sum(row.erased_at is not None for row in rows)
    return rfc8785.dumps([_opened(row) for row in rows]), erased, len(wanted) - len(rows)


def _opened(row: PersonIdentity) -> dict[str, Fact]:
    commitment = row.commitment.hex()
    if row.salt is None:
        at = moment(row.erased_at) if row.erased_at else None
        return {"commitment": commitment, "erased_at": at}
    return {
        "commitment": commitment, "salt": row.salt.hex(), "username": row.username,
        "name": row.name,
    }  # fmt: skip
