"""The calendar as pages: months, weeks, what comes next; windows, freezes and their exceptions."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import RedirectResponse, Response

from api.access import PageVisit, Visit
from api.shapes import LARGEST, Key
from api.web.calendar_days import View, frame_of, sheet, weeks
from api.web.render import page
from changes.calendar import editing, exceptions, series
from changes.calendar.agenda import agenda, conflicts_in, place_words
from changes.calendar.feed import PATH, open_feed
from changes.calendar.models import KINDS, ChangeWindow, Freeze
from changes.calendar.recurrence import Recurrence, zone_of
from changes.calendar.series import EVERYWHERE, Held, Place, Planned
from changes.calendar.spans import Span
from core.context import Context
from core.errors import InvalidInput
from inventory import sites
from operations.triggers import seconds_of
from organization import units

router = APIRouter(include_in_schema=False)
Words = Annotated[str, Form()]
Several = Annotated[tuple[str, ...], Form()]
YEARS = range(1990, 2200)
AHEAD = timedelta(days=92)
LISTED = 10  # openings told of a window
SAME = "same"  # the place of the one that is edited


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The form of a window or freeze."""

    name: Words
    starts: Words
    zone: Words
    lasting: Words
    rule: Words = ""
    place: Words = ""
    kinds: Several = ()
    reason: Words = ""

    def planned(self, ctx: Context) -> Planned:
        return Planned(
            name=self.name, place=_place(ctx, self.place), kinds=self.kinds, reason=self.reason,
            recurrence=_recurrence(self.starts, self.zone, self.lasting, self.rule),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit(Asked):
    """The form of one that is edited; `also` and `but` are local times with spaces between."""

    why: Words
    also: Words = ""
    but: Words = ""

    def edited(self, ctx: Context, row: Held) -> Planned:
        now = series.planned_of(row)
        times = _recurrence(self.starts, self.zone, self.lasting, self.rule)
        return replace(
            now, name=self.name, kinds=self.kinds, reason=self.reason,
            place=now.place if self.place == SAME else _place(ctx, self.place),
            recurrence=replace(times, also=_times(self.also), but=_times(self.but)),
        )  # fmt: skip


AskedFor = Annotated[Asked, Depends(Asked)]
EditFor = Annotated[Edit, Depends(Edit)]


@router.get("/calendar")
def show_calendar(
    visit: PageVisit, view: View = "month", day: date | None = None, site: str = "",
    zone: str = "UTC",
) -> Response:  # fmt: skip
    ctx = visit.ctx
    local = zone_of(zone)
    shown_day = day or ctx.now().astimezone(local).date()
    if shown_day.year not in YEARS:
        raise InvalidInput(f"The calendar reaches from {YEARS[0]} to {YEARS[-1]}.", field="day")
    shown = sheet(view, shown_day)
    frame = frame_of(shown, local)
    entries = agenda(ctx, frame, site=site or None)
    return page(
        "calendar.html", visit, view=view, day=shown_day, site=site, zone=zone, sheet=shown,
        weeks=weeks(shown, entries, local, now=ctx.now()), zones=_zones(ctx, zone),
        sites=[one.code for one in sites.list_sites(ctx)],
        conflicts=conflicts_in(ctx, frame, site=site or None),
        asked=exceptions.listing(ctx, state="asked"),
    )  # fmt: skip


@router.get("/calendar/plan")
def show_plan(visit: PageVisit) -> Response:
    """All windows and freezes, and the forms that make them."""
    return _plan(visit, feed="")


@router.post("/calendar/windows")
def add_window(visit: PageVisit, asked: AskedFor) -> Response:
    row = series.add(visit.ctx, ChangeWindow, asked.planned(visit.ctx))
    return _to(f"/calendar/windows/{row.id}")


@router.post("/calendar/freezes")
def add_freeze(visit: PageVisit, asked: AskedFor) -> Response:
    row = series.add(visit.ctx, Freeze, asked.planned(visit.ctx))
    return _to(f"/calendar/freezes/{row.id}")


@router.get("/calendar/windows/{window_id}")
def show_window(visit: PageVisit, window_id: Key) -> Response:
    return _shown(visit, series.one(visit.ctx, ChangeWindow, window_id), "windows")


@router.get("/calendar/freezes/{freeze_id}")
def show_freeze(visit: PageVisit, freeze_id: Key) -> Response:
    return _shown(visit, series.one(visit.ctx, Freeze, freeze_id), "freezes")


@router.post("/calendar/windows/{window_id}/edit")
def edit_window(visit: PageVisit, window_id: Key, asked: EditFor) -> Response:
    planned = asked.edited(visit.ctx, series.one(visit.ctx, ChangeWindow, window_id))
    editing.edit(visit.ctx, ChangeWindow, window_id, planned, reason=asked.why)
    return _to(f"/calendar/windows/{window_id}")


@router.post("/calendar/freezes/{freeze_id}/edit")
def edit_freeze(visit: PageVisit, freeze_id: Key, asked: EditFor) -> Response:
    planned = asked.edited(visit.ctx, series.one(visit.ctx, Freeze, freeze_id))
    editing.edit(visit.ctx, Freeze, freeze_id, planned, reason=asked.why)
    return _to(f"/calendar/freezes/{freeze_id}")


@router.post("/calendar/windows/{window_id}/removal")
def remove_window(visit: PageVisit, window_id: Key, reason: Words) -> Response:
    series.end(visit.ctx, ChangeWindow, window_id, reason=reason)
    return _to(f"/calendar/windows/{window_id}")


@router.post("/calendar/freezes/{freeze_id}/lifting")
def lift_freeze(visit: PageVisit, freeze_id: Key, reason: Words) -> Response:
    series.end(visit.ctx, Freeze, freeze_id, reason=reason)
    return _to(f"/calendar/freezes/{freeze_id}")


@router.post("/calendar/freezes/{freeze_id}/exceptions")
def ask_for_exception(
    visit: PageVisit, freeze_id: Key, change_id: Annotated[int, Form(ge=1, le=LARGEST)],
    reason: Words,
) -> Response:  # fmt: skip
    exceptions.ask(visit.ctx, change_id, freeze_id, reason=reason)
    return _to(f"/calendar/freezes/{freeze_id}")


@router.post("/freeze-exceptions/{exception_id}/approval")
def approve_exception(
    visit: PageVisit, exception_id: Key, digest: Words, note: Words = ""
) -> Response:
    row = exceptions.approve(visit.ctx, exception_id, digest=digest, note=note)
    return _to(f"/calendar/freezes/{row.freeze_id}")


@router.post("/freeze-exceptions/{exception_id}/rejection")
def reject_exception(
    visit: PageVisit, exception_id: Key, digest: Words, note: Words = ""
) -> Response:
    row = exceptions.reject(visit.ctx, exception_id, digest=digest, note=note)
    return _to(f"/calendar/freezes/{row.freeze_id}")


@router.post("/calendar/feed")
def make_feed(visit: PageVisit, name: Words) -> Response:
    """A feed of one's own; its address is in this one answer."""
    _, token = open_feed(visit.ctx, name=name)
    return _plan(visit, feed=f"{PATH}?token={token}")


def _plan(visit: Visit, *, feed: str) -> Response:
    ctx = visit.ctx
    ctx.require("change.read")
    return page(
        "calendar_plan.html", visit, feed=feed, kinds=KINDS, places=_places(ctx),
        today=ctx.now().date(), place_words=place_words,
        windows=series.listing(ctx, ChangeWindow), freezes=series.listing(ctx, Freeze),
    )  # fmt: skip


def _shown(visit: Visit, row: Held, word: str) -> Response:
    ctx = visit.ctx
    now = ctx.now()
    ahead = Span(now, now + AHEAD)
    mine = ctx.person.person_id
    asked = [one for one in exceptions.listing(ctx, limit=200) if one.freeze_id == row.id]
    local = zone_of(row.zone)
    may_write = ctx.authority.allows(
        ctx.session, ctx.person, "calendar.write", row.governing_unit_id
    )
    return page(
        "calendar_series.html", visit, row=row, word=word, where=place_words(row), mine=mine,
        named=series.devices(ctx, row.device_ids), asked=asked if word == "freezes" else [],
        openings=[(one.start.astimezone(local), one.end.astimezone(local))
                  for one in series.spans_of(row, ahead)[:LISTED]],
        may_write=may_write, over=min(row.over_at, row.life.end) <= now, kinds=KINDS,
        places=_places(ctx) if may_write else [],
    )  # fmt: skip


def _recurrence(starts: str, zone: str, lasting: str, rule: str) -> Recurrence:
    length = timedelta(seconds=seconds_of(lasting))
    begins = _local(starts, field="starts")
    return Recurrence(starts=begins, zone=zone.strip(), lasting=length, rule=rule)


def _times(told: str) -> tuple[datetime, ...]:
    return tuple(_local(one, field="also") for one in told.split())


def _local(told: str, *, field: str) -> datetime:
    try:
        return datetime.fromisoformat(told)
    except ValueError as error:
        raise InvalidInput(
            f"{told!r} is no local time; write one such as 2026-12-01T22:00.", field=field
        ) from error


def _place(ctx: Context, told: str) -> Place:
    """What was chosen of `_places`; nothing is the whole organization."""
    kind, _, code = told.partition(" ")
    if kind == "unit":
        return Place(unit_id=units.by_code(ctx, code).id)
    if kind == "site":
        return Place(site_id=sites.site_by_code(ctx, code).id)
    if told:
        raise InvalidInput(f"{told!r} is no place; choose one of the list.", field="place")
    return EVERYWHERE


def _places(ctx: Context) -> list[str]:
    return [
        *(f"unit {one.code}" for one in units.list_units(ctx)),
        *(f"site {one.code}" for one in sites.list_sites(ctx)),
    ]


def _zones(ctx: Context, chosen: str) -> list[str]:
    """UTC and the zones that windows and freezes are planned in."""
    rows: list[Held] = [*series.listing(ctx, ChangeWindow), *series.listing(ctx, Freeze)]
    return sorted({"UTC", chosen, *(row.zone for row in rows)})


def _to(path: str) -> Response:
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)
