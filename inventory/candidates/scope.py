"""Where discovery may go, and with which credential. Pure; asked before every contact."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from core.errors import InvalidInput, TrimtabError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MOST_ADDRESSES = 65_536


class NotAllowed(TrimtabError):
    """An address that nobody allowed to be probed, or not to whoever asks."""

    code = "range_not_allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """An allowed range as it decides about an address."""

    range_id: int
    unit_id: int
    network: Network
    ports: tuple[int, ...]
    credential_id: int | None


@dataclass(frozen=True, kw_only=True)
class Scope:
    """All allowed ranges. The most specific one that holds an address decides about it.

    `enterable` are those that this search may enter. One that it may not enter hides the wider
    ones around it.
    """

    territories: tuple[Territory, ...]
    enterable: frozenset[int]

    @cached_property
    def _by_prefix(self) -> tuple[tuple[int, int, dict[int, Territory]], ...]:
        """Version, bits behind the prefix, and the ranges by prefix; the most specific first."""
        found: dict[tuple[int, int], dict[int, Territory]] = {}
        for one in self.territories:
            rest = one.network.max_prefixlen - one.network.prefixlen
            prefixes = found.setdefault((one.network.version, rest), {})
            prefixes[int(one.network.network_address) >> rest] = one
        return tuple((version, rest, found[version, rest]) for version, rest in sorted(found))

    def holder(self, address: str) -> Territory | None:
        """The range that decides about an address; None where nobody allowed it."""
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return None
        for version, rest, prefixes in self._by_prefix:
            if version == ip.version and (found := prefixes.get(int(ip) >> rest)) is not None:
                return found
        return None

    def enter(self, address: str) -> Territory:
        """The range under which an address may be contacted now, or NotAllowed saying why not."""
        found = self.holder(address)
        if found is None:
            raise NotAllowed(
                f"{address} lies in no range that an administrator allowed; it was not contacted.",
                address=address,
            )
        if found.range_id not in self.enterable:
            raise NotAllowed(
                f"{address} lies in {found.network}, which this search may not enter; it was not "
                "contacted.",
                address=address,
            )
        return found

    def targets(self, network: Network) -> Iterator[str]:
        """Every host address of a network; NotAllowed where one of them may not be contacted."""
        if network.num_addresses > MOST_ADDRESSES:
            raise InvalidInput(
                f"{network} holds {network.num_addresses} addresses; a search goes through "
                f"{MOST_ADDRESSES} at most. Name a part of it.",
                field="cidrs",
            )
        hosts = [str(host) for host in network.hosts()]
        for host in hosts:
            self.enter(host)
        return iter(hosts)
