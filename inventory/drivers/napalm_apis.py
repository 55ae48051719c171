"""The driver for what NAPALM speaks to: ios over SSH, eos over eAPI, junos over NETCONF, nxos."""

import re
from collections.abc import Callable, Mapping
from typing import ClassVar, TypeVar

from jnpr.junos.exception import RpcError
from napalm.base import exceptions as napalm_errors
from pyeapi.eapilib import CommandError

from inventory.drivers import reading
from inventory.drivers.login import Login
from inventory.drivers.meter import within
from inventory.drivers.napalm_sessions import DRIVERS, NapalmConnection, opened, translated
from inventory.drivers.protocol import Collection, Facts, Interface, Item, Neighbour
from inventory.platforms import Platform, platform_of

UNASKED = (
    NotImplementedError, LookupError, CommandError, RpcError, ValueError, TypeError, AttributeError,
    napalm_errors.CommandErrorException,
)  # fmt: skip
"""What a getter raises that its device has no answer for, or none that NAPALM can read."""

MODULES = ("chassis", "chassis-module", "chassis-sub-module", "chassis-sub-sub-module")
Answer = TypeVar("Answer")


class NapalmDriver:
    """Options: `transport` (eos, nxos: http, https or ssh), `port` of the web interface."""

    name: ClassVar[str] = "napalm"

    def supports(self, platform: str, _options: Mapping[str, object]) -> bool:
        return platform in DRIVERS

    def collect(self, login: Login) -> Collection:
        with opened(login) as (device, key), translated(login):
            texts = _texts(device)
            facts = device.get_facts()
            lldp = device.get_lldp_neighbors()
            cdp = _asked(lambda: _cdp(device, platform_of(login.platform))) or ()
            interfaces = _asked(lambda: _interfaces(device))
            items = _asked(lambda: _chassis(device))
        running = str(texts["running"])
        within(login, running, str(texts["startup"]))
        return Collection(
            running=running,
            startup=str(texts["startup"]) or None,
            facts=_facts(facts, interfaces, items),
            neighbours=(*_neighbours(lldp), *cdp),
            hostname=reading.hostname(
                platform_of(login.platform),
                running=running,
                prompt=str(facts["hostname"]),
                expected=login.hostname,
            ),
            host_key=key,
        )


def _texts(device: NapalmConnection) -> Mapping[str, str]:
    """Junos has a running configuration only: what is committed is kept."""
    found: Mapping[str, str] = device.get_config(
        retrieve="running" if device.platform == "junos" else "all"
    )
    return found


def _asked(getter: Callable[[], Answer]) -> Answer | None:
    """What a getter answers, None where it cannot: facts never cost the configuration."""
    try:
        return getter()
    except UNASKED:
        return None


def _interfaces(device: NapalmConnection) -> tuple[Interface, ...]:
    addresses = _asked(device.get_interfaces_ip) or {}
    return tuple(
        Interface(
            name=name,
            up=bool(one["is_up"]),
            description=str(one["description"]),
            speed=round(one["speed"]) if one["speed"] > 0 else None,
            addresses=tuple(
                f"{address}/{told['prefix_length']}"
                for family in addresses.get(name, {}).values()
                for address, told in family.items()
            ),
        )
        for name, one in device.get_interfaces().items()
    )


def _chassis(device: NapalmConnection) -> tuple[Item, ...] | None:
    """The modules of a Junos chassis, with all that stands in them."""
    if device.platform != "junos":
        return None
    chassis = device.device.rpc.get_chassis_inventory()
    parts = [one for kind in MODULES for one in chassis.iter(kind)]
    return tuple(
        Item(
            name=one.findtext("name") or "",
            part=one.findtext("part-number") or one.findtext("model-number") or "",
            serial=one.findtext("serial-number") or "",
        )
        for one in parts
    )


def _facts(
    facts: Mapping[str, object],
    interfaces: tuple[Interface, ...] | None,
    items: tuple[Item, ...] | None,
) -> Facts:
    def known(key: str) -> str | None:
        value = str(facts.get(key) or "")
        return value if value not in {"", "Unknown", "None"} else None

    version = known("os_version")
    uptime = float(str(facts.get("uptime") or -1))
    return Facts(
        model=known("model"),
        serial=known("serial_number"),
        os_version=version and re.sub(r".*\bVersion ([^\s,]+).*", r"\1", version),
        uptime=round(uptime) if uptime >= 0 else None,
        interfaces=interfaces,
        items=items,
    )


def _cdp(device: NapalmConnection, platform: Platform) -> tuple[Neighbour, ...]:
    """NAPALM has no getter for CDP: the command's answer is read as on the command line."""
    command = platform.commands.cdp
    if command is None:
        return ()
    return reading.neighbours(platform, lldp="", cdp=str(device.cli([command])[command]))


def _neighbours(lldp: Mapping[str, list[Mapping[str, str]]]) -> tuple[Neighbour, ...]:
    return tuple(
        Neighbour(
            interface=interface,
            peer_name=reading.short_name(peer["hostname"]),
            peer_interface=peer["port"],
        )
        for interface, peers in lldp.items()
        for peer in peers
        if peer["hostname"]
    )
