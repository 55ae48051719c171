"""Pinned host keys: kept at first contact, forgotten by a person only."""

from core.audit import Fact
from core.context import Action, Context
from core.errors import NotFound
from inventory.drivers.host_keys import fingerprint
from inventory.drivers.login import PublicKey
from inventory.models import Device, HostKey


def pin(ctx: Context, device: Device, key: PublicKey) -> None:
    """Keep the key of the first contact; later sessions are held to it by the driver."""
    if ctx.session.get(HostKey, device.id) is None:
        ctx.record_all([pinned(ctx, device, key)])


def pinned(ctx: Context, device: Device, key: PublicKey) -> Action:
    """Pin the key of a device that has none; the caller records what this returns."""
    shown = fingerprint(key)
    ctx.session.add(
        HostKey(
            device_id=device.id, algorithm=key.algorithm, public_key=key.public_key,
            fingerprint=shown, pinned_at=ctx.now(),
        )
    )  # fmt: skip
    facts: dict[str, Fact] = {"fingerprint": shown, "algorithm": key.algorithm}
    return Action(action="host_key.pinned", subject=device, facts=facts)


def forget(ctx: Context, device_id: int, *, reason: str) -> None:
    """Unpin a device's key, so that the next contact pins the one it then shows."""
    device = ctx.get(Device, device_id)
    ctx.require("device.write", device)
    row = ctx.session.get(HostKey, device_id)
    if row is None:
        raise NotFound(f"No host key of {device.hostname} is pinned.")
    ctx.session.delete(row)
    ctx.record("host_key.forgotten", device, fingerprint=row.fingerprint, reason=reason)
