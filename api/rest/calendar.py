"""The calendar over REST: windows, freezes, exceptions, conflicts, openings, and the feed."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, Field, NaiveDatetime

from api.access import Ctx
from api.feed import calendar_answer
from api.pages import After, Limit, Page, page_of, page_within
from api.shapes import Body, Key, Note, Number, OfRow, Reason, Text
from changes import requests
from changes.calendar import Conflict, conflicts, conflicts_of, exceptions, next_opening, series
from changes.calendar.agenda import Entry, agenda
from changes.calendar.models import ChangeWindow, Freeze, FreezeException
from changes.calendar.recurrence import Recurrence
from changes.calendar.series import Held, Place, Planned
from changes.calendar.spans import Span
from core.errors import InvalidInput

router = APIRouter(tags=["calendar"])
MINUTES = 527_040  # of a leap year
FORTNIGHT = timedelta(days=14)

Kind = Literal["standard", "normal", "emergency", "commission", "decommission"]
Devices = Annotated[list[Number], Query(max_length=1000, description="Repeat it for each.")]
Minutes = Annotated[int, Field(ge=1, le=MINUTES)]


class SeriesIn(Body):
    """`starts`, `also` and `but` are local times in `zone`; `rule` is an RRULE of RFC 5545.

    It holds for the devices, or the site, or the unit and those below, or the whole organization.
    """

    name: Text
    starts: NaiveDatetime
    zone: Text
    minutes: Minutes
    rule: Text = ""
    also: list[NaiveDatetime] = Field(default_factory=list, max_length=1000)
    but: list[NaiveDatetime] = Field(default_factory=list, max_length=1000)
    unit_id: Number | None = None
    site_id: Number | None = None
    device_ids: list[Number] = Field(default_factory=list, max_length=1000)
    kinds: list[Kind] = Field(default_factory=list)
    reason: Text = ""
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None

    def planned(self) -> Planned:
        return Planned(
            name=self.name, kinds=tuple(self.kinds), reason=self.reason,
            place=Place(
                unit_id=self.unit_id, site_id=self.site_id, device_ids=tuple(self.device_ids)
            ),
            recurrence=Recurrence(
                starts=self.starts, zone=self.zone, lasting=timedelta(minutes=self.minutes),
                rule=self.rule, also=tuple(self.also), but=tuple(self.but),
            ),
            valid_from=self.valid_from, valid_until=self.valid_until,
        )  # fmt: skip


class SeriesOut(OfRow):
    """`kinds` are those a window lets through (none: all), or a freeze exempts."""

    id: int
    name: str
    reason: str
    unit_id: int | None
    site_id: int | None
    device_ids: list[int]
    starts: str
    zone: str
    lasting_seconds: int
    rule: str
    also: list[str]
    but: list[str]
    kinds: list[str]
    valid_from: datetime | None
    valid_until: datetime | None
    over_at: datetime
    created_at: datetime
    created_by_id: int | None
    ended_at: datetime | None
    end_reason: str


class EntryOut(BaseModel):
    """A window, freeze or change from `start` to `end`, or a schedule that fires at `start`."""

    kind: str
    id: int
    title: str
    start: datetime
    end: datetime
    note: str
    state: str


class ConflictOut(OfRow):
    """`forbids`: it must not run then; else it is a warning."""

    kind: str
    words: str
    change_id: int | None
    freeze_id: int | None
    forbids: bool


class OpeningOut(BaseModel):
    start: datetime
    end: datetime


class ExceptionIn(Reason):
    freeze_id: Number


class DecisionIn(Note):
    """Of exactly the plan with this digest."""

    digest: Text


class ExceptionOut(OfRow):
    """`standing` is `void` where the plan changed since it was asked for."""

    id: int
    freeze_id: int
    change_id: int
    digest: str
    reason: str
    standing: str
    asked_by_id: int
    asked_at: datetime
    decided_by_id: int | None
    decided_at: datetime | None
    note: str


@router.get("/calendar")
def get_calendar(
    ctx: Ctx, since: AwareDatetime | None = None, until: AwareDatetime | None = None,
    site: str | None = None,
) -> list[EntryOut]:  # fmt: skip
    """What happens from now or `since` on, for two weeks or `until` at most 100 days later."""
    start = since or ctx.now()
    frame = Span(start, until or start + FORTNIGHT)
    return [_entry(one) for one in agenda(ctx, frame, site=site)]


@router.get("/calendar.ics", response_class=Response)
def get_feed(ctx: Ctx) -> Response:
    """The same as iCalendar; calendar programs read `/calendar.ics?token=` with a feed's token."""
    return calendar_answer(ctx)


@router.get("/calendar/conflicts")
def find_conflicts(
    ctx: Ctx, device_ids: Devices = [],  # noqa: B006 - FastAPI's form of a repeated parameter
    start: AwareDatetime | None = None, end: AwareDatetime | None = None,
    kind: Kind = "normal", *, window_required: bool = False,
) -> list[ConflictOut]:  # fmt: skip
    """What stands against changing these devices at that time; without one, at once."""
    if (start is None) is not (end is None) or (start and end and end <= start):
        raise InvalidInput("A window has a start and a later end.", field="end")
    window = (start, end) if start and end else None
    found = conflicts(ctx, device_ids, window, kind=kind, window_required=window_required)
    return [_conflict(one) for one in found]


@router.get("/changes/{change_id}/conflicts")
def conflicts_of_change(change_id: Key, ctx: Ctx) -> list[ConflictOut]:
    """What stands against the change in its window."""
    return [_conflict(one) for one in conflicts_of(ctx, requests.get_change(ctx, change_id))]


@router.get("/calendar/opening")
def find_opening(
    ctx: Ctx, device_ids: Devices = [],  # noqa: B006
    minutes: Annotated[int, Query(ge=1, le=MINUTES)] = 60,
    after: AwareDatetime | None = None, kind: Kind = "normal",
) -> OpeningOut | None:  # fmt: skip
    """When all these devices may be changed next for so long; null: not within a year."""
    found = next_opening(
        ctx, device_ids, after=after or ctx.now(), lasting=timedelta(minutes=minutes), kind=kind
    )
    return OpeningOut(start=found[0], end=found[1]) if found else None


@router.get("/calendar/windows")
def list_windows(
    ctx: Ctx, limit: Limit = 50, after: After = None, site: str | None = None, *,
    ended: bool = False,
) -> Page[SeriesOut]:  # fmt: skip
    rows = series.listing(ctx, ChangeWindow, ended=ended, site=site)
    return page_within(rows, _series, lambda row: row.id, after=after, limit=limit)


@router.post("/calendar/windows", status_code=201)
def add_window(body: SeriesIn, ctx: Ctx) -> SeriesOut:
    return _series(series.add(ctx, ChangeWindow, body.planned()))


@router.get("/calendar/windows/{window_id}")
def get_window(window_id: Key, ctx: Ctx) -> SeriesOut:
    return _series(series.one(ctx, ChangeWindow, window_id))


@router.post("/calendar/windows/{window_id}/removal", status_code=201)
def remove_window(window_id: Key, body: Reason, ctx: Ctx) -> SeriesOut:
    """It opens no more from now on; it stays readable."""
    return _series(series.end(ctx, ChangeWindow, window_id, reason=body.reason))


@router.get("/calendar/freezes")
def list_freezes(
    ctx: Ctx, limit: Limit = 50, after: After = None, site: str | None = None, *,
    ended: bool = False,
) -> Page[SeriesOut]:  # fmt: skip
    rows = series.listing(ctx, Freeze, ended=ended, site=site)
    return page_within(rows, _series, lambda row: row.id, after=after, limit=limit)


@router.post("/calendar/freezes", status_code=201)
def add_freeze(body: SeriesIn, ctx: Ctx) -> SeriesOut:
    """A time in which nothing is changed, except changes of these kinds."""
    return _series(series.add(ctx, Freeze, body.planned()))


@router.get("/calendar/freezes/{freeze_id}")
def get_freeze(freeze_id: Key, ctx: Ctx) -> SeriesOut:
    return _series(series.one(ctx, Freeze, freeze_id))


@router.post("/calendar/freezes/{freeze_id}/lifting", status_code=201)
def lift_freeze(freeze_id: Key, body: Reason, ctx: Ctx) -> SeriesOut:
    return _series(series.end(ctx, Freeze, freeze_id, reason=body.reason))


@router.get("/freeze-exceptions")
def list_exceptions(
    ctx: Ctx, limit: Limit = 50, after: After = None,
    state: Literal["asked", "approved", "rejected", "void", "any"] = "any",
) -> Page[ExceptionOut]:  # fmt: skip
    wanted = None if state == "any" else state
    rows = exceptions.listing(ctx, state=wanted, after=after, limit=limit)
    return page_of(rows, _exception, lambda row: row.id, limit=limit)


@router.post("/changes/{change_id}/freeze-exceptions", status_code=201)
def ask_for_exception(change_id: Key, body: ExceptionIn, ctx: Ctx) -> ExceptionOut:
    """Ask that the change's present plan may run in a freeze."""
    return _exception(exceptions.ask(ctx, change_id, body.freeze_id, reason=body.reason))


@router.post("/freeze-exceptions/{exception_id}/approval", status_code=201)
def approve_exception(exception_id: Key, body: DecisionIn, ctx: Ctx) -> ExceptionOut:
    return _exception(
        exceptions.approve(ctx, exception_id, digest=body.digest, note=body.note)
    )  # fmt: skip


@router.post("/freeze-exceptions/{exception_id}/rejection", status_code=201)
def reject_exception(exception_id: Key, body: DecisionIn, ctx: Ctx) -> ExceptionOut:
    return _exception(
        exceptions.reject(ctx, exception_id, digest=body.digest, note=body.note)
    )  # fmt: skip


def _entry(one: Entry) -> EntryOut:
    return EntryOut(
        kind=one.kind, id=one.number, title=one.title, start=one.span.start, end=one.span.end,
        note=one.note, state=one.state,
    )  # fmt: skip


def _series(row: Held) -> SeriesOut:
    return SeriesOut.of(row)


def _exception(row: FreezeException) -> ExceptionOut:
    return ExceptionOut.of(row)


def _conflict(one: Conflict) -> ConflictOut:
    return ConflictOut.of(one)
