"""A device is said to have changed: have it collected, and keep who is said to have done it.

What is told is a claim, good for going and looking and for nothing else. Speaks to no device.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from sqlalchemy import func, select

from core.actor import Actor
from core.context import Context
from core.errors import Conflict, NotFound
from core.queue import Job
from inventory.models import Device
from operations import events
from operations.job_kinds import kind_of
from operations.models import Event
from operations.routing import enqueue_routed
from operations.syslog import Report

KIND = "configuration_changed"
JOB = "drift.scan"
URGENT = 10  # priority before everything that was only planned
REPORTS_KEPT = 5  # of one device since it was in sync
PLATFORM = Actor(name="trimtab triggers", granted=frozenset({"event.read", "event.write"}))


class DeviceSilenced(Conflict):
    """The device is not active: nothing that it says is acted on."""

    code: ClassVar[str] = "device_silenced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Triggered:
    """`job` is None where the device's collection waits in the queue already."""

    device_id: int
    hostname: str
    job: int | None


def request_collection(
    ctx: Context, device_id: int, report: Report, *, via: str, delay: float
) -> Triggered:
    """Have the device collected and judged after the delay, and keep the report with its event.

    However many ask, one job of a device waits. Needs `drift.scan`; raises DeviceSilenced for a
    device in maintenance, planned or retired.
    """
    device = ctx.get(Device, device_id)
    ctx.require("drift.scan", device)
    if device.state != "active":
        raise DeviceSilenced(
            f"{device.hostname} is {device.state}; it is collected again once it is active.",
            hostname=device.hostname, state=device.state,
        )  # fmt: skip
    kind, mark = kind_of(JOB), f"trigger:{device.id}"
    asked = Job(
        task=kind.name, queue=kind.queue, lock=mark, queueing_lock=mark, priority=URGENT,
        args={"device_ids": [device.id]}, delay=delay,
    )  # fmt: skip
    [job] = enqueue_routed(ctx, asked)
    _keep(ctx, device, f"{report.told} ({via})")
    ctx.record(
        "collection.triggered", device, via=via, job_id=job, user=report.user,
        origin=report.origin, line=report.line,
    )  # fmt: skip
    return Triggered(device_id=device.id, hostname=device.hostname, job=job)


def reports_of(ctx: Context, device_id: int) -> tuple[str, ...]:
    """Who is said to have changed the device since it was in sync, the last first."""
    detail = ctx.session.scalar(
        select(Event.detail).where(
            Event.device_id == device_id, Event.kind == KIND, Event.state != "closed"
        )
    )
    return tuple(detail.splitlines()) if detail else ()


def close_reports(ctx: Context, device_ids: Collection[int], *, before: datetime) -> None:
    """Close what was reported of devices before this time, since when they were seen in sync."""
    rows = select(Event.id).where(
        Event.device_id.in_(device_ids), Event.kind == KIND, Event.state != "closed",
        Event.last_at <= before,
    )  # fmt: skip
    note = "The device was collected and is as approved."
    if notes := dict.fromkeys(ctx.session.scalars(rows), note):
        events.close_all(replace(ctx, person=PLATFORM), notes)


def device_at(ctx: Context, name: str) -> Device:
    """The device of that hostname, or the only one at that address, or NotFound."""
    told = name.strip().lower()
    rows = select(Device).where((func.lower(Device.hostname) == told) | (Device.address == told))
    found = ctx.session.scalars(rows.limit(3)).all()
    named = [one for one in found if one.hostname.lower() == told] or found
    if len(named) != 1:
        many = "several devices have" if named else "no device has"
        raise NotFound(f"{many.capitalize()} the name or address {name}.", name=name)
    return named[0]


def _keep(ctx: Context, device: Device, told: str) -> None:
    """Raise the device's event with the reports since it was in sync; the same again once."""
    before = [line for line in reports_of(ctx, device.id) if line.partition(" ")[2] != told]
    line = f"{ctx.now():%Y-%m-%dT%H:%M:%SZ} {told}"
    events.raise_event(
        replace(ctx, person=PLATFORM), fingerprint=f"{KIND}:{device.hostname}", kind=KIND,
        title=f"{device.hostname} reports a change of its configuration",
        detail="\n".join([line, *before][:REPORTS_KEPT]), severity="info", device_id=device.id,
    )  # fmt: skip
