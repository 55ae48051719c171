"""Pinned host keys: kept at first contact, forgotten by a person only."""

from core.context import Context
from core.errors import NotFound
from inventory.drivers.host_keys import fingerprint
from inventory.drivers.login import PublicKey
from inventory.models import Device, HostKey


def pin(ctx: Context, device: Device, key: PublicKey) -> None:
    """Keep the key of the first contact; later sessions are held to it by the driver."""
    if ctx.session.get(HostKey, device.id) is not None:
        return
    ctx.add(
        HostKey(
            device_id=device.id,
            algorithm=key.algorithm,
            public_key=key.public_key,
            fingerprint=fingerprint(key),
            pinned_at=ctx.now(),
        )
    )
    ctx.record("host_key.pinned", device, fingerprint=fingerprint(key), algorithm=key.algorithm)


def forget(ctx: Context, device_id: int, *, reason: str) -> None:
    """Unpin a device's key, so that the next contact pins the one it then shows."""
    device = ctx.get(Device, device_id)
    ctx.require("device.write", device)
    row = ctx.session.get(HostKey, device_id)
    if row is None:
        raise NotFound(f"No host key of {device.hostname} is pinned.")
    ctx.session.delete(row)
    ctx.record("host_key.forgotten", device, fingerprint=row.fingerprint, reason=reason)
