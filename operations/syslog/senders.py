"""Which device a message is from: by its sender's address, by name only behind a relay. Pure."""

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A device as the listener knows it; `active` is false for one in maintenance or retired."""

    id: int
    hostname: str
    platform: str
    active: bool = True
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Directory:
    """Devices by address and by name, as they were at one moment."""

    by_address: Mapping[str, tuple[Known, ...]] = field(default_factory=dict)
    by_name: Mapping[str, tuple[Known, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, devices: Iterable[Known]) -> "Directory":
        addresses, names = defaultdict[str, list[Known]](list), defaultdict[str, list[Known]](list)
        for device in devices:
            for address in device.addresses:
                addresses[plain_address(address)].append(device)
            for name in {device.hostname.lower(), short(device.hostname)}:
                names[name].append(device)
        return cls(_frozen(addresses), _frozen(names))

    def sender(
        self, address: str, hostname: str, *, relays: Sequence[Network] = ()
    ) -> Known | None:
        """The one device that a message from this address is from, or None.

        What the message says of itself is believed only behind a relay, and where several devices
        share the address.
        """
        if is_among(address, relays):
            told = self.by_address.get(plain_address(hostname)) or self._named(hostname)
            return _only(told)
        found = self.by_address.get(plain_address(address), ())
        if len(found) < 2:
            return _only(found)
        return _only(tuple(one for one in self._named(hostname) if one in found))

    def _named(self, hostname: str) -> tuple[Known, ...]:
        return self.by_name.get(hostname.lower()) or self.by_name.get(short(hostname), ())


def plain_address(text: str) -> str:
    """An address in its one form: no zone, no IPv4 inside of IPv6; other text as it is."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_among(address: str, networks: Sequence[Network]) -> bool:
    """Whether the address lies in one of the networks."""
    if not is_address(plain := plain_address(address)):
        return False
    one = ipaddress.ip_address(plain)
    return any(one.version == network.version and one in network for network in networks)


def short(hostname: str) -> str:
    """The first label of a name, in small letters."""
    return hostname.lower().partition(".")[0]


def _only(found: Sequence[Known]) -> Known | None:
    return found[0] if len(found) == 1 else None


def _frozen(found: Mapping[str, Sequence[Known]]) -> dict[str, tuple[Known, ...]]:
    return {key: tuple(dict.fromkeys(some)) for key, some in found.items()}
