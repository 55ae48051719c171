"""A reported change has the device collected once, and is kept until the device is in sync."""

from dataclasses import replace

import pytest
from sqlalchemy import select, text

from core.actor import Actor
from core.audit import AuditRecord
from core.errors import NotFound, NotPermitted
from operations.change_reports import (
    DeviceSilenced,
    close_reports,
    device_at,
    reports_of,
    request_collection,
)
from operations.models import Event
from operations.syslog import Report
from organization.permissions import PostAuthority
from tests.factories import make_device

ADMIN = Report(user="admin", origin="10.0.0.9", line="vty0")
JOBS = text("SELECT task_name, priority, args, scheduled_at - now() FROM procrastinate_jobs")


@pytest.fixture
def device(ctx):
    return make_device(ctx, hostname="r1", address="10.1.1.1")


def ask(ctx, device, report=ADMIN):
    return request_collection(ctx, device.id, report, via="syslog over UDP", delay=2.0)


def event(ctx):
    return ctx.session.scalars(select(Event).where(Event.kind == "configuration_changed")).one()


def test_the_device_is_scanned_after_the_change_has_settled_and_before_what_was_planned(
    ctx, device
):
    asked = ask(ctx, device)
    [(task, priority, args, delay)] = ctx.session.execute(JOBS).all()
    assert (task, priority, args) == ("drift.scan", 10, {"device_ids": [device.id]})
    assert 1.5 < delay.total_seconds() <= 2.5
    assert (asked.device_id, asked.hostname) == (device.id, "r1")
    assert asked.job is not None


def test_a_burst_makes_one_job_and_one_event(ctx, device):
    jobs = [ask(ctx, device).job for _ in range(3)]
    assert jobs[1:] == [None, None]
    assert len(ctx.session.execute(JOBS).all()) == 1
    assert (event(ctx).count, event(ctx).severity, event(ctx).device_id) == (3, "info", device.id)


def test_who_is_said_to_have_done_it_is_recorded(ctx, device):
    job = ask(ctx, device).job
    facts = ctx.session.scalar(
        select(AuditRecord.facts).where(AuditRecord.action == "collection.triggered")
    )
    assert facts == {
        "via": "syslog over UDP", "job_id": job, "user": "admin", "origin": "10.0.0.9",
        "line": "vty0",
    }  # fmt: skip


def test_reports_are_kept_the_last_first_and_the_same_once(ctx, device, clock):
    for report in (ADMIN, Report(user="eve"), ADMIN):
        ask(ctx, device, report)
        clock.forward(seconds=5)
    assert reports_of(ctx, device.id) == (
        "2026-11-24T12:00:10Z admin from 10.0.0.9 on vty0 (syslog over UDP)",
        "2026-11-24T12:00:05Z eve (syslog over UDP)",
    )


def test_only_the_last_reports_are_kept(ctx, device):
    for number in range(9):
        ask(ctx, device, Report(user=f"u{number}"))
    assert [line.split()[1] for line in reports_of(ctx, device.id)] == [
        "u8",
        "u7",
        "u6",
        "u5",
        "u4",
    ]


def test_what_was_reported_is_over_when_the_device_is_in_sync(ctx, device):
    other = make_device(ctx)
    ask(ctx, device)
    ask(ctx, other)
    close_reports(ctx, [device.id], before=ctx.now())
    assert (reports_of(ctx, device.id), len(reports_of(ctx, other.id))) == ((), 1)


def test_what_was_reported_while_the_device_was_looked_at_is_not_over(ctx, device, clock):
    began = ctx.now()
    clock.forward(seconds=1)
    ask(ctx, device)
    close_reports(ctx, [device.id], before=began)
    assert len(reports_of(ctx, device.id)) == 1


@pytest.mark.parametrize("state", ["planned", "maintenance", "retired"])
def test_a_device_that_is_not_active_is_left_alone(ctx, device, state):
    device.state = state
    with pytest.raises(DeviceSilenced, match=f"r1 is {state}"):
        ask(ctx, device)
    assert ctx.session.execute(JOBS).all() == []
    assert ctx.recorded == []


def test_it_needs_the_permission_to_scan(ctx, device):
    stranger = replace(ctx, person=Actor(name="nobody"), authority=PostAuthority())
    with pytest.raises(NotPermitted, match=r"drift\.scan"):
        ask(stranger, device)


def test_nobody_is_notified_of_a_report(ctx, device, settings):
    told = replace(ctx, settings=settings.model_copy(update={"notify_urls": ("json://x",)}))
    ask(told, device)
    assert [task for task, *_ in ctx.session.execute(JOBS)] == ["drift.scan"]


@pytest.mark.parametrize("name", ["r1", "R1", " r1 ", "10.1.1.1"])
def test_a_device_is_found_by_its_name_or_address(ctx, device, name):
    assert device_at(ctx, name) is device


@pytest.mark.parametrize(("name", "why"), [("r9", "No device has"), ("10.1.1.1", "Several")])
def test_what_names_no_or_no_single_device_is_refused(ctx, device, name, why):
    make_device(ctx, hostname="twin", address=device.address)
    with pytest.raises(NotFound, match=why):
        device_at(ctx, name)
