"""Resolve a device's credential into a login. The only place where secrets become values."""

from dataclasses import replace

from sqlalchemy import func, select

from core.context import Context
from core.errors import InvalidInput, NotFound
from core.secrets import read_secret
from inventory.credentials import credential_by_name
from inventory.drivers.login import Login, PublicKey
from inventory.jumps import DEEPEST, Given, jump_of
from inventory.models import Credential, Device, HostKey


def login_for(ctx: Context, device: Device) -> Login:
    """Everything a driver needs, or SecretUnavailable. Never stored, never logged."""
    return _login(ctx, device, via=())


def _login(ctx: Context, device: Device, *, via: tuple[str, ...]) -> Login:
    """The login of a device behind which the devices `via` lie."""
    return replace(
        _with_credential(ctx, device.credential, hostname=device.hostname, address=device.address),
        port=device.port,
        platform=device.platform,
        driver=device.driver,
        host_key=pinned(ctx, device.id),
        options=dict(device.options),
        jump=_jump(ctx, device, via=(*via, device.hostname)),
    )


def _with_credential(ctx: Context, credential: Credential, *, hostname: str, address: str) -> Login:
    return Login(
        hostname=hostname,
        address=address,
        platform="linux",
        username=credential.username,
        password=_secret(ctx, credential.password_ref),
        enable=_secret(ctx, credential.enable_ref),
        key=_secret(ctx, credential.key_ref),
        timeout=ctx.settings.device_timeout,
        max_seconds=ctx.settings.collection_seconds,
        max_bytes=ctx.settings.collection_megabytes * 2**20,
    )


def _jump(ctx: Context, device: Device, *, via: tuple[str, ...]) -> Login | None:
    """The login of the host to go through, with those that lie before it."""
    found = jump_of(device)
    if found is None:
        return None
    if isinstance(found, Given):
        credential = credential_by_name(ctx, found.credential)
        login = _with_credential(ctx, credential, hostname=found.host, address=found.host)
        return replace(login, port=found.port, host_key=found.host_key)
    host = ctx.session.scalar(select(Device).where(func.lower(Device.hostname) == found.lower()))
    if host is None:
        raise NotFound(f"The jump host {found} of {device.hostname} is no device.", name=found)
    if host.hostname in via or len(via) > DEEPEST:
        raise InvalidInput(
            f"The jump hosts of {via[0]} lead in a circle or too far: "
            f"{', '.join((*via[1:], host.hostname))}.",
            field="options",
        )
    return _login(ctx, host, via=via)


def pinned(ctx: Context, device_id: int) -> PublicKey | None:
    row = ctx.session.get(HostKey, device_id)
    return None if row is None else PublicKey(algorithm=row.algorithm, public_key=row.public_key)


def _secret(ctx: Context, reference: str | None) -> str | None:
    return None if reference is None else read_secret(ctx, reference)
