"""Versions of a device's configuration, and since when and by which change its lines stand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.access import PageVisit
from api.shapes import LARGEST, Key
from api.web.render import page
from changes.causes import causes
from core.context import Context
from core.errors import InvalidInput
from inventory import devices, snapshots
from inventory.snapshot_models import Snapshot
from inventory.store import history
from inventory.store.history import BlamedLine

router = APIRouter(include_in_schema=False)
LIMIT = 50
LINES = 2000  # of a page
HEAD = 6  # lines of a long run that are shown; the rest is folded
FOLDED = 500  # lines at most that one click unfolds
Origin = Literal["", "by_change", "unexplained", "from_start"]
After = Annotated[int, Query(ge=0, le=LARGEST)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Lines after one another that came with the same snapshot; `folds` are shown on demand."""

    first: BlamedLine
    origin: Origin
    shown: Sequence[BlamedLine]
    folds: Sequence[Sequence[BlamedLine]]


@router.get("/devices/{device_id}/snapshots")
def list_versions(visit: PageVisit, device_id: Key, left: After = 0, after: After = 0) -> Response:
    """All that was observed of a device, the newest first, to compare any two of it."""
    ctx = visit.ctx
    device = devices.get_device(ctx, device_id)
    ctx.require("snapshot.read", device)
    found = snapshots.list_snapshots(ctx, device_id=device_id, before=after or None, limit=LIMIT)
    return page(
        "versions.html", visit, device=device, versions=found,
        causes=causes(ctx, [one.id for one in found]),
        left=snapshots.get_snapshot(ctx, left) if left else None,
        before={one.id: _before(found, one) for one in found}, paging=after,
        more=found[-1].id if len(found) == LIMIT else 0,
    )  # fmt: skip


@router.get("/snapshots/{snapshot_id}/blame")
def blame(
    visit: PageVisit, snapshot_id: Key, section: str = "", line: str = "", origin: Origin = "",
    after: After = 0,
) -> Response:  # fmt: skip
    """`after` is the number of the last line already seen."""
    ctx = visit.ctx
    snapshot = snapshots.get_snapshot(ctx, snapshot_id)
    lines, refused = list[BlamedLine](), ""
    try:
        lines += history.blame(
            ctx, snapshot.device_id, snapshot_id=snapshot_id, line=line or None,
            section=section or None, causes=causes,
        )  # fmt: skip
    except InvalidInput as error:
        refused = error.message
    first = _first(ctx, snapshot, lines)
    wanted = [one for one in lines if origin in {"", _origin(one, first)}]
    left = [one for one in wanted if one.number > after]
    return page(
        "blame.html", visit, snapshot=snapshot, section=section, line=line, origin=origin,
        runs=[_run(run, first) for run in _runs(left[:LINES])],
        refused=refused, lines=len(lines), wanted=len(wanted), shown=len(left[:LINES]),
        more=left[LINES - 1].number if len(left) > LINES else 0, paging=after,
    )  # fmt: skip


def _before(found: Sequence[Snapshot], one: Snapshot) -> int:
    """The snapshot of the same source before this one, 0 where this page has none."""
    return next((old.id for old in found if old.id < one.id and old.source == one.source), 0)


def _first(ctx: Context, snapshot: Snapshot, lines: Sequence[BlamedLine]) -> int:
    """The snapshot with which observation began, 0 where none of the lines is so old."""
    oldest = min((one.snapshot_id for one in lines), default=0)
    older = snapshots.list_snapshots(
        ctx, device_id=snapshot.device_id, source="running", before=oldest, limit=LIMIT
    )
    return 0 if any(one.trusted for one in older) else oldest


def _origin(line: BlamedLine, first: int) -> Origin:
    if line.cause:
        return "by_change"
    return "from_start" if line.snapshot_id == first and not line.at_latest else "unexplained"


def _runs(lines: Sequence[BlamedLine]) -> Iterator[list[BlamedLine]]:
    """Lines that follow one another and came with the same snapshot."""
    for _, run in groupby(
        enumerate(lines),
        key=lambda one: (one[1].snapshot_id, one[1].at_latest, one[1].number - one[0]),
    ):
        yield [line for _, line in run]


def _run(lines: Sequence[BlamedLine], first: int) -> Run:
    """A run that is little longer than what is shown of it is shown whole."""
    head = len(lines) if len(lines) <= 2 * HEAD else HEAD
    rest = lines[head:]
    return Run(
        first=lines[0], origin=_origin(lines[0], first), shown=lines[:head],
        folds=[rest[start : start + FOLDED] for start in range(0, len(rest), FOLDED)],
    )  # fmt: skip
