"""Look at one address: ports, banner, host key, and with the range's login its name. No database.

Contacts nobody without having asked the scope.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from inventory.candidates.scope import NotAllowed, Scope, Territory
from inventory.drivers import probe
from inventory.drivers.errors import DeviceError
from inventory.drivers.login import Login, PublicKey
from inventory.drivers.probe import Evidence
from inventory.drivers.protocol import Facts, Neighbour
from inventory.drivers.telling import HeldFor
from inventory.drivers.transcript import Transcript

log = logging.getLogger(__name__)

CONNECT_SECONDS = 1.5
KEY_SECONDS = 10.0
SSH_PORT = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address to look at, or a name whose address nobody tells; and how it was come by."""

    source: str
    depth: int = 0
    address: str | None = None
    hostname: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What is known of a target after the look. `problem` tells why there is no more."""

    target: Target
    territory: Territory | None = None
    port: int = SSH_PORT
    answered: bool = False
    banner: str = ""
    host_key: PublicKey | None = None
    hostname: str = ""
    platform: str | None = None
    evidence: Evidence = ""
    facts: Facts = field(default_factory=Facts)
    neighbours: tuple[tuple[str, Neighbour], ...] = ()
    problem: str = ""
    sessions: tuple[HeldFor, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The login of a range, or why there is none."""

    login: Login | None
    problem: str = ""


def look(target: Target, *, scope: Scope, access: Mapping[int, Access]) -> Sighting:
    """Everything about one target; whoever is not in an allowed range is not contacted."""
    if target.address is None:
        return _unseen(target, f"{target.source} tells no management address of it.")
    try:
        territory = scope.enter(target.address)
    except NotAllowed as refused:
        return _unseen(target, refused.message)
    seen = _knocked(target, target.address, territory)
    if not seen.banner:
        return seen
    return _signed_in(_with_key(seen, target.address), target.address, access)


def _unseen(target: Target, problem: str) -> Sighting:
    return Sighting(target=target, hostname=target.hostname, problem=problem)


def _knocked(target: Target, address: str, territory: Territory) -> Sighting:
    """The first of the range's ports that speaks SSH, else the first that is open at all."""
    open_port: int | None = None
    for port in territory.ports:
        said = probe.banner(address, port, timeout=CONNECT_SECONDS)
        if said:
            hint = probe.hinted(said)
            return Sighting(
                target=target, territory=territory, port=port, answered=True, banner=said,
                hostname=target.hostname, platform=hint, evidence="banner" if hint else "",
            )  # fmt: skip
        if said is not None and open_port is None:
            open_port = port
    problem = "Nobody answers there." if open_port is None else (
        f"Port {open_port} is open, but no SSH server answers."
    )  # fmt: skip
    return Sighting(
        target=target, territory=territory, port=open_port or territory.ports[0],
        answered=open_port is not None, hostname=target.hostname, problem=problem,
    )  # fmt: skip


def _with_key(seen: Sighting, address: str) -> Sighting:
    try:
        return replace(seen, host_key=probe.host_key(address, seen.port, timeout=KEY_SECONDS))
    except DeviceError as error:
        return replace(seen, problem=error.message)


def _signed_in(seen: Sighting, address: str, access: Mapping[int, Access]) -> Sighting:
    """Identified with the login of the very range that decides about the address, no other."""
    mine = access.get(seen.territory.range_id) if seen.territory else None
    if seen.host_key is None or mine is None:
        return seen
    if mine.login is None:
        return replace(seen, problem=mine.problem)
    login = replace(
        mine.login, hostname=seen.target.hostname or address, address=address, port=seen.port,
        host_key=seen.host_key, transcript=Transcript(),
    )  # fmt: skip
    seen = _asked(seen, login)
    return replace(seen, sessions=tuple(_told(login, seen.platform or "")))


def _told(login: Login, platform: str) -> Iterator[HeldFor]:
    """What was typed at an address, however the look ended."""
    for held in login.transcript.told():
        yield HeldFor(
            hostname=login.hostname, platform=platform, driver="netmiko", purpose="probe",
            held=held,
        )  # fmt: skip


def _asked(seen: Sighting, login: Login) -> Sighting:
    try:
        who = probe.identify(login)
    except DeviceError as error:
        return replace(seen, problem=error.message)
    except Exception as error:  # what a stranger provokes must not hide what was typed there
        log.exception("looking at %s failed", login.address)
        return replace(seen, problem=repr(error))
    known = who.platform is not None
    return replace(
        seen, hostname=who.hostname or seen.hostname, platform=who.platform or seen.platform,
        evidence=who.evidence if known else seen.evidence, facts=who.facts,
        neighbours=(*(("lldp", one) for one in who.lldp), *(("cdp", one) for one in who.cdp)),
        problem="" if known else "It was signed in to, but no platform's words were recognised.",
    )  # fmt: skip
