"""What happens when: everything of a time in order, narrowed to a site and a jurisdiction."""

from datetime import timedelta

import pytest

from changes import requests
from changes.calendar import series
from changes.calendar.agenda import agenda, conflicts_in
from changes.calendar.models import ChangeWindow
from changes.calendar.series import Place
from changes.calendar.spans import Span
from core.errors import InvalidInput, NotPermitted
from inventory.models import Device
from operations.schedules import create_schedule
from tests.changes.calendar.planning import hence, make_freeze, make_window
from tests.factories import make_site


@pytest.fixture
def place(office):
    with office.acting("arranger") as ctx:
        return Place(unit_id=ctx.get(Device, office.ids["r1"]).governing_unit_id)


def frame(office, first=0, last=72):
    at = office.clock.at
    return Span(at + timedelta(hours=first), at + timedelta(hours=last))


def told(office, *, by="engineer", site=None, **span):
    with office.acting(by) as ctx:
        return [(one.kind, one.title, one.note, one.state) for one in
                agenda(ctx, frame(office, **span), site=site)]  # fmt: skip


def own(place, entries):
    return [one for one in entries if f"#{place.unit_id}#" in one[1] or one[0] == "change"]


def test_everything_of_a_time_comes_in_order(office, place):
    unit = place.unit_id
    with office.acting("arranger") as ctx:
        code = ctx.get(Device, office.ids["r1"]).site.unit.code
        make_freeze(
            ctx, f"freeze #{unit}#", place=place, hours=5, **hence(office.clock.at, hours=40)
        )
        make_window(ctx, f"nights #{unit}#", place=place, rule="FREQ=DAILY;COUNT=2",
                    **hence(office.clock.at, hours=1))  # fmt: skip
        create_schedule(ctx, name=f"scan #{unit}#", job="drift.scan", trigger="every 30h",
                        unit_id=unit)  # fmt: skip
    start = office.clock.at + timedelta(hours=2)
    office.requested("r1", window=(start, start + timedelta(hours=1)))
    assert own(place, told(office)) == [
        ("window", f"nights #{unit}#", f"unit {code}", ""),
        ("change", "Describe", "asked", "proposed"),
        ("window", f"nights #{unit}#", f"unit {code}", ""),
        ("schedule", f"scan #{unit}#", "drift.scan, every 30h", ""),
        ("freeze", f"freeze #{unit}#", f"unit {code}: Nobody is there.", ""),
    ]


def test_a_window_that_was_ended_is_shown_while_it_held(office, place):
    with office.acting("arranger") as ctx:
        window = make_window(ctx, f"nights #{place.unit_id}#", place=place, rule="FREQ=DAILY",
                             **hence(office.clock.at, hours=1))  # fmt: skip
    office.clock.at += timedelta(hours=30)
    with office.acting("arranger") as ctx:
        series.end(ctx, ChangeWindow, window.id, reason="moved")
    assert len(own(place, told(office, first=-30))) == 2


def test_what_reaches_beyond_the_time_is_told_whole(office, place):
    with office.acting("arranger") as ctx:
        make_freeze(ctx, f"freeze #{place.unit_id}#", place=place, hours=240,
                    **hence(office.clock.at, hours=-20))  # fmt: skip
    with office.acting("engineer") as ctx:
        [span] = [
            one.span for one in agenda(ctx, frame(office)) if f"#{place.unit_id}#" in one.title
        ]
    assert span.end - span.start == timedelta(hours=240)


def test_a_site_shows_what_concerns_it(office, place):
    with office.acting("arranger") as ctx:
        here = ctx.get(Device, office.ids["r1"]).site
        there = make_site(ctx, unit=here.unit)
        for site in (here, there):
            make_window(ctx, f"#{place.unit_id}# at {site.code}", place=Place(site_id=site.id),
                        **hence(office.clock.at, hours=1))  # fmt: skip
            create_schedule(ctx, name=f"#{place.unit_id}# of {site.code}", job="drift.scan",
                            trigger="every 1h", args={"site": site.code})  # fmt: skip
    start = office.clock.at + timedelta(hours=2)
    office.requested("r1", window=(start, start + timedelta(hours=1)))
    assert {one[1] for one in own(place, told(office, site=there.code))} == {
        f"#{place.unit_id}# of {there.code}", f"#{place.unit_id}# at {there.code}",
    }  # fmt: skip
    assert len(own(place, told(office, site=here.code))) == 3


def test_a_change_that_was_given_up_is_not_shown(office, place):
    start = office.clock.at + timedelta(hours=2)
    change = office.requested("r1", window=(start, start + timedelta(hours=1)))
    with office.acting("engineer") as ctx:
        requests.cancel(ctx, change.id, note="no")
    assert own(place, told(office)) == []


def test_who_may_read_no_change_has_no_calendar(office):
    office.dismiss("auditor")
    with pytest.raises(NotPermitted, match=r"change\.read"):
        told(office, by="auditor")


@pytest.mark.parametrize("last", [0, -1, 24 * 101])
def test_a_time_backwards_or_too_long_is_refused(office, last):
    with pytest.raises(InvalidInput, match="at most 100 days"):
        told(office, last=last)


def test_the_conflicts_of_a_time_are_told_by_change(office):
    start = office.clock.at + timedelta(hours=2)
    first, second = (
        office.requested("r1", window=(start, start + timedelta(hours=1))) for _ in range(2)
    )
    with office.acting("engineer") as ctx:
        found = {change.id: [(one.kind, one.change_id) for one in standing]
                 for change, standing in conflicts_in(ctx, frame(office))}  # fmt: skip
    assert found == {first.id: [("same_device", second.id)], second.id: [("same_device", first.id)]}
