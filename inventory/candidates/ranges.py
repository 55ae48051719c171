"""Address ranges that may be probed: allowed and withdrawn by persons. Contacts nobody."""

import ipaddress
from collections.abc import Sequence

from sqlalchemy import select

from core.context import Context
from core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from inventory.candidates.models import DiscoveryRange
from inventory.candidates.scope import Network, Scope, Territory
from inventory.models import Credential, Site
from organization.models import Unit

USUAL_PORTS = (22,)
MOST_PORTS = 16
LARGEST_PORT = 65_535


def allow(
    ctx: Context, cidr: str, *, unit: Unit, ports: Sequence[int] = USUAL_PORTS,
    credential: Credential | None = None, site: Site | None = None,
) -> DiscoveryRange:  # fmt: skip
    """Let these addresses be probed, with this credential or without signing in.

    Needs `discovery.allow` in the unit and in those of the ranges it overlaps, and
    `credential.read` on the credential. A person does this, never the platform.
    """
    ctx.require("discovery.allow", unit)
    if ctx.person.person_id is None:
        raise NotPermitted("A range is allowed by a person, never by the platform itself.")
    network = network_of(cidr)
    _check_ports(ports)
    if credential is not None:
        ctx.require("credential.read", credential)
    for other in _active(ctx):
        if other.cidr == str(network):
            raise Conflict(f"{other.cidr} is allowed already; withdraw it first to change it.")
        if _overlap(network, network_of(other.cidr)):
            ctx.require("discovery.allow", other)
    allowed = ctx.add(
        DiscoveryRange(
            cidr=str(network), unit_id=unit.id, ports=list(dict.fromkeys(ports)),
            credential_id=credential.id if credential else None,
            site_id=site.id if site else None,
            allowed_by_id=ctx.person.person_id, allowed_at=ctx.now(),
        )
    )  # fmt: skip
    ctx.record(
        "discovery.range_allowed", allowed, unit=unit.code, ports=allowed.ports,
        credential=credential.name if credential else None, site=site.code if site else None,
    )  # fmt: skip
    return allowed


def withdraw(ctx: Context, range_id: int, *, reason: str) -> DiscoveryRange:
    """Nobody there is contacted by discovery any more, by runs under way neither."""
    allowed = ctx.get_locked(DiscoveryRange, range_id)
    ctx.require("discovery.allow", allowed)
    if allowed.withdrawn_at is not None:
        raise Conflict(f"{allowed.cidr} was withdrawn already.")
    allowed.withdrawn_at, allowed.withdrawn_by_id = ctx.now(), ctx.person.person_id
    ctx.record("discovery.range_withdrawn", allowed, reason=reason)
    return allowed


def list_ranges(ctx: Context) -> list[DiscoveryRange]:
    """The ranges in force in the person's jurisdictions, by address."""
    units = ctx.units("device.read")
    rows = [row for row in _active(ctx) if row.unit_id in units]
    return sorted(rows, key=lambda row: _order(network_of(row.cidr)))


def by_cidr(ctx: Context, cidr: str) -> DiscoveryRange:
    """The range in force that was allowed as exactly this one, or NotFound."""
    network = str(network_of(cidr))
    for row in _active(ctx):
        if row.cidr == network:
            ctx.require("device.read", row)
            return row
    raise NotFound(
        f"No range {network} is allowed; `trimtab discover ranges` shows those that are."
    )


def scope_of(ctx: Context, enterable: Sequence[int]) -> Scope:
    """All ranges in force now; those of `enterable` may be entered."""
    return Scope(
        territories=tuple(_territory(row) for row in _active(ctx)), enterable=frozenset(enterable)
    )


def network_of(text: str) -> Network:
    """The network, or InvalidInput. Bits behind the prefix are dropped."""
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise InvalidInput(f"{error}; give a range such as 10.1.0.0/24.", field="cidr") from error


def _active(ctx: Context) -> list[DiscoveryRange]:
    query = select(DiscoveryRange).where(DiscoveryRange.withdrawn_at.is_(None))
    return list(ctx.session.scalars(query.order_by(DiscoveryRange.id)))


def _territory(row: DiscoveryRange) -> Territory:
    return Territory(
        range_id=row.id, unit_id=row.unit_id, network=network_of(row.cidr), ports=tuple(row.ports),
        credential_id=row.credential_id,
    )  # fmt: skip


def _check_ports(ports: Sequence[int]) -> None:
    if not 1 <= len(ports) <= MOST_PORTS:
        raise InvalidInput(f"Give 1 to {MOST_PORTS} ports.", field="ports")
    for port in ports:
        if not 1 <= port <= LARGEST_PORT:
            raise InvalidInput(f"{port} is no port: use 1 to {LARGEST_PORT}.", field="ports")


def _overlap(first: Network, second: Network) -> bool:
    return first.version == second.version and first.overlaps(second)


def _order(network: Network) -> tuple[int, int, int]:
    return network.version, int(network.network_address), network.prefixlen
