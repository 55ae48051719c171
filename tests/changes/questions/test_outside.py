"""Changes that touched devices outside of windows."""

from datetime import timedelta

import pytest

from changes.calendar import exceptions, series
from changes.calendar.models import ChangeWindow
from changes.calendar.series import Place
from changes.questions import asking
from inventory.models import Device
from tests.changes.calendar.planning import hence, make_freeze, make_window
from tests.changes.questions.asked import answer, column


@pytest.fixture
def place(office):
    with office.acting("arranger") as ctx:
        return Place(unit_id=ctx.get(Device, office.ids["r1"]).governing_unit_id)


def opened(office, place, *, make=make_window, **more):
    """A window or freeze that holds from an hour ago for two hours."""
    with office.acting("arranger") as ctx:
        name = f"{make.__name__} of {place.unit_id}"
        return make(
            ctx, name, place=place, hours=2, **hence(office.clock.at, hours=-1), **more
        ).id  # fmt: skip


def why(office, **given):
    return column(answer(office, "outside-windows", **given), "why")


def touched(office, *hostnames, **wanted):
    change = office.approved(*hostnames, **wanted)
    held = office.claimed(change)
    assert office.touching(held, *hostnames)
    return change


def test_a_device_that_was_touched_without_a_window_is_told(office):
    change = touched(office, "r1")
    told = answer(office, "outside-windows")
    assert column(told, "why") == ["no maintenance window was open"]
    assert (column(told, "change")[0].id, column(told, "device")[0].label) == (
        str(change.id), office.name("r1"),
    )  # fmt: skip


def test_a_change_within_an_open_window_is_not_among_them(office, place):
    opened(office, place)
    touched(office, "r1")
    assert why(office) == []


def test_a_window_for_other_kinds_does_not_count(office, place):
    opened(office, place, kinds=("emergency",))
    touched(office, "r1")
    assert why(office) == ["no maintenance window was open"]


def test_a_window_that_was_written_afterwards_does_not_count(office, place):
    touched(office, "r1")
    office.clock.forward(minutes=1)
    opened(office, place)
    assert why(office) == ["no maintenance window was open"]


def test_a_window_that_ended_since_still_counts(office, place):
    key = opened(office, place)
    touched(office, "r1")
    office.clock.forward(minutes=1)
    with office.acting("arranger") as ctx:
        series.end(ctx, ChangeWindow, key, reason="no more")
    assert why(office) == []


def test_a_freeze_is_told_unless_there_was_an_exception_by_then(office, place):
    opened(office, place)
    one, other = office.approved("r1"), office.approved("r2")
    held = [office.claimed(one), office.claimed(other)]
    key = opened(office, place, make=make_freeze)
    with office.acting("engineer") as ctx:
        asked = exceptions.ask(ctx, one.id, key, reason="cannot wait").id
    with office.acting("approver") as ctx:
        exceptions.approve(ctx, asked, digest=one.digest)
    for claim, hostname in zip(held, ("r1", "r2"), strict=True):
        with office.acting("arranger") as ctx:
            target = next(
                each for each in ctx.get(type(one), claim.change_id).targets
                if each.device_id == office.ids[hostname]
            )  # fmt: skip
            target.touched_at = ctx.now()
            ctx.record("test.touched", target.device)
    assert why(office) == [f"in the freeze make_freeze of {place.unit_id}"]


def test_a_change_after_its_own_window_is_told(office, place):
    opened(office, place)
    start = office.clock.at + timedelta(minutes=1)
    change = office.approved("r1", window=(start, start + timedelta(minutes=10)))
    office.clock.forward(minutes=30)
    with office.acting("arranger") as ctx:
        [target] = ctx.get(type(change), change.id).targets
        target.touched_at = ctx.now()
        ctx.record("test.touched", target.device)
    [told] = why(office)
    assert told.startswith("outside of its own window ")


def test_without_a_beginning_it_is_about_the_last_quarter(office):
    touched(office, "r1")
    began = office.clock.at.isoformat()
    office.clock.forward(days=93)
    assert [len(why(office)), len(why(office, since=began)), len(why(office, until=began))] == [
        0, 1, 0,
    ]  # fmt: skip


def test_pages_go_on_where_they_ended(office):
    touched(office, "r1", "r2", "r3")
    with office.acting("auditor") as ctx:
        first = asking.ask(ctx, "outside-windows", {}, limit=2)
        rest = asking.ask(ctx, "outside-windows", {}, limit=2, after=first.next)
    assert [len(first.rows), len(rest.rows), rest.next] == [2, 1, ""]
