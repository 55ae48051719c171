"""Find devices that the CMDB does not hold yet: in given ranges, and by what neighbours tell."""

import ipaddress
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import select

from core.audit import Subject
from core.context import Context
from core.errors import InvalidInput
from core.secrets import read_secret
from inventory.devices import add_device
from inventory.drivers import probe
from inventory.drivers.errors import DeviceError
from inventory.drivers.login import Login
from inventory.models import Credential, Device, Relation, Site

MOST_ADDRESSES = 65_536
CONNECT_SECONDS = 1.5
SCAN_THREADS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something that may become a device. Empty or None where it is not known yet.

    `source` is `range` or the hostname of the device that sees it; `problem` tells why it could
    not be identified.
    """

    address: str | None
    port: int
    source: str
    banner: str = ""
    hostname: str = ""
    platform: str | None = None
    problem: str = ""


def discover(
    ctx: Context, ranges: Sequence[str], *, port: int = 22, credential: Credential | None = None
) -> tuple[Candidate, ...]:
    """What answers by SSH in the ranges and is no device yet; nothing else is contacted.

    With a credential each one is signed in to and asked its name and platform. Addresses in CIDR
    notation, 65,536 at most.
    """
    ctx.require("device.write")
    login = None if credential is None else _login(ctx, credential, port)
    addresses = _addresses(ranges)
    known = _known(ctx, port)
    ctx.record(
        "discovery.run", Subject(type="discovery", id=",".join(ranges), label=",".join(ranges)),
        addresses=len(addresses), port=port,
        credential=credential.name if credential else None,
    )  # fmt: skip
    with ctx.released(), ThreadPoolExecutor(max_workers=SCAN_THREADS) as pool:
        wanted = [address for address in addresses if address not in known]
        found = [one for one in pool.map(partial(_knock, port=port), wanted) if one is not None]
        if login is not None:
            found = list(pool.map(partial(_identified, login=login), found))
    return tuple(found)


def _addresses(ranges: Sequence[str]) -> tuple[str, ...]:
    try:
        networks = [ipaddress.ip_network(text.strip(), strict=False) for text in ranges]
    except ValueError as error:
        raise InvalidInput(f"{error}; give ranges such as 10.1.0.0/24.", field="ranges") from error
    count = sum(network.num_addresses for network in networks)
    if not networks or count > MOST_ADDRESSES:
        raise InvalidInput(
            f"The ranges hold {count} addresses; give 1 to {MOST_ADDRESSES}.", field="ranges"
        )
    hosts = (str(host) for network in networks for host in network.hosts())
    return tuple(dict.fromkeys(hosts))


def _known(ctx: Context, port: int) -> frozenset[str]:
    return frozenset(ctx.session.scalars(select(Device.address).where(Device.port == port)))


def _login(ctx: Context, credential: Credential, port: int) -> Login:
    ctx.require("credential.read", credential)

    def secret(reference: str | None) -> str | None:
        return None if reference is None else read_secret(ctx, reference)

    return Login(
        hostname="?", address="", platform="", port=port, username=credential.username,
        password=secret(credential.password_ref), key=secret(credential.key_ref),
        timeout=ctx.settings.device_timeout,
    )  # fmt: skip


def _knock(address: str, *, port: int) -> Candidate | None:
    shown = probe.banner(address, port, timeout=CONNECT_SECONDS)
    if shown is None:
        return None
    return Candidate(address=address, port=port, source="range", banner=shown)


def _identified(candidate: Candidate, *, login: Login) -> Candidate:
    address = str(candidate.address)
    try:
        identity = probe.identify(replace(login, address=address, hostname=address))
    except DeviceError as error:
        return replace(candidate, problem=error.message)
    return replace(candidate, hostname=identity.hostname, platform=identity.platform)


def told_by_neighbours(ctx: Context) -> tuple[Candidate, ...]:
    """What devices see by LLDP and the CMDB does not hold, each name once."""
    ctx.require("device.read")
    rows = ctx.session.execute(
        select(Relation.peer_name, Relation.peer_address, Device.hostname)
        .join(Device, Device.id == Relation.device_id)
        .join(Site, Site.id == Device.site_id)
        .where(Relation.peer_id.is_(None), Device.owned_by(ctx.units("device.read")))
        .order_by(Relation.peer_name, Device.hostname)
    )
    found: dict[str, Candidate] = {}
    for name, address, source in rows:
        found.setdefault(
            name.lower(), Candidate(hostname=name, address=address, port=22, source=source)
        )
    return tuple(found.values())


def adopt(
    ctx: Context, candidates: Iterable[Candidate], *, site_code: str, credential: Credential
) -> tuple[Device, ...]:
    """Make devices of candidates that are fully known; InvalidInput names what one lacks."""
    return tuple(
        _adopted(ctx, candidate, site_code=site_code, credential=credential)
        for candidate in candidates
    )


def _adopted(
    ctx: Context, candidate: Candidate, *, site_code: str, credential: Credential
) -> Device:
    if not candidate.hostname or candidate.address is None or candidate.platform is None:
        raise InvalidInput(
            f"{candidate.hostname or candidate.address} cannot be adopted: hostname, address and "
            "platform must be known. Name a credential to identify it, or add it by hand."
        )
    return add_device(
        ctx, hostname=candidate.hostname, site_code=site_code, platform=candidate.platform,
        address=candidate.address, port=candidate.port, credential=credential,
    )  # fmt: skip
