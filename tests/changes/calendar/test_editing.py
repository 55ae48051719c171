"""Windows and freezes are edited from now on; what they were stays, what is hit by it is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from changes.calendar import editing, series
from changes.calendar.errors import InThePast, InvalidRecurrence
from changes.calendar.models import ChangeWindow, Freeze
from changes.calendar.series import Place
from changes.calendar.spans import Span
from core.audit import AuditRecord
from core.errors import Conflict, InvalidInput, NotPermitted
from inventory.models import Device
from operations.models import Event
from tests.changes.calendar.planning import hence, make_freeze, make_window
from tests.conftest import NOON
from tests.factories import make_site

YEAR = Span(NOON - timedelta(days=30), NOON + timedelta(days=365))
WEEKLY = {"starts": "2026-12-01T22:00", "zone": "UTC", "rule": "FREQ=WEEKLY;COUNT=3"}


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def edited(ctx, row, *, why="moved", recurrence=None, **values):
    planned = series.planned_of(row)
    if recurrence:
        planned = replace(planned, recurrence=replace(planned.recurrence, **recurrence))
    return editing.edit(ctx, type(row), row.id, replace(planned, **values), reason=why)


def spans(row):
    return [(one.start, one.end) for one in series.spans_of(row, YEAR)]


def past_of(ctx, row):
    """The rows of what it was."""
    rows = select(type(row)).where(type(row).ended_at.is_not(None), type(row).name == row.name)
    return list(ctx.session.scalars(rows))


def test_a_window_that_never_opened_is_simply_another_one_then(ctx):
    window = make_window(ctx, **WEEKLY)
    edited(ctx, window, name="long nights", recurrence={"lasting": timedelta(hours=6), "rule": ""})
    assert (window.name, spans(window)) == (
        "long nights", [(utc("2026-12-01T22:00"), utc("2026-12-02T04:00"))],
    )  # fmt: skip
    assert past_of(ctx, window) == []


def test_what_has_held_already_stays_as_it_was(ctx, clock):
    window = make_window(ctx, **WEEKLY)
    clock.at = utc("2026-12-05T12:00")
    edited(ctx, window, recurrence={"lasting": timedelta(hours=6)})
    [was] = past_of(ctx, window)
    assert spans(was) == [(utc("2026-12-01T22:00"), utc("2026-12-02T02:00"))]
    assert (was.ended_at, was.end_reason) == (clock.at, "Edited: moved")
    assert spans(window) == [
        (utc("2026-12-08T22:00"), utc("2026-12-09T04:00")),
        (utc("2026-12-15T22:00"), utc("2026-12-16T04:00")),
    ]  # fmt: skip


def test_an_opening_under_way_goes_on_as_the_edited_one_says(ctx, clock):
    window = make_window(ctx, starts="2026-12-01T22:00", zone="UTC", hours=4)
    clock.at = utc("2026-12-01T23:00")
    edited(ctx, window, recurrence={"lasting": timedelta(hours=2)})
    [was] = past_of(ctx, window)
    assert (spans(was), spans(window)) == (
        [(utc("2026-12-01T22:00"), utc("2026-12-01T23:00"))],
        [(utc("2026-12-01T23:00"), utc("2026-12-02T00:00"))],
    )  # fmt: skip


def test_before_and_after_are_recorded(ctx):
    window = make_window(ctx, **WEEKLY, reason="quiet")
    edited(ctx, window, kinds=("normal",), why="as agreed")
    rows = select(AuditRecord).where(
        AuditRecord.action == "window.edited", AuditRecord.subject_id == str(window.id)
    )
    [told] = ctx.session.scalars(rows)
    before, after = told.facts["before"], told.facts["after"]
    assert {name for name in after if after[name] != before[name]} == {"kinds"}
    assert (after["kinds"], told.facts["reason"]) == (["normal"], "as agreed")


@pytest.mark.parametrize(
    ("values", "said", "error"),
    [
        ({"name": "taken"}, "a window taken already", Conflict),
        ({"kinds": ("urgent",)}, "no kind of change", InvalidInput),
        ({"recurrence": {"rule": "FREQ=HOURLY"}}, "FREQ is one of", InvalidRecurrence),
        ({"recurrence": {"starts": datetime(2026, 1, 6), "rule": ""}}, "past", InThePast),  # noqa: DTZ001
        ({}, "is already", InvalidInput),
        ({"name": "other", "why": " "}, "Say why", InvalidInput),
    ],
)
def test_what_makes_no_sense_is_refused(ctx, values, said, error):
    window = make_window(ctx, **WEEKLY)
    make_window(ctx, "taken", **WEEKLY)
    with pytest.raises(error, match=said):
        edited(ctx, window, **values)
    assert "window.edited" not in ctx.recorded


def test_what_is_over_is_not_edited(ctx, clock):
    window, freeze = make_window(ctx, **WEEKLY), make_freeze(ctx)
    series.end(ctx, ChangeWindow, window.id, reason="gone")
    with pytest.raises(Conflict, match="is over"):
        edited(ctx, window, name="again")
    clock.at = utc("2026-12-03T00:00")
    with pytest.raises(Conflict, match="is over"):
        edited(ctx, freeze, name="again")


def test_in_one_unit_nobody_edits_what_holds_elsewhere_or_moves_it_there(office):
    with office.acting("arranger") as ctx:
        elsewhere = Place(site_id=make_site(ctx).id)
        unit = ctx.get(Device, office.ids["r1"]).governing_unit_id
        at = hence(office.clock.at, hours=2)
        theirs = make_window(ctx, f"theirs {unit}", place=elsewhere, **at)
        ours = make_window(ctx, f"ours {unit}", place=Place(unit_id=unit), **at)
    for row, place in ((theirs, Place(unit_id=unit)), (ours, elsewhere)):
        with (
            pytest.raises(NotPermitted, match=r"calendar\.write"),
            office.acting("approver") as ctx,
        ):
            edited(ctx, ctx.get(ChangeWindow, row.id), place=place)


@pytest.fixture
def waiting(office):
    """An approved change of r1 in two hours, within a window of the office."""
    start = (office.clock.at + timedelta(hours=2)).replace(microsecond=0)
    change = office.approved("r1", window=(start, start + timedelta(hours=1)))
    with office.acting("arranger") as ctx:
        unit = ctx.get(Device, office.ids["r1"]).governing_unit_id
        at = hence(office.clock.at, hours=2)
        window = make_window(ctx, f"nights {unit}", place=Place(unit_id=unit), **at)
    return change, window, unit


def events_of(office, change):
    with office.acting("arranger") as ctx:
        rows = select(Event).where(
            Event.kind == "calendar_moved", Event.fingerprint.like(f"%:{change.id}")
        )
        return [(one.severity, one.title) for one in ctx.session.scalars(rows)]


def test_a_change_that_loses_its_window_is_told_and_stays_approved(office, waiting):
    change, window, _ = waiting
    with office.acting("arranger") as ctx:
        row = ctx.get(ChangeWindow, window.id)
        done = edited(ctx, row, recurrence={"lasting": timedelta(minutes=30)})
    assert done.affected == (change.id,)
    assert events_of(office, change) == [
        ("minor", f"No maintenance window covers {change.label} any more")
    ]
    assert office.recorded(change)[-1] == "change.calendar_moved"
    assert office.state(change) == "approved"


def test_a_change_that_is_covered_all_the_same_is_not_spoken_of(office, waiting):
    change, window, _ = waiting
    with office.acting("arranger") as ctx:
        row = ctx.get(ChangeWindow, window.id)
        assert edited(ctx, row, recurrence={"lasting": timedelta(hours=2)}).affected == ()
    assert events_of(office, change) == []


def test_a_freeze_that_reaches_a_change_now_is_told(office, waiting):
    change, _, unit = waiting
    with office.acting("arranger") as ctx:
        at = hence(office.clock.at, hours=1)
        freeze = make_freeze(
            ctx, f"freeze {unit}", place=Place(unit_id=unit), kinds=("normal",), **at
        )
        assert edited(ctx, ctx.get(Freeze, freeze.id), kinds=()).affected == (change.id,)
    assert events_of(office, change) == [
        ("major", f"The freeze {freeze.name} holds in the window of {change.label} now")
    ]
