"""The history of configurations over REST: search the current ones, and blame of a device's."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.access import Ctx
from api.shapes import Key, Number, OfRow, Text
from changes.causes import causes
from inventory.store import history, search
from inventory.store.patterns import LONGEST, How
from inventory.store.search import MOST, Hit, Where

router = APIRouter(tags=["snapshots"])

Pattern = Annotated[str, Query(max_length=LONGEST)]
Hits = Annotated[int, Query(ge=1, le=MOST)]


class HitOut(OfRow):
    """A line that fits; `number` counts from 1, `section` is what stands above it."""

    device_id: int
    hostname: str
    site: str
    platform: str
    snapshot_id: int
    number: int
    line: str
    section: list[str]


class FoundOut(BaseModel):
    """`ended` is `all` when every configuration was searched, else the limit that was met."""

    hits: list[HitOut]
    searched: int
    ended: Literal["all", "hits", "time"]


class PersonOut(OfRow):
    name: str
    email: str


class CauseOut(OfRow):
    """The change whose effect this was."""

    change_id: int
    title: str
    requested_by: PersonOut
    approved_by: list[PersonOut]


class LineOut(OfRow):
    """Since when and by what a line stands there; `at_latest`: it may have come earlier."""

    number: int
    text: str
    section: list[str]
    snapshot_id: int
    since: datetime
    at_latest: bool
    cause: CauseOut | None


@router.get("/snapshots/search")
def search_current(
    ctx: Ctx, pattern: Pattern = "", how: How = "literal", platform: Text | None = None,
    site: Text | None = None, unit: Text | None = None, limit: Hits = 200,
) -> FoundOut:  # fmt: skip
    """Search the current configurations; regular expressions are RE2's."""
    found = search.search(
        ctx, pattern, how=how, limit=limit, where=Where(platform=platform, site=site, unit=unit)
    )
    return FoundOut(
        hits=[_hit(one) for one in found.hits], searched=found.searched, ended=found.ended
    )


@router.get("/devices/{device_id}/blame")
def blame(
    device_id: Key, ctx: Ctx, line: Text | None = None, section: Text | None = None,
    snapshot_id: Number | None = None,
) -> list[LineOut]:  # fmt: skip
    """Since when and by which change each line stands there: now, or in an older snapshot."""
    found = history.blame(
        ctx, device_id, line=line, section=section, snapshot_id=snapshot_id, causes=causes
    )
    return [LineOut.of(one) for one in found]


def _hit(hit: Hit) -> HitOut:
    return HitOut(
        device_id=hit.device_id, hostname=hit.hostname, site=hit.site, platform=hit.platform,
        snapshot_id=hit.snapshot_id, number=hit.place.number, line=hit.place.line,
        section=list(hit.place.section),
    )  # fmt: skip
