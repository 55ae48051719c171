"""Lists of change requests, a new one, and alike ones decided at once."""

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.access import PageVisit
from api.shapes import Key
from api.web.exports import Format, Listed, export
from api.web.render import page
from changes import checks as known_checks
from changes import requests
from changes.approving import batches
from changes.models import ChangeRequest
from changes.plans import Rollout
from changes.requests import Kind, Wanted, Window
from changes.states import State
from core.errors import InvalidInput
from drift.noise import decisions
from inventory.devices import by_hostname

router = APIRouter(include_in_schema=False)
LIMIT = 50
COLUMNS: Mapping[str, Callable[[ChangeRequest], object]] = {
    "change": lambda row: f"C{row.id}", "title": lambda row: row.title,
    "state": lambda row: row.state, "kind": lambda row: row.kind,
    "devices": lambda row: " ".join(one.hostname for one in row.targets),
    "asked_by": lambda row: row.requested_by.username, "asked_at": lambda row: row.requested_at,
    "reason": lambda row: row.reason, "window_start": lambda row: row.window_start,
    "window_end": lambda row: row.window_end, "closed_at": lambda row: row.closed_at,
    "outcome": lambda row: row.outcome, "digest": lambda row: row.digest,
}  # fmt: skip
KINDS: Mapping[str, Kind] = {"normal": "normal", "emergency": "emergency"}


@router.get("/changes")
def list_changes(
    request: Request, visit: PageVisit, state: str = "", after: int = 0, as_format: Format = ""
) -> Response:
    if as_format:
        return export(request, visit, _listed(state), {"state": state})
    found = requests.list_changes(visit.ctx, state=state or None, after=after or None, limit=LIMIT)
    more = found[-1].id if len(found) == LIMIT else 0
    masks = decisions.awaited(visit.ctx) if state == State.PROPOSED else 0
    return page("changes.html", visit, changes=found, state=state, masks=masks, more=more)


def _listed(state: str) -> Listed[ChangeRequest]:
    return Listed(
        name="changes", columns=COLUMNS, place=lambda row: row.id,
        read=lambda ctx, after, limit: requests.list_changes(
            ctx, state=state or None, after=None if after is None else int(after), limit=limit
        ),
    )  # fmt: skip


@router.get("/changes/new")
def new(visit: PageVisit, devices: str = "") -> Response:
    visit.ctx.require("change.request")
    return page("change_new.html", visit, devices=devices, kinds=KINDS, checks=known_checks.KINDS)


@router.post("/changes")
def request_change(  # noqa: PLR0913 - a request's parts
    visit: PageVisit, *, devices: Annotated[str, Form()], lines: Annotated[str, Form()],
    title: Annotated[str, Form()], reason: Annotated[str, Form()],
    kind: Annotated[str, Form()] = "normal", start: Annotated[str, Form()] = "",
    end: Annotated[str, Form()] = "", canary: Annotated[str, Form()] = "",
    size: Annotated[int, Form()] = 50, may_fail: Annotated[int, Form()] = 0,
    checks: Annotated[tuple[str, ...], Form()] = (),
) -> Response:  # fmt: skip
    """Request that the same lines are typed on devices; hostnames with spaces between."""
    hostnames = devices.split()
    if not hostnames:
        raise InvalidInput("Name at least one device.", field="devices")
    wanted = Wanted(
        title=title, reason=reason, kind=_kind(kind), window=window_of(start, end),
        rollout=Rollout(canary=_count(canary), size=size, may_fail=may_fail),
        checks=known_checks.chosen(checks),
    )  # fmt: skip
    typed = lines.splitlines()
    targets = {by_hostname(visit.ctx, name).id: typed for name in dict.fromkeys(hostnames)}
    change = requests.request_lines(visit.ctx, targets, wanted)
    return RedirectResponse(f"/changes/{change.id}", status_code=HTTPStatus.SEE_OTHER)


@router.get("/changes/{change_id}/alike")
def show_alike(visit: PageVisit, change_id: Key) -> Response:
    found = batches.alike(visit.ctx, change_id)
    return page("changes_alike.html", visit, changes=found, decided={})


@router.post("/changes/{change_id}/alike")
def approve_alike(
    visit: PageVisit, change_id: Key, vote: Annotated[list[str], Form()],
    note: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Approve the ticked ones, each by the digest that was shown."""
    found = batches.alike(visit.ctx, change_id)
    done = batches.approve_all(visit.ctx, [_pair(one) for one in vote], note=note)
    decided = {one.change_id: one for one in done}
    return page("changes_alike.html", visit, changes=found, decided=decided)


def window_of(start: str, end: str) -> Window | None:
    """A window from two fields of a form, in UTC; None where both are empty."""
    if not start and not end:
        return None
    if not start or not end:
        raise InvalidInput("A window has both a start and an end.", field="end")
    try:
        times = [datetime.fromisoformat(one) for one in (start, end)]
    except ValueError as error:
        raise InvalidInput("A time is written as 2026-12-01 22:00, in UTC.") from error
    first, last = (one.replace(tzinfo=one.tzinfo or ZoneInfo("UTC")) for one in times)
    return first, last


def _kind(told: str) -> Kind:
    if told in KINDS:
        return KINDS[told]
    raise InvalidInput(f"A change requested here is {' or '.join(KINDS)}.", field="kind")


def _count(told: str) -> int | None:
    if told and not told.isdecimal():
        raise InvalidInput(f"{told!r} is no number of devices.", field="canary")
    return int(told) if told else None


def _pair(told: str) -> tuple[int, str]:
    key, _, digest = told.partition("=")
    if not key.isdecimal() or not digest:
        raise InvalidInput("The form is not the one that was shown; load the page again.")
    return int(key), digest
