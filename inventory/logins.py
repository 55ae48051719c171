"""Resolve a device's credential into a login. The only place where secrets become values."""

from dataclasses import replace

from sqlalchemy import func, select

from core.context import Context
from core.errors import InvalidInput, NotFound
from core.secrets import SecretUnavailable, read_secret
from inventory import own_logins
from inventory.credentials import credential_by_name
from inventory.drivers.login import Login, PublicKey
from inventory.jumps import DEEPEST, Given, jump_of
from inventory.models import Credential, Device, HostKey


def login_for(ctx: Context, device: Device) -> Login:
    """Everything a driver needs, or SecretUnavailable. Never stored, never logged.

    While a change replaces its password, and after one that broke off, both are in it.
    """
    return _login(ctx, device, via=())


def login_by(ctx: Context, device: Device, reference: str) -> Login:
    """The device's login with the password of this reference, and with no other."""
    password = read_secret(ctx, reference)
    return replace(_login(ctx, device, via=()), password=password, second=None)


def _login(ctx: Context, device: Device, *, via: tuple[str, ...]) -> Login:
    """The login of a device behind which the devices `via` lie."""
    first, second = _passwords(ctx, device)
    return replace(
        _with_credential(ctx, device.credential, hostname=device.hostname, address=device.address),
        password=first,
        second=second,
        port=device.port,
        platform=device.platform,
        driver=device.driver,
        host_key=pinned(ctx, device.id),
        options=dict(device.options),
        jump=_jump(ctx, device, via=(*via, device.hostname)),
    )


def _passwords(ctx: Context, device: Device) -> own_logins.Passwords:
    """The passwords to try in their order; of two one may be gone already."""
    references = own_logins.passwords(device)
    if references[1] is None:
        return _secret(ctx, references[0]), None
    found, trouble = list[str | None](), SecretUnavailable("There is no password.")
    for reference in references:
        try:
            found.append(_secret(ctx, reference))
        except SecretUnavailable as error:
            trouble = error
    if not found:
        raise trouble
    return found[0], found[1] if len(found) > 1 else None


def _with_credential(ctx: Context, credential: Credential, *, hostname: str, address: str) -> Login:
    return Login(
        hostname=hostname,
        address=address,
        platform="linux",
        username=credential.username,
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
        password = _secret(ctx, credential.password_ref)
        return replace(login, password=password, port=found.port, host_key=found.host_key)
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
