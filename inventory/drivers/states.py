"""Ask a device for its state and judge it: neighbours, routes, pings, clock. Changes nothing.

What is asked and how it is read is data (`states.yaml`). Used inside Ansible's worker.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from ipaddress import IPv4Network, ip_address
from pathlib import Path
from typing import cast

import yaml

from inventory.drivers import conversation, reading
from inventory.drivers.errors import UnsupportedPlatform, WrongHost
from inventory.drivers.login import Login
from inventory.links import same_interface
from inventory.platforms import Platform, platform_of

FILE = Path(__file__).with_name("states.yaml")
UNIVERSAL = ("UTC", "GMT")
Ask = Callable[[Sequence[str]], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One command and the pattern that its answer is read with."""

    command: str
    pattern: str
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """What a platform is asked; None where it cannot be."""

    neighbours: tuple[Asked, ...]
    route: Asked | None
    static: re.Pattern[str] | None
    ping: Asked | None
    clock: Asked | None
    counters: Asked | None
    head: re.Pattern[str] | None


@contextmanager
def asking(login: Login) -> Iterator[Ask]:
    """Questions to the command line of the recorded host, or WrongHost."""
    platform = platform_of(login.platform)
    with conversation.opened(login, platform) as session:
        name = reading.hostname(
            platform, running="", prompt=session.prompt, expected=login.hostname,
            expected_prompt=str(login.options.get("prompt", "")),
        )  # fmt: skip
        if not reading.same_host(name, login.hostname):
            raise WrongHost(
                f"{login.place} calls itself {name or 'nothing'}; it was not looked at.",
                hostname=login.hostname, found=name,
            )  # fmt: skip
        yield session.ask


def neighbours(ask: Ask, platform: str, expected: Sequence[str]) -> list[str]:
    """What is wrong with the expected neighbours: names as LLDP tells them, addresses of peers."""
    up, down = _seen(ask, platform, states_of(platform).neighbours)
    missing = [name for name in expected if _plain(name) not in up]
    return [f"the neighbour {name} is {_why(down.get(_plain(name)))}" for name in missing]


def others(ask: Ask, platform: str, expected: Sequence[str]) -> list[str]:
    """Which neighbours are up that nobody named; without data of routing those of LLDP and CDP."""
    routing = states_of(platform).neighbours if platform in _data() else ()
    up, _ = _seen(ask, platform, routing)
    return [
        f"the neighbour {name} is up" for name in sorted(up - {_plain(one) for one in expected})
    ]


def _seen(ask: Ask, platform: str, asked: Sequence[Asked]) -> tuple[set[str], dict[str, str]]:
    """Who is up, and who is down with the protocol that says so."""
    known = platform_of(platform)
    own = [one for one in (known.commands.lldp, known.commands.cdp) if one]
    answers = ask([*(one.command for one in asked), *own])
    up, down = set[str](), dict[str, str]()
    for one, answer in zip(asked, answers, strict=False):
        for found in re.finditer(one.pattern, answer):
            peer = _plain(found["peer"])
            if found["up"]:
                up.add(peer)
            else:
                down[peer] = one.kind
    return up | _announced(known, own, answers[len(asked) :]), down


def _why(kind: str | None) -> str:
    return f"down ({kind})" if kind else "not seen"


def routes(ask: Ask, platform: str, expected: Sequence[str]) -> list[str]:
    """What routes are missing."""
    asked = _required(states_of(platform).route, platform, "a route")
    prefixes = [IPv4Network(one, strict=False) for one in expected]
    answers = ask([
        asked.command.format(network=one.network_address, mask=one.netmask, prefix=one)
        for one in prefixes
    ])  # fmt: skip
    return [
        f"there is no route to {one}"
        for one, answer in zip(prefixes, answers, strict=True)
        if not re.search(asked.pattern.replace("{prefix}", re.escape(str(one))), answer)
    ]


def static_routes(platform: str, running: str) -> tuple[str, ...]:
    """The IPv4 routes that a running configuration names itself, as 10.0.0.0/8, each once.

    Those of a VRF are left out, as is what is no network.
    """
    pattern = states_of(platform).static
    found = pattern.finditer(running) if pattern else ()
    return tuple(dict.fromkeys(filter(None, map(_network, found))))


def _network(found: re.Match[str]) -> str:
    try:
        return str(IPv4Network(f"{found['network']}/{found['mask']}", strict=False))
    except ValueError:
        return ""


def clock(ask: Ask, platform: str, *, seconds: float) -> list[str]:
    """What is wrong with the device's clock: further from this machine's than so many seconds."""
    asked = _required(states_of(platform).clock, platform, "its clock")
    [answer] = ask([asked.command])
    found = re.search(asked.pattern, answer)
    if found is None:
        return ["it shows no time"]
    if found["zone"] not in UNIVERSAL:
        return [f"its clock shows {found['zone']}; only UTC is compared"]
    told = " ".join(found[part] for part in ("year", "month", "day", "time"))
    shown = datetime.strptime(told, "%Y %b %d %H:%M:%S").replace(tzinfo=UTC)
    off = abs((shown - datetime.now(UTC)).total_seconds())
    return [f"its clock is {off:.0f} s off"] if off > seconds else []


def reached(ask: Ask, platform: str, expected: Sequence[str]) -> list[str]:
    """Which addresses the device cannot reach."""
    if not expected:
        return []
    asked = _required(states_of(platform).ping, platform, "a ping that ends by itself")
    addresses = [ip_address(one) for one in expected]
    answers = ask([asked.command.format(address=one) for one in addresses])
    return [
        f"{one} does not answer a ping"
        for one, answer in zip(addresses, answers, strict=True)
        if not re.search(asked.pattern, answer)
    ]


def interfaces(ask: Ask, platform: str, expected: Sequence[str], *, seconds: float) -> list[str]:
    """Which expected interfaces are not up, and which count new errors within so many seconds."""
    before = counted(ask, platform)
    time.sleep(seconds)
    after = counted(ask, platform)
    down = [
        f"the interface {name} is {'down' if _of(name, after) else 'not there'}"
        for name in expected
        if not any(one.up for one in _of(name, after))
    ]
    errors = {one.name: one.errors for one in before}
    return down + [
        f"the interface {one.name} counted {one.errors - errors[one.name]} new errors"
        for one in after
        if one.errors > errors.get(one.name, one.errors)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """An interface, whether it is up, and its input and output errors so far."""

    name: str
    up: bool
    errors: int


def counted(ask: Ask, platform: str) -> tuple[Counted, ...]:
    """The interfaces as the device counts them now."""
    states = states_of(platform)
    asked = _required(states.counters, platform, "interface counters")
    [answer] = ask([asked.command])
    if states.head is None:
        return ()
    return tuple(_counted(one, states.head, asked) for one in reading.entries(states.head, answer))


def _counted(entry: str, head: re.Pattern[str], asked: Asked) -> Counted:
    found = head.search(entry)
    errors = sum(int(one["count"]) for one in re.finditer(asked.pattern, entry))
    return Counted(
        name=found["name"] if found else "", up=bool(found and found["up"]), errors=errors
    )


def _of(name: str, found: Sequence[Counted]) -> tuple[Counted, ...]:
    return tuple(one for one in found if same_interface(one.name, name))


def _announced(platform: Platform, own: Sequence[str], answers: Sequence[str]) -> set[str]:
    told = dict(zip(own, answers, strict=True))
    lldp = told.get(platform.commands.lldp or "", "")
    cdp = told.get(platform.commands.cdp or "", "")
    return {_plain(one.peer_name) for one in reading.neighbours(platform, lldp, cdp)}


def _plain(name: str) -> str:
    """An address as it is, a name without its domain; case does not matter."""
    try:
        return str(ip_address(name))
    except ValueError:
        return reading.short_name(name).lower()


def _required(asked: Asked | None, platform: str, what: str) -> Asked:
    if asked is None:
        raise UnsupportedPlatform(f"Trimtab does not know how to ask {platform} for {what}.")
    return asked


@cache
def states_of(platform: str) -> States:
    """What this platform is asked, or UnsupportedPlatform."""
    data = _data()
    if platform not in data:
        raise UnsupportedPlatform(
            f"Trimtab does not know how to look at the state of {platform}; it knows "
            f"{', '.join(sorted(data))}."
        )
    told = data[platform]
    counters = cast("Mapping[str, str]", told["counters"])
    own = platform_of(platform).interfaces
    return States(
        neighbours=tuple(
            Asked(command=one["command"], pattern=one["entry"], kind=one["kind"])
            for one in cast("Sequence[Mapping[str, str]]", told["neighbours"])
        ),
        route=_asked(told, "route", "there"),
        static=re.compile(str(told["static"])) if "static" in told else None,
        ping=_asked(told, "ping", "answered"),
        clock=_asked(told, "clock", "shown"),
        counters=_asked(told, "counters", "errors"),
        head=re.compile(counters["head"]) if "head" in counters else own.head if own else None,
    )  # fmt: skip


@cache
def _data() -> Mapping[str, Mapping[str, object]]:
    return cast("Mapping[str, Mapping[str, object]]", yaml.safe_load(FILE.read_text("utf-8")))


def _asked(told: Mapping[str, object], name: str, pattern: str) -> Asked | None:
    one = cast("Mapping[str, str] | None", told.get(name))
    return None if one is None else Asked(command=one["command"], pattern=one[pattern])
