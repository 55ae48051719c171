"""The commands about scans, limits of sites, jitter, and devices that rest."""

import json
from datetime import timedelta

import pytest

from core.actor import Actor, Origin
from inventory.sites import site_by_code
from organization.permissions import PERMISSIONS
from tests.factories import make_device, make_scan


@pytest.fixture
def scan(everything, runtime, clock):
    """A scan of three devices, one of which failed and rests."""
    assert everything("site add north --unit root").exit_code == 0
    with runtime.context(
        Actor(name="arranger", granted=frozenset(PERMISSIONS)), Origin(door="cli")
    ) as ctx:
        site = site_by_code(ctx, "north")
        make_device(ctx, site=site, hostname="edge-1", failures=3, outcome="timeout",
                    rests_until=clock() + timedelta(minutes=20))  # fmt: skip
        return make_scan(
            ctx, asked=3, outcomes={"in_sync": 2, "timeout": 1}, ended_at=ctx.now(),
            slowest=[["edge-1", 10.5]], failed=[["edge-1", "timeout", "no answer in 10 s"]],
            cut={"north": [3, 4, 1]},
        ).id  # fmt: skip


def test_scans_are_listed_with_their_figures(line, scan):
    (told,) = line.json("scans list")
    assert (told["id"], told["state"], told["asked"], told["done"], told["failed"]) == (
        scan, "done", 3, 3, 1,
    )  # fmt: skip
    assert line.json(["scans", "list", "--before", str(scan)]) == []


def test_a_scan_is_shown_with_what_failed_was_slow_or_cut_off(line, scan):
    shown = line(f"scans show {scan}").stdout
    for words in ("Failed or left alone", "no answer in 10 s", "Longest sessions", "10.5",
                  "Sites cut off", "north"):  # fmt: skip
        assert words in shown
    told = line.json(f"scans show {scan}")
    assert told["failed"][0]["hostname"] == "edge-1"
    assert told["cut"] == [{"code": "north", "failed": 3, "devices": 4, "left": 1}]


def test_a_scan_that_does_not_exist_is_not_found(everything):
    assert everything("scans show 7").exit_code == 4


@pytest.mark.usefixtures("scan")
def test_a_device_tells_how_often_in_a_row_it_failed_and_until_when_it_rests(line, clock):
    told = line.json("device show edge-1")
    until = (clock() + timedelta(minutes=20)).isoformat()
    assert (told["failures"], told["rests_until"]) == (3, until)


@pytest.mark.usefixtures("scan")
def test_a_sites_sessions_are_limited_and_set_free_with_zero(line):
    assert line.json("site set north --max-sessions 4")["max_sessions"] == 4
    assert line.json("site list")[0]["max_sessions"] == 4
    assert line.json("site set north --max-sessions 0")["max_sessions"] is None


def test_a_schedule_takes_a_jitter(everything):
    add = ["schedule", "add", "nightly", "--job", "drift.scan", "--trigger", "30 2 * * *"]
    assert json.loads(everything([*add, "--jitter", "10m", "--json"]).stdout)[
        "jitter_seconds"
    ] == 600  # fmt: skip
    refused = everything([*add, "--jitter", "soon"])
    assert (refused.exit_code, "no span of time" in refused.stderr) == (2, True)
