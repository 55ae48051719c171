"""Conflicts: other changes on the device or its group, freezes, no window, crossing windows."""

from datetime import timedelta

import pytest

from changes import requests
from changes.calendar import conflicts
from changes.calendar.series import Place
from core.errors import NotFound, NotPermitted
from inventory.models import Device
from organization.people import actor_of
from organization.permissions import POST_TEMPLATES
from tests.changes.calendar.planning import hence, make_freeze, make_window
from tests.factories import make_person, make_post, make_site, make_unit


def later(office, first, last):
    return office.clock.at + timedelta(hours=first), office.clock.at + timedelta(hours=last)


def found(office, about, window, *, by="engineer", **values):
    with office.acting(by) as ctx:
        asked = [office.ids[name] for name in about] if isinstance(about, tuple) else about
        if not isinstance(asked, list):
            asked = ctx.get(type(asked), asked.id)
        return [(one.kind, one.change_id, one.words) for one in
                conflicts(ctx, asked, window, **values)]  # fmt: skip


def kinds(office, about, window, **values):
    return [kind for kind, _, _ in found(office, about, window, **values)]


def grouped(office, *names):
    with office.acting("arranger") as ctx:
        for name in names:
            device = ctx.get(Device, office.ids[name])
            device.redundancy_group = f"core of {device.governing_unit_id}"
        ctx.record("test.arranged", device)
    return device.redundancy_group


def unit_of(office):
    with office.acting("arranger") as ctx:
        return ctx.get(Device, office.ids["r1"]).governing_unit_id


def test_where_nothing_else_happens_nothing_stands_against_it(office):
    assert found(office, ("r1",), later(office, 1, 3)) == []


def test_another_open_change_of_the_device_in_an_overlapping_window_is_told(office):
    other = office.requested("r1", "r2", window=later(office, 2, 4))
    [(kind, change_id, words)] = found(office, ("r1",), later(office, 1, 3))
    assert (kind, change_id) == ("same_device", other.id)
    assert words.startswith(f"Change {other.id} (Describe), proposed, changes r1-")
    assert words.endswith(" in a window that overlaps.")


def test_a_change_is_not_in_its_own_way(office):
    change = office.requested("r1", window=later(office, 2, 4))
    assert found(office, change, later(office, 2, 4)) == []


@pytest.mark.parametrize("window", [(4, 6), (1, 2)])
def test_windows_that_only_touch_do_not_clash(office, window):
    office.requested("r1", window=later(office, 2, 4))
    assert found(office, ("r1",), later(office, *window)) == []


def test_a_change_without_a_window_may_run_at_any_time(office):
    office.requested("r1")
    [(kind, _, words)] = found(office, ("r1",), later(office, 1, 3))
    assert (kind, words.endswith(" at any time.")) == ("same_device", True)
    assert kinds(office, ("r1",), None) == ["same_device"]


def test_a_change_that_is_over_or_missed_its_window_is_in_nobodys_way(office):
    office.requested("r1", window=later(office, 1, 2))
    rejected = office.requested("r1", window=later(office, 1, 9))
    with office.acting("engineer") as ctx:
        requests.cancel(ctx, rejected.id, note="no")
    office.clock.at += timedelta(hours=3)
    assert found(office, ("r1",), later(office, -2, 6)) == []


def test_a_change_that_has_begun_holds_its_device_beyond_its_window(office):
    change = office.requested("r1", window=later(office, 0, 2))
    office.approve(change)
    office.begun(change)
    office.clock.at += timedelta(hours=3)
    assert kinds(office, ("r1",), later(office, 1, 3)) == ["same_device"]


def test_a_change_of_the_same_redundancy_group_is_told(office):
    group = grouped(office, "r1", "r2")
    other = office.requested("r2", window=later(office, 2, 4))
    [(kind, change_id, words)] = found(office, ("r1",), later(office, 1, 3))
    assert (kind, change_id) == ("same_group", other.id)
    assert f"of the redundancy group {group} in a window that overlaps." in words


def test_devices_of_no_group_are_not_each_others_group(office):
    office.requested("r2", window=later(office, 2, 4))
    assert found(office, ("r1",), later(office, 1, 3)) == []


def test_what_another_unit_does_is_told_without_its_title(office):
    group = grouped(office, "r1", "r2")
    office.requested("r2", window=later(office, 2, 4))
    with office.acting("arranger") as ctx:
        unit = make_unit(ctx)
        away = ctx.get(Device, office.ids["r2"])
        away.site_id = make_site(ctx, unit=unit).id
        ctx.record("test.arranged", away)
    [(_, _, words)] = found(office, ("r1",), later(office, 1, 3))
    assert "Describe" not in words
    assert f"devices of another unit of the redundancy group {group}" in words


def test_a_freeze_is_told_unless_it_exempts_the_kind(office):
    make = {"place": Place(unit_id=unit_of(office)), "kinds": ("emergency",), "hours": 24}
    with office.acting("arranger") as ctx:
        make_freeze(ctx, f"freeze {unit_of(office)}", **make, **hence(office.clock.at, hours=2))
    [(kind, _, words)] = found(office, ("r1", "r2"), later(office, 1, 3))
    assert (kind, words.startswith(f"The freeze freeze {unit_of(office)} holds for r1-")) == (
        "frozen", True,
    )  # fmt: skip
    assert kinds(office, ("r1",), later(office, 1, 3), kind="emergency") == []
    assert kinds(office, ("r1",), None) == []


def test_where_a_window_is_mandatory_none_named_is_a_conflict(office):
    assert kinds(office, ("r1",), None, window_required=True) == ["no_window"]
    assert kinds(office, ("r1",), later(office, 1, 3), window_required=True) == ["uncovered"]


def test_maintenance_windows_that_cover_the_whole_time_satisfy(office):
    place = Place(unit_id=unit_of(office))
    with office.acting("arranger") as ctx:
        make_window(ctx, f"one {place.unit_id}", place=place, hours=2, kinds=("normal",),
                    **hence(office.clock.at, hours=1))  # fmt: skip
        make_window(ctx, f"two {place.unit_id}", place=place, hours=2,
                    **hence(office.clock.at, hours=3))  # fmt: skip
    frame = later(office, 1.5, 4.5)
    assert kinds(office, ("r1",), frame, window_required=True) == []
    assert kinds(office, ("r1",), frame, window_required=True, kind="standard") == ["uncovered"]
    assert kinds(office, ("r1",), later(office, 4, 6), window_required=True) == ["uncovered"]


def test_maintenance_windows_of_one_device_that_cross_are_told(office):
    place = Place(unit_id=unit_of(office))
    with office.acting("arranger") as ctx:
        for name in ("east", "west"):
            make_window(ctx, f"{name} {place.unit_id}", place=place,
                        **hence(office.clock.at, hours=1))  # fmt: skip
    [(kind, change_id, words)] = found(office, ("r1",), later(office, 2, 3))
    assert (kind, change_id) == ("windows_overlap", None)
    assert f"The windows east {place.unit_id} and west {place.unit_id} overlap for r1-" in words


def test_only_what_one_may_read_is_asked_about(office):
    with office.acting("arranger") as ctx:
        person = make_person(ctx)
        make_post(ctx, unit=make_unit(ctx), permissions=POST_TEMPLATES["auditor"], holder=person)
        office.people["stranger"] = actor_of(person)
    with pytest.raises(NotPermitted, match=r"change\.read"):
        found(office, ("r1",), None, by="stranger")
    with pytest.raises(NotFound, match="no device"):
        found(office, [999999], None)
