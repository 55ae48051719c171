"""The one shape of every driver: sign in once, bring everything back. No database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol, runtime_checkable

from inventory.drivers.login import Login, PublicKey

NeighbourProtocol = Literal["lldp", "cdp"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """An interface as it is now; `speed` in Mbit/s, addresses with their prefix length."""

    name: str
    up: bool
    description: str = ""
    speed: int | None = None
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A part of the hardware: chassis, module, power supply, transceiver."""

    name: str
    part: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a device says of itself; None where it did not say. `uptime` in seconds."""

    model: str | None = None
    serial: str | None = None
    os_version: str | None = None
    uptime: int | None = None
    interfaces: tuple[Interface, ...] | None = None
    items: tuple[Item, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """One neighbour, with the interfaces' and the system's name as the device shows them."""

    interface: str
    peer_name: str
    peer_interface: str = ""
    peer_address: str | None = None
    protocol: NeighbourProtocol = "lldp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What one session brought back: texts as the device printed them, secrets included.

    `startup` is None where the platform has none or does not show it. `host_key` is the key that
    the session was held with, None without SSH. `doubts` are the driver's own.
    """

    running: str
    startup: str | None
    facts: Facts
    neighbours: tuple[Neighbour, ...]
    hostname: str
    host_key: PublicKey | None
    doubts: tuple[str, ...] = ()


@runtime_checkable
class Driver(Protocol):
    """Reads a device. The group `trimtab.drivers` adds drivers beside the four built-in ones."""

    name: ClassVar[str]

    def supports(self, platform: str, options: Mapping[str, object]) -> bool:
        """Whether `collect` can work on this platform; asks nobody."""
        ...

    def collect(self, login: Login) -> Collection:
        """Sign in once and read everything, or raise a DeviceError.

        Sends no credential to a host whose key is not `login.host_key`, where that is set.
        """
        ...
