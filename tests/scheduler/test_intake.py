"""What the listener makes of messages before anything is written."""

from datetime import UTC, datetime

import pytest

from operations.events import Notice
from operations.syslog import Report
from operations.syslog.counts import UNKNOWN_KEPT, Counts
from operations.syslog.senders import Directory, Known
from scheduler.listeners.intake import Change, Intake
from scheduler.listeners.receiving import Received

R1 = Known(id=1, hostname="r1", platform="cisco_ios", addresses=("10.0.0.1",))
QUIET = Known(
    id=2, hostname="r2", platform="cisco_ios", addresses=("10.0.0.2",), active=False
)  # fmt: skip
CONFIGURED = "%SYS-5-CONFIG_I: Configured from console by admin"
DOWN = "%LINK-3-UPDOWN: Interface Gi0/{}, changed state to down"
VIA = "syslog over UDP from 10.0.0.1"


def counts():
    now = datetime(2026, 11, 25, tzinfo=UTC)
    return Counts(since=now, at=now)


@pytest.fixture
def intake():
    return Intake(counts=counts(), directory=Directory.of([R1, QUIET]))


def send(intake, text, *, address="10.0.0.1", now=0.0, severity=5):
    raw = f"<{23 * 8 + severity}>1: {text}".encode()
    intake.take(Received(raw=raw, address=address, via="UDP"), now=now)


def changes(intake, *, now):
    due = intake.due_changes(now=now, most=100)
    intake.done(due, {}, now=now)
    return due


def events(intake, *, now):
    due = intake.due_events(now=now, most=100)
    intake.done((), due, now=now)
    return list(due.values())


def test_a_reported_change_asks_for_the_device_once_however_often_it_is_said(intake):
    for _ in range(3):
        send(intake, CONFIGURED)
    assert changes(intake, now=0.0) == (Change(device=R1, report=Report(user="admin"), via=VIA),)
    assert changes(intake, now=1.0) == ()
    assert (intake.counts.received, intake.counts.changed) == (3, 3)


def test_who_did_it_is_kept_when_a_later_message_does_not_say(intake):
    send(intake, CONFIGURED)
    send(intake, "%SYS-5-CONFIG: by hand")
    assert [one.report.user for one in changes(intake, now=0.0)] == ["admin"]


def test_a_device_that_reports_all_the_time_waits_for_its_turn_and_is_not_forgotten(intake):
    asked = []
    for second in range(60):
        send(intake, CONFIGURED)
        asked += [second for _ in changes(intake, now=float(second))]
    assert len(asked) == 10
    assert len(changes(intake, now=1000.0)) == 1


def test_another_device_is_not_held_up_by_one_that_reports_all_the_time(intake):
    other = Known(id=3, hostname="r3", platform="cisco_ios", addresses=("10.0.0.3",))
    intake.directory = Directory.of([R1, other])
    for _ in range(9):
        send(intake, CONFIGURED)
        changes(intake, now=0.0)
    send(intake, CONFIGURED, address="10.0.0.3")
    assert [one.device for one in intake.due_changes(now=0.0, most=1)] == [other]


def test_a_storm_of_errors_is_one_event_with_a_count(intake):
    for port in range(1000):
        send(intake, DOWN.format(port), severity=3)
    assert events(intake, now=0.0) == [
        Notice(
            fingerprint="syslog:r1:LINK-3-UPDOWN: Interface #, changed state to down",
            kind="syslog", title="r1: LINK-3-UPDOWN: Interface #, changed state to down",
            detail="LINK-3-UPDOWN: Interface Gi0/999, changed state to down", severity="major",
            device_id=1, times=1000,
        )
    ]  # fmt: skip


def test_errors_that_go_on_are_told_again_after_half_a_minute(intake):
    told = []
    for second in range(61):
        send(intake, DOWN.format(1), severity=3)
        told += [(second, one.times) for one in events(intake, now=float(second))]
    assert told == [(0, 1), (30, 30), (60, 30)]


def test_a_device_with_ever_new_errors_makes_few_events(intake):
    for number in range(500):
        send(intake, "x" * (number % 70 + 1) + " y" * (number // 70), severity=2)
    found = events(intake, now=0.0)
    assert len(found) == 21
    assert found[-1].title == "r1: other messages"
    assert sum(one.times for one in found) == 500


@pytest.mark.parametrize(
    ("severity", "told"), [(0, ["critical"]), (2, ["critical"]), (3, ["major"]), (4, [])]
)
def test_only_errors_and_worse_become_events(intake, severity, told):
    send(intake, "%PLATFORM-1-FAN: broken", severity=severity)
    assert [one.severity for one in events(intake, now=0.0)] == told


def test_errors_are_no_events_where_the_setting_says_so():
    intake = Intake(counts=counts(), directory=Directory.of([R1]), events=False)
    send(intake, DOWN.format(1), severity=3)
    assert events(intake, now=0.0) == []


def test_maintenance_silences(intake):
    send(intake, CONFIGURED, address="10.0.0.2", severity=1)
    assert (changes(intake, now=0.0), events(intake, now=0.0)) == ((), [])
    assert intake.counts.silenced == 1


def test_unknown_senders_are_counted_and_not_kept_at_will(intake):
    for number in range(1000):
        send(intake, CONFIGURED, address=f"10.8.{number // 250}.{number % 250}", severity=1)
    assert (changes(intake, now=0.0), events(intake, now=0.0)) == ((), [])
    assert (intake.counts.unknown_sender, len(intake.counts.unknown)) == (1000, UNKNOWN_KEPT)


def test_a_message_without_a_priority_is_counted_and_still_read(intake):
    intake.take(Received(raw=CONFIGURED.encode(), address="10.0.0.1", via="TCP"), now=0.0)
    assert (intake.counts.unparsed, len(changes(intake, now=0.0))) == (1, 1)
