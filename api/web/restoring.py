"""Back to a stored version, and secrets replaced: what it would do, then the request for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import RedirectResponse, Response

from api.access import PageVisit
from api.shapes import LARGEST, Key
from api.web.change_sight import declared
from api.web.changes import window_of
from api.web.render import page
from changes import restoring
from changes.plans import TargetPlan
from changes.requests import Wanted
from changes.sealed import PLACE
from core.context import Context
from core.errors import TrimtabError
from inventory import devices, snapshots
from inventory.unsealing import marks_in

router = APIRouter(include_in_schema=False)
Words = Annotated[str, Form(max_length=2000)]
LongWords = Annotated[str, Form(max_length=100_000)]
Patterns = Annotated[str, Query(max_length=50_000)]
Typed = Annotated[str, Query(max_length=10_000)]
DeviceId = Annotated[int, Query(ge=0, le=LARGEST)]
SHOWN = 200  # lines with secrets that are offered


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A line that holds a secret, and what to type with a new one: its sections and itself."""

    line: str
    typed: str


@router.get("/snapshots/{snapshot_id}/restore")
def offer_restore(visit: PageVisit, snapshot_id: Key, sections: Patterns = "") -> Response:
    """What going back to this version would do now, of the whole or of these sections."""
    ctx = visit.ctx
    snapshot = snapshots.get_snapshot(ctx, snapshot_id)
    ctx.require("change.request", snapshot.device)
    target, refused = _tried(ctx, snapshot_id, _patterns(sections))
    return page(
        "restore.html", visit, snapshot=snapshot, sections=sections, target=target,
        lines=declared(target) if target else (), refused=refused,
    )  # fmt: skip


@router.post("/snapshots/{snapshot_id}/restore")
def request_restore(
    visit: PageVisit, snapshot_id: Key, title: Words, reason: Words, sections: LongWords = "",
    start: Words = "", end: Words = "",
) -> Response:  # fmt: skip
    wanted = Wanted(title=title, reason=reason, window=window_of(start, end))
    change = restoring.request_restore(visit.ctx, snapshot_id, wanted, sections=_patterns(sections))
    return _to(change.id)


@router.get("/rotations/new")
def offer_rotation(visit: PageVisit, device: DeviceId = 0, lines: Typed = "") -> Response:
    """The form; of a device, with the lines of it that hold a secret."""
    ctx = visit.ctx
    ctx.require("change.request")
    row = devices.get_device(ctx, device) if device else None
    latest = snapshots.latest(ctx, device) if row else None
    text = snapshots.text_of(ctx, latest.digest) if latest else ""
    return page(
        "rotation_new.html", visit, device=row, typed=lines, place=PLACE,
        holding=[one for one, _ in zip(_holding(text), range(SHOWN), strict=False)],
    )  # fmt: skip


@router.post("/rotations")
def request_rotation(
    visit: PageVisit, hostnames: Words, lines: LongWords, reference: Words, title: Words,
    reason: Words, start: Words = "", end: Words = "",
) -> Response:  # fmt: skip
    """Request that the secret in these lines is replaced on devices; hostnames with spaces."""
    ctx, typed = visit.ctx, lines.splitlines()
    names = dict.fromkeys(hostnames.split())
    targets = {devices.by_hostname(ctx, name).id: typed for name in names}
    wanted = Wanted(title=title, reason=reason, window=window_of(start, end))
    return _to(restoring.request_rotation(ctx, targets, wanted, reference=reference.strip()).id)


def _tried(
    ctx: Context, snapshot_id: int, sections: Sequence[str]
) -> tuple[TargetPlan | None, str]:
    """The plan as a request would make it now, or why there is none."""
    try:
        return restoring.restored(ctx, snapshot_id, sections), ""
    except TrimtabError as error:
        return None, error.message


def _patterns(told: str) -> list[str]:
    return [line.strip() for line in told.splitlines() if line.strip()]


def _holding(text: str) -> Iterator[Holding]:
    """The lines with one secret each, as they would be typed; by indentation."""
    above: list[tuple[int, str]] = []
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip())
        while above and above[-1][0] >= depth:
            above.pop()
        marks = marks_in([line])
        if len(marks) == 1:
            [mark] = marks
            yield Holding(
                line=line,
                typed="\n".join([*(one for _, one in above), line.replace(mark, PLACE)]),
            )
        above.append((depth, line))


def _to(change_id: int) -> Response:
    return RedirectResponse(f"/changes/{change_id}", status_code=HTTPStatus.SEE_OTHER)
