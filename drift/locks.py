"""One judgement or approval of a device at a time. Changes nothing."""

from collections.abc import Collection

from sqlalchemy import select

from core.context import Context
from inventory.models import Device


def lock_device(ctx: Context, device_id: int) -> Device:
    """The device, locked until the transaction ends, or NotFound."""
    lock_devices(ctx, [device_id])
    return ctx.get(Device, device_id)


def lock_devices(ctx: Context, device_ids: Collection[int]) -> None:
    """Lock these devices until the transaction ends.

    In the order of their ids: two who lock several never wait for each other.
    """
    rows = select(Device.id).where(Device.id.in_(device_ids)).order_by(Device.id)
    ctx.session.execute(rows.with_for_update(key_share=True))
