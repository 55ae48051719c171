"""What a device says of itself beside its configuration, and whether it saved."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from inventory import discovery, reports, saved, snapshots
from inventory.drivers.protocol import Facts, Interface, Item
from inventory.snapshot_models import Snapshot
from tests.inventory.conftest import add


def test_a_collection_keeps_interfaces_modules_and_uptime(ctx, lab, enrol):
    device = enrol(lab.devices[2])
    discovery.collect(ctx, device.id)
    report = reports.of_device(ctx, device.id)
    assert (report.saved, report.uptime, report.seen_at) == (True, 788_640, ctx.now())
    assert report.interfaces[0] == {
        "name": "Loopback0", "up": True, "description": "router id", "speed": 1000,
        "addresses": ["10.255.0.3/32"],
    }  # fmt: skip
    assert report.items[0] == {"name": "Chassis", "part": "LAB-IOS-48", "serial": device.serial}


def test_a_device_that_was_never_collected_has_no_report(ctx, lab, enrol):
    assert reports.of_device(ctx, enrol(lab.devices[2]).id) is None


def test_a_change_that_was_not_saved_is_told(ctx, lab, enrol):
    device = enrol(lab.devices[2])
    lab.apply(lab.devices[2], ["ntp server 192.0.2.9"])
    discovery.collect(ctx, device.id)
    assert reports.of_device(ctx, device.id).saved is False


def test_uptime_makes_no_new_snapshot(ctx, lab, enrol, clock, monkeypatch):
    device = enrol(lab.devices[2])
    discovery.collect(ctx, device.id)
    clock.at += timedelta(hours=1)
    monkeypatch.setattr("lab.ios.IosShell.version", lambda _: "r1 uptime is 5 minutes\n")
    ended = discovery.collect(ctx, device.id)
    assert (ended.outcome, reports.of_device(ctx, device.id).uptime) == ("unchanged", 300)
    rows = select(func.count()).where(Snapshot.device_id == device.id, Snapshot.source == "running")
    assert ctx.session.scalar(rows) == 1


def test_a_snapshots_facts_are_those_that_identify_the_device(ctx, lab, enrol):
    device = enrol(lab.devices[2])
    discovery.collect(ctx, device.id)
    assert set(snapshots.latest(ctx, device.id).facts) == {
        "hostname", "model", "serial", "os_version",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("running", "startup", "same"),
    [
        ("hostname r1\n!\nend\n", "hostname r1\nend\n", True),
        ("hostname r1 \n", "hostname r1\n", True),
        ("hostname r1\n", "hostname r2\n", False),
        ("hostname r1\n", "", False),
    ],
)
def test_saved_is_what_a_restart_would_bring_back(running, startup, same):
    assert saved.is_saved(running, startup) is same


def test_what_is_not_told_again_stays(ctx, lab, enrol):
    device = enrol(lab.devices[2])
    told = Facts(uptime=1, items=(Item(name="Chassis", serial="A"),), interfaces=())
    before = reports.take(ctx, device, told, saved=True, before=None)
    row = reports.take(ctx, device, Facts(), saved=None, before=before)
    ctx.record("device.collected", device)
    assert (row.saved, row.uptime, row.items[0]["serial"]) == (None, None, "A")


def test_hostile_words_and_numbers_are_bounded():
    many = tuple(Interface(name=f"e{number}", up=True) for number in range(10_001))
    facts = reports.fit(
        Facts(
            interfaces=(*many[:1], Interface(name="x\x1b[2J" * 99, up=True), *many),
            items=(Item(name="a\x00b"),),
        )
    )
    assert len(facts.interfaces) == 10_000
    assert len(facts.interfaces[1].name) <= 250
    assert facts.items == (Item(name="ab"),)


def test_the_commands_show_it(ready, lab):
    there = lab.devices[2]
    add(ready, there)
    ready("collect", there.hostname)
    told = json.loads(ready("device", "show", there.hostname, "--json"))
    assert (told["saved"], told["uptime"]) == (True, 788_640)
    interfaces = json.loads(ready("device", "interfaces", there.hostname, "--json"))
    assert interfaces[0]["interface"] == "Loopback0"
    items = json.loads(ready("device", "inventory", there.hostname, "--json"))
    assert items[0]["serial"] == there.serial
