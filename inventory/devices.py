"""Devices and their lifecycle. Speaks to none of them."""

import ipaddress
import re
from collections.abc import Collection, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from core.audit import Fact
from core.context import Context
from core.errors import Conflict, InvalidInput, NotFound
from inventory import jumps, relations
from inventory.credentials import credential_by_name, require_for
from inventory.drivers.registry import driver_for
from inventory.models import STATES, Credential, Device, Site
from inventory.platforms import platform_of
from inventory.sites import site_by_code

HOSTNAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")
NUMBERS = re.compile(r"[\d.]+")
STEPS: Mapping[str, frozenset[str]] = {
    "planned": frozenset({"active", "retired"}),
    "active": frozenset({"maintenance", "retired"}),
    "maintenance": frozenset({"active", "retired"}),
    "retired": frozenset(),
}
"""The lifecycle: what a device may become. Retired is the end; its history stays."""


def add_device(  # noqa: PLR0913 - a device's columns
    ctx: Context, *, hostname: str, site_code: str, platform: str, address: str,
    credential: Credential, port: int = 22, driver: str | None = None,
    options: Mapping[str, Fact] | None = None, role: str = "", state: str = "active",
) -> Device:  # fmt: skip
    """A new device of a site. `driver` defaults to its platform's.

    Needs `device.write` on the site. The credentials that it names are the unit's own or of one
    above: what is named here is sent to the address given here. Raises InvalidInput,
    UnknownPlatform, UnknownDriver, NotFound or Conflict before anything is written.
    """
    site = site_by_code(ctx, site_code)
    ctx.require("device.write", site)
    known = platform_of(platform)
    driver = driver or known.driver
    check_values(hostname=hostname, address=address, port=port, state=state)
    check_driver(driver, platform, options or {})
    require_for(ctx, credential, site.unit_id)
    jump = jumps.read(hostname, (options or {}).get(jumps.OPTION))
    if isinstance(jump, jumps.Given):
        require_for(ctx, credential_by_name(ctx, jump.credential), site.unit_id)
    if named(ctx, hostname) is not None:
        raise Conflict(f"There is a device {hostname} already.", hostname=hostname)
    device = ctx.add(
        Device(
            hostname=hostname, site_id=site.id, platform=platform, driver=driver, address=address,
            port=port, credential_id=credential.id, options=dict(options or {}), role=role,
            state=state, created_at=ctx.now(),
        )
    )  # fmt: skip
    relations.resolve(ctx, device)
    ctx.record(
        "device.added", device, site=site.code, platform=platform, driver=driver, address=address,
        port=port, credential=credential.name, options=device.options, role=role, state=state,
    )  # fmt: skip
    return device


def check_values(*, hostname: str, address: str, port: int, state: str) -> None:
    """Raise InvalidInput whose fact `field` names the one at fault."""
    if not HOSTNAME.fullmatch(hostname):
        raise InvalidInput(f"{hostname!r} is no hostname.", field="hostname")
    if not _is_address(address):
        raise InvalidInput(f"{address!r} is no IP address and no DNS name.", field="address")
    if not 1 <= port <= 65535:
        raise InvalidInput(f"{port} is no port: use 1 to 65535.", field="port")
    if state not in STATES:
        raise InvalidInput(f"{state!r} is no state: use {', '.join(STATES)}.", field="state")


def check_driver(driver: str, platform: str, options: Mapping[str, Fact]) -> None:
    if not driver_for(driver).supports(platform, options):
        raise InvalidInput(
            f"The driver {driver} cannot collect {platform}. Choose another driver, or for netmiko "
            'set the option {"commands": {"running": "..."}}.',
            field="driver",
        )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return HOSTNAME.fullmatch(text) is not None and NUMBERS.fullmatch(text) is None
    return True


def set_state(ctx: Context, device_id: int, state: str) -> Device:
    """Move a device along its lifecycle; Conflict where no such step leads on.

    It is retired by other functions, which look at what refers to it.
    """
    if state == "retired":
        raise InvalidInput(
            "A device is retired by `trimtab device retire`, or after its last change by `finish`.",
            field="state",
        )
    return _moved(ctx, device_id, state)


def _moved(ctx: Context, device_id: int, state: str) -> Device:
    device = ctx.get_locked(Device, device_id)
    ctx.require("device.write", device)
    if state not in STATES:
        raise InvalidInput(f"{state!r} is no state: use {', '.join(STATES)}.", field="state")
    if state not in STEPS[device.state]:
        raise Conflict(f"{device.hostname} is {device.state}; it cannot become {state}.")
    before, device.state = device.state, state
    ctx.record("device.state_changed", device, before=before, after=state)
    return device


def retire_device(ctx: Context, device_id: int, *, reason: str) -> Device:
    """End a device's life: never collected or changed again; its history stays.

    Looks at nothing that refers to it: whoever calls this has (`changes.lifecycle`).
    """
    if not reason.strip():
        raise InvalidInput("Say why the device is retired; auditors read it.", field="reason")
    device = _moved(ctx, device_id, "retired")
    ctx.record("device.retired", device, reason=reason)
    return device


def list_devices(
    ctx: Context, *, site: str | None = None, platform: str | None = None,
    state: str | None = None, outcomes: Collection[str] | None = None, after: str | None = None,
    limit: int = 50,
) -> list[Device]:  # fmt: skip
    """Devices that the person may read, by hostname; `after` is the last hostname already seen."""
    query = (
        select(Device)
        .join(Site)
        .options(contains_eager(Device.site))
        .where(Device.owned_by(ctx.units("device.read")))
        .order_by(Device.hostname)
        .limit(limit)
    )
    if site is not None:
        query = query.where(Site.code == site)
    if platform is not None:
        query = query.where(Device.platform == platform)
    if state is not None:
        query = query.where(Device.state == state)
    if outcomes is not None:
        query = query.where(Device.outcome.in_(outcomes))
    if after is not None:
        query = query.where(Device.hostname > after)
    return list(ctx.session.scalars(query))


def get_device(ctx: Context, device_id: int) -> Device:
    device = ctx.get(Device, device_id)
    ctx.require("device.read", device)
    return device


def by_hostname(ctx: Context, name: str) -> Device:
    """The device of that name, or NotFound; case does not matter."""
    device = named(ctx, name)
    if device is None:
        raise NotFound(f"There is no device {name}; `trimtab device list` shows all.", name=name)
    ctx.require("device.read", device)
    return device


def named(ctx: Context, name: str) -> Device | None:
    return ctx.session.scalar(
        select(Device).where(func.lower(Device.hostname) == name.strip().lower())
    )
