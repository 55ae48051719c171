"""Resolve a device's credential into a login. The only place where secrets become values."""

from core.context import Context
from core.secrets import read_secret
from inventory.drivers.login import Login, PublicKey
from inventory.models import Device, HostKey


def login_for(ctx: Context, device: Device) -> Login:
    """Everything a driver needs, or SecretUnavailable. Never stored, never logged."""
    credential = device.credential
    return Login(
        hostname=device.hostname,
        address=device.address,
        port=device.port,
        platform=device.platform,
        driver=device.driver,
        username=credential.username,
        password=_secret(ctx, credential.password_ref),
        enable=_secret(ctx, credential.enable_ref),
        key=_secret(ctx, credential.key_ref),
        host_key=pinned(ctx, device.id),
        timeout=ctx.settings.device_timeout,
        options=dict(device.options),
    )


def pinned(ctx: Context, device_id: int) -> PublicKey | None:
    row = ctx.session.get(HostKey, device_id)
    return None if row is None else PublicKey(algorithm=row.algorithm, public_key=row.public_key)


def _secret(ctx: Context, reference: str | None) -> str | None:
    return None if reference is None else read_secret(ctx, reference)
