"""Keep what a device last said of itself: uptime, interfaces, modules, whether it saved.

Makes no snapshot and no finding: half of it changes by itself.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace

from core.audit import Fact
from core.context import Context
from inventory.cleaning import told
from inventory.drivers.protocol import Facts, Interface, Item
from inventory.models import Device
from inventory.report_models import DeviceReport

MOST = 10_000  # interfaces or modules of one device; more are not kept
ADDRESSES = 100  # of one interface


def take(
    ctx: Context, device: Device, facts: Facts, *, saved: bool | None, before: DeviceReport | None
) -> DeviceReport:
    """Make the device's report, None before the first one, that just heard. The caller records.

    What a collection did not tell stays as it was, but `saved` and the uptime.
    """
    row = before
    if row is None:
        row = DeviceReport(device_id=device.id, interfaces=[], items=[], seen_at=ctx.now())
        ctx.session.add(row)
    row.saved, row.uptime = saved, facts.uptime
    if facts.interfaces is not None:
        row.interfaces = [_row(one) for one in facts.interfaces]
    if facts.items is not None:
        row.items = [_row(one) for one in facts.items]
    row.seen_at = ctx.now()
    return row


def seal_of(ctx: Context, device: Device, source: str) -> bytes | None:
    """What makes the text known that the device showed last, if anything does."""
    row = ctx.session.get(DeviceReport, device.id)
    if row is None:
        return None
    return row.running_seal if source == "running" else row.startup_seal


def of_device(ctx: Context, device_id: int) -> DeviceReport | None:
    """What the device last said, None before the first trusted collection."""
    ctx.require("device.read", ctx.get(Device, device_id))
    return ctx.session.get(DeviceReport, device_id)


def fit(facts: Facts) -> Facts:
    """The facts with words that are printable and short, and no more of them than a device has."""
    return replace(
        facts,
        model=_told(facts.model),
        serial=_told(facts.serial),
        os_version=_told(facts.os_version),
        interfaces=None if facts.interfaces is None else tuple(
            Interface(
                name=told(one.name), up=one.up, description=told(one.description),
                speed=one.speed, addresses=tuple(map(told, one.addresses[:ADDRESSES])),
            )
            for one in facts.interfaces[:MOST]
        ),
        items=None if facts.items is None else tuple(
            Item(name=told(one.name), part=told(one.part), serial=told(one.serial))
            for one in facts.items[:MOST]
        ),
    )  # fmt: skip


def _told(value: str | None) -> str | None:
    return None if value is None else told(value)


def _row(one: Interface | Item) -> dict[str, Fact]:
    values: Mapping[str, Fact] = asdict(one)
    return {name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()}  # fmt: skip
