"""Check again what witnesses and timestamp authorities gave for our heads. Reads only."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.errors import SettingsError
from core.evidence.anchoring.countersignatures import Unsound, judged
from core.evidence.anchoring.timestamps import (
    TokenForeign,
    TokenRefused,
    TokenUntrusted,
    Trust,
    token_in,
    trust_of,
)
from core.evidence.breaks import Broken, Kind, Point
from core.evidence.models import Anchor, Head, Key
from core.evidence.signatures import statement_of_head
from core.settings import Settings

WITNESS, AUTHORITY = "witness:", "rfc3161:"
"""How the names of these targets begin."""
SHOWN = 20
"""Faults of receipts that are told one by one."""


def receipts(
    session: Session, settings: Settings, keys: Sequence[Key], *, since: int = 0
) -> tuple[list[Point], list[Broken]]:
    """The heads that sound countersignatures tell, and what is wrong with other receipts.

    Looks at receipts for heads of at least `since` records.
    """
    points, broken = list[Point](), list[Broken]()
    for found in _judged(session, settings, keys, since):
        if isinstance(found, Point):
            points.append(found)
        elif len(broken) < SHOWN:
            broken.append(found)
    return points, broken


def _judged(
    session: Session, settings: Settings, keys: Sequence[Key], since: int
) -> Iterator[Point | Broken]:
    kept = or_(Anchor.target.startswith(WITNESS), Anchor.target.startswith(AUTHORITY))
    rows = (
        select(Anchor, Head)
        .outerjoin(Head, Head.size == Anchor.size)
        .where(kept, Anchor.size >= since)
        .order_by(Anchor.id)
        .execution_options(populate_existing=True, yield_per=1000)
    )
    if not keys:
        return
    log, trust = keys[0].id, _trust(settings)
    for row, head in session.execute(rows):
        if row.target.startswith(WITNESS):
            yield _countersigned(row, log, settings.audit_witness_key)
        else:
            yield from _dated(row, head, log, trust)


def _trust(settings: Settings) -> Trust:
    """What kept tokens are checked with; certificates that cannot be read are the doctor's matter.

    The policy was checked when a token came; which one the settings ask for now says nothing of it.
    """
    try:
        return Trust(roots=trust_of(settings).roots)
    except SettingsError:
        return Trust()


def _countersigned(row: Anchor, log: str, named: Collection[str]) -> Point | Broken:
    """The root that a witness saw, or what is wrong with its receipt."""
    told = judged(row.receipt, log=log, size=row.size, named=named)
    if isinstance(told, Unsound):
        return _broken(row, told.kind, told.what)
    return Point(size=told.size, root=told.root, source=f"the countersignature of {row.target}")


def _dated(row: Anchor, head: Head | None, log: str, trust: Trust) -> Iterator[Broken]:
    """What is wrong with an authority's token, or with the head that it dates."""
    if head is None:
        yield _broken(row, "missing", "is there, and the head is not")
        return
    try:
        token_in(row.receipt, statement_of_head(head, log=log).canonical, trust=trust)
    except TokenForeign:
        yield _broken(row, "forked", "dates another head than the one that is there")
    except TokenUntrusted as error:
        yield _broken(row, "wrong_signature", f"is not of whom we trust: {error.message}")
    except TokenRefused as error:
        yield _broken(row, "altered", f"is not sound: {error.message}")


def _broken(row: Anchor, kind: Kind, what: str) -> Broken:
    return Broken(kind=kind, what=f"{row.target}'s receipt for {row.size} records {what}")
