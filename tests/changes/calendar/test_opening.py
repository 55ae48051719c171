"""Whether a plan may run now, and when devices may be changed next."""

from dataclasses import replace
from datetime import timedelta

import pytest

from changes.calendar import next_opening, require_open
from changes.calendar.series import Place
from changes.errors import WindowClosed
from changes.requests import plan_of
from changes.risk.model import Risk
from core.errors import InvalidInput, NotPermitted
from inventory.models import Device
from tests.changes.calendar.planning import hence, make_freeze, make_window

RISKY = Risk(level="high", score=9, reasons=(), approvals=2, canary=1, window_required=True,
             policy="0" * 64)  # fmt: skip


def at(office, hours):
    return office.clock.at.replace(microsecond=0) + timedelta(hours=hours)


def check(office, change, hours, **plan):
    with office.acting() as ctx:
        now = ctx.get(type(change), change.id)
        require_open(ctx, now, replace(plan_of(now), **plan), at=at(office, hours))


@pytest.fixture
def place(office):
    with office.acting("arranger") as ctx:
        return Place(unit_id=ctx.get(Device, office.ids["r1"]).governing_unit_id)


def window(office, place, *, hours, lasting=4, name="nights", **values):
    with office.acting("arranger") as ctx:
        make_window(ctx, f"{name} {place.unit_id}", place=place, hours=lasting,
                    **hence(office.clock.at, hours=hours), **values)  # fmt: skip


def freeze(office, place, *, hours, lasting, **values):
    with office.acting("arranger") as ctx:
        make_freeze(ctx, f"freeze {place.unit_id}", place=place, hours=lasting,
                    **hence(office.clock.at, hours=hours), **values)  # fmt: skip


def proposed(office, *names, lasting=2, after=0, by="engineer", **values):
    with office.acting(by) as ctx:
        told = next_opening(ctx, [office.ids[name] for name in names], after=at(office, after),
                            lasting=timedelta(hours=lasting), **values)  # fmt: skip
    return told and tuple((one - at(office, 0)) / timedelta(hours=1) for one in told)


@pytest.mark.parametrize("hours", [1.99, 4, 9])
def test_outside_of_the_signed_window_nothing_runs(office, hours):
    change = office.requested("r1", window=(at(office, 2), at(office, 4)))
    with pytest.raises(
        WindowClosed, match=rf"window of change {change.id} is not open now: .* UTC"
    ):
        check(office, change, hours)


@pytest.mark.parametrize("hours", [2, 3.99])
def test_inside_of_the_signed_window_it_runs(office, hours):
    check(office, office.requested("r1", window=(at(office, 2), at(office, 4))), hours)


def test_without_a_window_it_runs_unless_its_risk_demands_one(office):
    change = office.requested("r1")
    check(office, change, 0)
    with pytest.raises(WindowClosed, match="needs a window, for its risk"):
        check(office, change, 0, risk=RISKY)


def test_the_next_opening_is_the_rest_of_the_one_that_is_open(office, place):
    window(office, place, hours=-1, rule="FREQ=DAILY")
    assert proposed(office, "r1") == (0, 2)


def test_an_opening_too_short_for_it_is_passed_over(office, place):
    window(office, place, hours=-1, rule="FREQ=DAILY")
    assert proposed(office, "r1", lasting=4) == (23, 27)
    assert proposed(office, "r1", lasting=5) is None


def test_without_any_maintenance_window_there_is_no_opening(office):
    assert proposed(office, "r1") is None


def test_all_devices_must_be_open_at_the_same_time(office, place):
    window(office, replace(place, device_ids=(office.ids["r1"],)), hours=1, name="one")
    window(office, replace(place, device_ids=(office.ids["r2"],)), hours=3, name="two")
    assert proposed(office, "r1", "r2") == (3, 5)
    assert proposed(office, "r1", "r2", lasting=3) is None


def test_a_window_for_other_kinds_is_none(office, place):
    window(office, place, hours=1, kinds=("standard",))
    assert (proposed(office, "r1"), proposed(office, "r1", kind="standard")) == (None, (1, 3))


def test_a_freeze_closes_windows_except_for_exempt_kinds(office, place):
    window(office, place, hours=1, rule="FREQ=DAILY")
    freeze(office, place, hours=2, lasting=48, kinds=("emergency",))
    assert proposed(office, "r1") == (50, 52)
    assert proposed(office, "r1", kind="emergency") == (1, 3)


def test_other_changes_of_the_device_or_its_group_take_their_time(office, place):
    window(office, place, hours=1, lasting=10)
    with office.acting("arranger") as ctx:
        for name in ("r1", "r2"):
            device = ctx.get(Device, office.ids[name])
            device.redundancy_group = f"pair {place.unit_id}"
        ctx.record("test.arranged", device)
    first = office.requested("r1", window=(at(office, 1), at(office, 3)))
    office.requested("r2", window=(at(office, 3), at(office, 5)))
    assert proposed(office, "r1") == (5, 7)
    assert proposed(office, "r1", but=first.id) == (1, 3)


def test_it_looks_a_year_ahead(office, place):
    window(office, place, hours=24 * 400)
    assert (proposed(office, "r1"), proposed(office, "r1", after=24 * 100)) == (
        None, (24 * 400, 24 * 400 + 2),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "said"),
    [({"lasting": 0}, "takes some time"), ({"names": ()}, "at least one device")],
)
def test_what_makes_no_sense_is_refused(office, values, said):
    with pytest.raises(InvalidInput, match=said):
        proposed(office, *values.pop("names", ("r1",)), **values)


def test_only_of_devices_that_one_may_read(office):
    office.dismiss("auditor")
    with pytest.raises(NotPermitted, match=r"change\.read"):
        proposed(office, "r1", by="auditor")
