"""Scans as people see them: figures for all, devices for who may read them."""

from datetime import timedelta

import pytest

from core.errors import NotFound, NotPermitted
from drift import scan_reports, scans
from drift.observation import Observation
from drift.scan_reports import CutSite, FailedDevice, SlowDevice
from tests.acting import acting
from tests.factories import (
    make_device,
    make_person,
    make_post,
    make_scan,
    make_site,
    make_unit,
)

READER = ["drift.read", "device.read"]


@pytest.fixture(autouse=True)
def sites(ctx):
    """A site in each of two units, with a device each."""
    made = [make_site(ctx, unit=make_unit(ctx), code=code) for code in ("ours", "theirs")]
    for site in made:
        make_device(ctx, site=site, hostname=f"{site.code}-1")
    return made


@pytest.fixture
def scan(ctx):
    return make_scan(
        ctx, asked=6, outcomes={"in_sync": 1, "drifted": 1, "timeout": 2, "skipped": 2},
        slowest=[["theirs-1", 9.5], ["ours-1", 3.25]],
        failed=[["ours-1", "timeout", "no answer"], ["theirs-1", "timeout", "no answer either"],
                ["gone-1", "timeout", "of a device that is no more"]],
        cut={"theirs": [3, 5, 2], "ours": [3, 4, 1]},
    )  # fmt: skip


@pytest.fixture
def reader(ctx, sites):
    """The context of a person who reads the devices of the first unit only."""
    person = make_person(ctx)
    make_post(ctx, unit=sites[0].unit, permissions=READER, holder=person)
    return acting(ctx, person)


def test_a_reader_of_one_unit_learns_no_name_of_another(reader, scan):
    report = scan_reports.get_report(reader, scan.id)
    device_id = report.failed[0].device_id
    assert report.failed == [
        FailedDevice(device_id=device_id, hostname="ours-1", outcome="timeout", detail="no answer")
    ]
    assert report.slowest == [SlowDevice(device_id=device_id, hostname="ours-1", seconds=3.25)]
    assert report.cut == [CutSite(code="ours", failed=3, devices=4, left=1)]
    assert "theirs" not in repr(report)


def test_the_figures_count_everything_whoever_asks(ctx, reader, scan):
    told = scan_reports.get_report(reader, scan.id).figures
    assert told == scan_reports.get_report(ctx, scan.id).figures
    assert (told.asked, told.done, told.drifted, told.failed, told.skipped, told.cut_sites) == (
        6, 6, 1, 2, 2, 2,
    )  # fmt: skip


def test_who_reads_all_units_sees_all_devices_that_there_are(ctx, scan):
    report = scan_reports.get_report(ctx, scan.id)
    assert [one.hostname for one in report.failed] == ["ours-1", "theirs-1"]
    assert [one.code for one in report.cut] == ["ours", "theirs"]


def test_a_scan_that_tells_of_nobody_is_a_report_too(ctx):
    report = scan_reports.get_report(ctx, make_scan(ctx).id)
    assert (report.slowest, report.failed, report.cut) == ([], [], [])


def test_who_may_not_read_drift_sees_no_scan(ctx, scan):
    stranger = acting(ctx, make_person(ctx))
    with pytest.raises(NotPermitted, match=r"drift\.read"):
        scan_reports.get_report(stranger, scan.id)
    with pytest.raises(NotPermitted, match=r"drift\.read"):
        scan_reports.list_scans(stranger)
    assert scan_reports.latest(stranger) is None


def test_a_scan_that_does_not_exist_is_not_found(ctx):
    with pytest.raises(NotFound, match="no scan 4711"):
        scan_reports.get_report(ctx, 4711)


def test_scans_are_listed_from_the_newest_in_pages(ctx):
    first, second, third = (make_scan(ctx).id for _ in range(3))

    def listed(**options):
        return [one.id for one in scan_reports.list_scans(ctx, **options)]

    assert listed(limit=2) == [third, second]
    assert listed(before=second, limit=1) == [first]
    assert scan_reports.latest(ctx).id == third


def test_there_is_no_latest_scan_before_the_first(ctx):
    assert scan_reports.latest(ctx) is None


def test_a_scan_runs_until_it_ends_or_its_worker_must_be_dead(ctx, clock):
    scan = make_scan(ctx)

    def told():
        one = scan_reports.latest(ctx)
        return one.state, one.seconds

    clock.forward(minutes=1)
    assert told() == ("running", 60.0)
    clock.forward(days=1)
    assert told() == ("interrupted", 86460.0)
    scan.ended_at = scan.started_at + timedelta(seconds=90)
    assert told() == ("done", 90.0)


def test_what_a_scan_saw_is_in_its_report(ctx):
    number = scans.begin(ctx, kind="scan", asked=2, resting=1)
    tally = scans.Tally()
    tally.took("ours-1", 1.23456)
    for hostname, outcome in (("ours-1", "drifted"), ("theirs-1", "unreachable")):
        tally.saw(Observation(device_id=1, hostname=hostname, outcome=outcome, detail="why"))
    scans.end(ctx, number, tally, {"theirs": (3, 4, 1)})
    report = scan_reports.get_report(ctx, number)
    assert (report.figures.state, report.figures.done, report.figures.resting) == ("done", 2, 1)
    assert report.figures.outcomes == {"drifted": 1, "unreachable": 1}
    assert [(one.hostname, one.seconds) for one in report.slowest] == [("ours-1", 1.235)]
    assert [(one.hostname, one.detail) for one in report.failed] == [("theirs-1", "why")]
    assert report.cut == [CutSite(code="theirs", failed=3, devices=4, left=1)]
