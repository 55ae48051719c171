"""Devices whose startup configuration is not the running one. Looks at stored reports only."""

from collections.abc import Sequence

from changes.maintenance.seen import About, Seen
from core.context import Context
from inventory.report_models import DeviceReport


def look(ctx: Context, devices: Sequence[About]) -> list[Seen]:
    """By what each device told in its last trusted collection."""
    return [_seen(about, ctx.session.get(DeviceReport, about.device_id)) for about in devices]


def _seen(about: About, report: DeviceReport | None) -> Seen:
    if report is None:
        return about.seen("failed", "It was never collected completely.")
    if report.saved is None:
        return about.seen("passed", "It has no startup configuration of its own.")
    at = f"seen at {report.seen_at:%F %H:%M %Z}"
    if report.saved:
        return about.seen("passed", f"Startup and running configuration are the same, {at}.")
    return about.seen(
        "attention", f"A restart would lose what runs now ({at}). Have it saved by a change."
    )
