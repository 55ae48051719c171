"""A pack of a device over a period: its own, and nothing of others."""

from datetime import timedelta

import pytest

from changes.packs.model import OfDevice, Period
from core.errors import InvalidInput, NotFound, NotPermitted
from tests.changes.packs.opened import collected, pack, ran


def of(office, hostname, *, by="auditor", **period):
    return pack(office, OfDevice(hostname=office.name(hostname), period=Period(**period)), by=by)


def about(found):
    return {(one["subject"]["type"], one["subject"]["id"]) for one in found.records}


def test_a_change_of_this_device_alone_is_there_as_a_whole(office):
    collected(office, "r1")
    change = ran(office, "r1")
    found = of(office, "r1")
    assert set(office.recorded(change)) <= set(found.actions)
    assert found.folder("plans") == [f"{change.digest}.json"]


def test_of_a_change_of_several_devices_the_plan_is_left_out_and_that_is_told(office):
    collected(office, "r1")
    collected(office, "r2")
    change = ran(office, "r1", "r2")
    found = of(office, "r1")
    assert found.folder("plans") == []
    assert ("change_request", str(change.id)) in about(found)
    assert ("device", str(office.ids["r2"])) not in about(found)
    assert "the change&#39;s own pack has them" in found.text("report.html")


def test_what_was_recorded_outside_the_period_is_left_out(office):
    collected(office, "r1", description="before")
    office.clock.forward(hours=1)
    begin = office.clock.at
    within = collected(office, "r1", description="within")
    office.clock.forward(hours=1)
    end = office.clock.at
    collected(office, "r1", description="after")
    found = of(office, "r1", since=begin, until=end)
    assert found.folder("configurations") == [f"{within}.txt"]
    assert found.json("manifest.json")["period"] == {
        "since": begin.isoformat(timespec="microseconds"),
        "until": end.isoformat(timespec="microseconds"),
    }


def test_a_configuration_that_held_on_from_before_has_the_record_that_brought_it(office):
    was = collected(office, "r1", description="held on")
    office.clock.forward(days=30)
    begin = office.clock.at
    collected(office, "r1", description="held on")
    found = of(office, "r1", since=begin)
    assert found.folder("configurations") == [f"{was}.txt"]
    assert found.actions.count("device.collected") == 2


def test_a_period_that_ends_before_it_begins_is_refused(office):
    with pytest.raises(InvalidInput, match="ends before it begins"):
        of(office, "r1", since=office.clock.at, until=office.clock.at - timedelta(days=1))


def test_a_period_in_which_nothing_was_recorded_has_no_pack(office):
    with pytest.raises(NotFound, match="nothing was recorded"):
        of(office, "r1", since=office.clock.at + timedelta(days=900))


def test_who_does_not_audit_the_device_gets_no_pack(office):
    with pytest.raises(NotPermitted, match=r"audit\.read"):
        of(office, "r1", by="engineer")
