"""Scanning many devices: what is kept of each, how it stands, and what a broken site costs."""

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import Event as Sign
from typing import ClassVar

import pytest

from drift import baselines
from drift import scan as scanning
from drift.attribution import unexplained
from drift.models import Finding
from drift.scan import Manner, collect, scan
from drift.scan_models import Scan
from inventory.collecting import keeping
from inventory.collecting.wanted import due
from inventory.drivers.errors import AuthenticationRefused, DeviceUnreachable
from inventory.drivers.login import Login
from inventory.drivers.protocol import Collection, Facts
from inventory.snapshot_models import Snapshot
from operations.models import Event
from tests.drift.rows import BASE, DRIFTED, make_snapshot
from tests.factories import make_device, make_site

CUT = "hostname r1\ninterface e0\n"
CONFIGURATION = f"{BASE}{''.join(f'ntp server 10.0.0.{n}' + chr(10) for n in range(30))}end\n"


@dataclass
class Shown:
    """Stands in for the devices: what each shows at its reads, or how it fails."""

    name: ClassVar[str] = "shown"
    texts: dict[str, list[object]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def supports(self, _platform, _options):
        return True

    def collect(self, login):
        self.asked.append(login.hostname)
        told = self.texts.get(login.hostname, [CONFIGURATION])
        shows = told.pop(0) if len(told) > 1 else told[0]
        if isinstance(shows, Exception):
            raise shows
        return Collection(
            running=shows.replace("hostname r1", f"hostname {login.hostname}"), startup=None,
            facts=Facts(), neighbours=(), hostname=login.hostname, host_key=None,
        )  # fmt: skip


@pytest.fixture
def shown(monkeypatch):
    driver = Shown()
    monkeypatch.setattr(scanning, "driver_for", lambda _: driver)
    monkeypatch.setattr(
        keeping, "login_for",
        lambda _, device: Login(
            hostname=device.hostname, address=device.address, platform=device.platform,
            username="x", driver="shown",
        ),
    )  # fmt: skip
    return driver


@pytest.fixture
def contexts(ctx):
    @contextmanager
    def opened():
        ctx.session.info.pop("last snapshots", None)
        yield replace(ctx)
        ctx.session.flush()

    return opened


def away(name):
    return [DeviceUnreachable(f"{name} does not answer.")]


def run(contexts, devices, *, threads=1, **manner):
    return scan(
        contexts, [one.id for one in devices], attribute=unexplained,
        manner=Manner(threads=threads, **manner),
    )  # fmt: skip


def alive(ctx):
    rows = ctx.session.query(Event).where(Event.state != "closed").order_by(Event.id)
    return [(row.kind, row.title) for row in rows]


def text(name):
    return CONFIGURATION.replace("hostname r1", f"hostname {name}")


def approve(ctx, device, what):
    return baselines.approve_snapshot(ctx, make_snapshot(ctx, device, what).id, reason="first")


def test_every_device_is_collected_and_judged_once_and_there_is_one_summary(ctx, shown, contexts):
    one, other = make_device(ctx, hostname="r1"), make_device(ctx, hostname="r2")
    approve(ctx, one, text("r1").replace("10.0.0.7", "10.0.0.99"))
    told = []
    summary = scan(
        contexts, [one.id, other.id, one.id], attribute=unexplained,
        manner=Manner(threads=1, progress=told.append),
    )  # fmt: skip
    assert summary.outcomes == {"drifted": 1, "no_baseline": 1}
    assert [seen.hostname for seen in summary.observations] == ["r1", "r2"]
    assert [seen.hostname for seen in summary.drifted] == ["r1"]
    assert sorted(told, key=lambda seen: seen.hostname) == list(summary.observations)
    assert sorted(shown.asked) == ["r1", "r2"]
    assert ctx.recorded[-1] == "drift.scanned"


def test_a_scan_of_nothing_is_recorded_too(ctx, contexts):
    make_site(ctx)  # permissions are held somewhere
    assert run(contexts, []).observations == ()
    assert ctx.recorded[-1] == "drift.scanned"


def test_the_row_of_a_scan_tells_how_it_ended(ctx, shown, contexts):
    devices = [make_device(ctx, hostname=f"r{n}") for n in range(3)]
    shown.texts["r1"] = [AuthenticationRefused("r1 refuses the password.")]
    done = ctx.get(Scan, run(contexts, devices, resting=2).scan_id)
    assert (done.kind, done.asked, done.resting, done.outcomes) == (
        "scan", 3, 2, {"no_baseline": 2, "refused": 1},
    )  # fmt: skip
    assert done.failed == [["r1", "refused", "r1 refuses the password."]]
    assert sorted(name for name, _ in done.slowest) == ["r0", "r1", "r2"]
    assert done.ended_at == ctx.now()


def test_a_device_that_fails_stops_none_of_the_others(ctx, shown, contexts):
    devices = [make_device(ctx, hostname=f"r{n}") for n in range(3)]
    shown.texts["r1"] = [ZeroDivisionError("defect")]
    summary = run(contexts, devices)
    assert [seen.outcome for seen in summary.observations] == [
        "no_baseline", "error", "no_baseline",
    ]  # fmt: skip
    assert "ZeroDivisionError('defect')" in summary.observations[1].detail


@pytest.mark.usefixtures("shown")
def test_what_cannot_be_kept_of_one_device_stops_none_of_the_others(
    ctx, contexts, monkeypatch, caplog
):
    devices = [make_device(ctx, hostname=f"r{n}") for n in range(3)]
    judge = keeping.captures.judge

    def broken(ctx, device, collection):
        if device.hostname == "r1":
            raise ZeroDivisionError
        return judge(ctx, device, collection)

    monkeypatch.setattr(keeping.captures, "judge", broken)
    outcomes = [seen.outcome for seen in run(contexts, devices).observations]
    assert outcomes == ["no_baseline", "error", "no_baseline"]
    assert "could not be kept" in caplog.text


def test_a_suspicious_read_is_read_again_before_it_is_kept(ctx, shown, contexts):
    device = make_device(ctx, hostname="r1")
    make_snapshot(ctx, device, text("r1"))
    shown.texts["r1"] = [CUT, CONFIGURATION]
    assert run(contexts, [device]).outcomes == {"no_baseline": 1}
    assert shown.asked == ["r1", "r1"]
    assert [row.trusted for row in ctx.session.query(Snapshot)] == [True]


def test_a_read_that_stays_suspicious_is_kept_apart(ctx, shown, contexts):
    device = make_device(ctx, hostname="r1")
    approve(ctx, device, text("r1"))
    shown.texts["r1"] = [CUT]
    assert run(contexts, [device]).outcomes == {"untrusted": 1}
    assert ctx.session.query(Finding).all() == []
    assert alive(ctx) == [("untrusted_capture", "r1 gave an incomplete configuration")]


def test_a_platform_that_stops_skips_the_devices_that_are_left(ctx, shown, contexts):
    stopping = Sign()
    stopping.set()
    summary = run(contexts, [make_device(ctx, hostname="r1")], stopping=stopping)
    assert summary.outcomes == {"skipped": 1}
    assert shown.asked == []


@pytest.mark.usefixtures("shown")
def test_collecting_judges_nothing(ctx, contexts):
    device = make_device(ctx, hostname="r1")
    approve(ctx, device, DRIFTED)
    summary = collect(contexts, [device.id], manner=Manner(threads=1))
    assert summary.outcomes == {"collected": 1}
    assert ctx.session.query(Finding).all() == []
    assert ctx.recorded[-1] == "inventory.collected"


def site_of(ctx, code, count):
    site = make_site(ctx, code=code)
    return [make_device(ctx, site=site, hostname=f"{code}-{n}") for n in range(count)]


def test_a_site_that_cannot_be_reached_is_one_event_and_the_rest_of_it_is_left(
    ctx, shown, contexts
):
    far, near = site_of(ctx, "far", 6), site_of(ctx, "near", 2)
    shown.texts.update({one.hostname: away(one.hostname) for one in far})
    summary = run(contexts, [*far, *near])
    assert summary.outcomes == {"no_baseline": 2, "skipped": 3, "unreachable": 3}
    assert alive(ctx) == [("site_unreachable", "3 of 6 devices of far cannot be reached")]
    assert ctx.get(Scan, summary.scan_id).cut == {"far": [3, 6, 3]}


def test_the_event_of_a_site_ends_when_it_is_reached_again(ctx, shown, contexts):
    far = site_of(ctx, "far", 4)
    shown.texts.update({one.hostname: away(one.hostname) for one in far})
    run(contexts, far)
    shown.texts.clear()
    run(contexts, far)
    assert alive(ctx) == []


def test_one_device_that_cannot_be_reached_is_an_event_of_its_own(ctx, shown, contexts):
    far = site_of(ctx, "far", 4)
    shown.texts["far-0"] = away("far-0")
    run(contexts, far)
    assert alive(ctx) == [("unreachable", "far-0 cannot be reached")]


def test_a_device_in_maintenance_raises_no_event(ctx, shown, contexts):
    device = make_device(ctx, hostname="r1", state="maintenance")
    shown.texts["r1"] = away("r1")
    assert run(contexts, [device]).outcomes == {"unreachable": 1}
    assert alive(ctx) == []


def test_a_device_that_failed_rests_longer_each_time_until_it_answers(ctx, shown, contexts, clock):
    device = make_device(ctx, hostname="r1")
    shown.texts["r1"] = away("r1")
    rests = []
    for _ in range(3):
        run(contexts, [device])
        rests.append(device.rests_until - ctx.now())
    assert rests == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert due(ctx, [device.id]).resting == (device.id,)
    clock.forward(minutes=21)
    assert due(ctx, [device.id]).now == (device.id,)
    shown.texts.clear()
    run(contexts, [device])
    assert (device.failures, device.rests_until) == (0, None)


def test_the_most_urgent_device_is_asked_first(ctx, shown, contexts):
    devices = [make_device(ctx, hostname="r1"), make_device(ctx, hostname="r2")]
    devices[1].options = {"priority": 5}
    run(contexts, devices)
    assert shown.asked == ["r2", "r1"]
