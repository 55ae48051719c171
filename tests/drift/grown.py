"""Small configurations with everything that is hard: drawn at random, the same for the same seed.

Two of one platform share names and numbers, so that going from one to the other binds and unbinds,
defines and deletes, moves and replaces.
"""

import random
from collections.abc import Iterator

from tests.drift.drawn import (
    ENTRIES,
    Draw,
    listed,
    mixed,
    neighbors,
    prefixes,
    route_maps,
    section,
    some,
)
from tests.drift.grown_routers import frr, junos, xr


def grown(platform: str, seed: int) -> str:
    """One device's configuration."""
    draw = random.Random(f"{platform}:{seed}:grown")  # noqa: S311 - test data
    return "\n".join(PLATFORMS[platform](draw)) + "\n"


def ios_port(draw: Draw, number: int, lists: list[str]) -> Iterator[str]:
    host = draw.choice((1, 2))
    routed = [
        *some(draw, [f"vrf forwarding {draw.choice(('X', 'Y'))}"]),
        *some(draw, ["no ip redirects"]),
    ]
    if draw.random() < 0.7:
        routed.append(f"ip address 10.{number}.0.{host} 255.255.255.0")
        routed += some(
            draw, [f"ip address 10.{number}.{n}.1 255.255.255.0 secondary" for n in (1, 2)]
        )
    routed += some(
        draw, [f"ip access-group {draw.choice(lists)} {way}" for way in ("in", "out") if lists], 0.3
    )
    trunk = draw.choice(("1,3", "1-5", "none"))
    switched = [f"switchport trunk allowed vlan {trunk}"]
    switched += some(
        draw, ["switchport trunk allowed vlan add 7,9"] if trunk != "none" else [], 0.4
    )
    lines = some(draw, [f"description {draw.choice(('a', 'b c', 'no shutdown'))}"])
    lines += draw.choice((routed, switched, []))
    yield from section(f"interface GigabitEthernet0/{number}", [*lines, *some(draw, ["shutdown"])])


def ios(draw: Draw) -> Iterator[str]:
    yield f"hostname {draw.choice('ab')}"
    yield from some(draw, [f"username {name} privilege {draw.choice((1, 15))}" for name in "xyz"])
    yield from some(draw, [f"vrf definition {name}" for name in "XY"], 0.7)
    for name in mixed(draw, ("match-any C", "match-any D")):
        yield from section(f"class-map {name}", ["match dscp 1"])
    classes = [(name, draw.choice((1, 2))) for name in mixed(draw, "CDE")]
    yield from section(
        "policy-map P",
        [line for name, rate in classes for line in (f"class {name}", f" police {rate}000")],
    )
    lists = some(draw, ("A", "B", "101"), 0.7)
    for number in range(1, 5):
        yield from ios_port(draw, number, lists)
    plain, family = neighbors(draw, "activate")
    if plain:
        yield from section(f"router bgp {draw.choice((1, 1, 1, 2))}", plain)
        yield from (" address-family ipv4", *(f"  {line}" for line in family))
        yield " exit-address-family"
    for name in lists:
        remarks = [f"remark {word}" for word in some(draw, ("old", "new"))]
        entries = mixed(draw, (*ENTRIES, *remarks)) or ["permit ip any any"]
        if name == "101":
            yield from (f"access-list 101 {one}" for one in entries)
        else:
            yield from section(f"ip access-list extended {name}", entries)
    yield from prefixes(draw, "ip prefix-list")
    yield from route_maps(
        draw,
        [
            f"match ip address {draw.choice(('1', '2', 'prefix-list PA'))}",
            "set ip next-hop 1.1.1.1",
            "set ip precedence 3",
        ],
    )
    if draw.random() < 0.7:
        yield from draw.choice(
            (("banner motd ^CHello^C",), ("banner motd #", "! x", "", " no y", "#"))
        )
    vty = some(
        draw,
        [
            f"exec-timeout {draw.choice((5, 10))} 0",
            *[f"access-class {name} in" for name in lists[:1]],
            f"transport input {draw.choice(('ssh', 'telnet'))}",
        ],
    )
    yield from section("line vty 0 4", vty)


def eos(draw: Draw) -> Iterator[str]:
    pad = "   "
    yield f"hostname {draw.choice('ab')}"
    yield from some(draw, [f"vrf instance {name}" for name in "XY"], 0.7)
    for vlan in some(draw, (10, 20, 30)):
        yield from section(f"vlan {vlan}", [f"name {draw.choice('uvw')}"], pad)
    lists = some(draw, "BA", 0.7)
    for number in range(1, 5):
        lines = some(draw, [f"description {draw.choice('ab')}", "shutdown"])
        if draw.random() < 0.6:
            lines += some(draw, ["no switchport", f"vrf {draw.choice('XY')}"])
            lines += [f"ip address 10.0.{number}.{draw.choice('12')}/24"]
            lines += some(
                draw,
                [
                    f"ip address 10.1.{number}.1/24 secondary",
                    *[f"ip access-group {name} in" for name in lists[:1]],
                ],
            )
        else:
            lines += some(draw, [f"switchport trunk allowed vlan {draw.choice(('1-5', '7,9'))}"])
        yield from section(f"interface Ethernet{number}", lines, pad)
    for name in lists:
        yield from section(f"ip access-list {name}", listed(draw, ENTRIES), pad, empty=True)
    yield from prefixes(draw, "ip prefix-list")
    yield from route_maps(
        draw,
        [
            f"match ip address prefix-list {draw.choice(('PA', 'PB'))}",
            f"set ip next-hop 1.1.1.{draw.choice('12')}",
        ],
        pad,
    )
    plain, family = neighbors(draw, "activate")
    if plain:
        yield from section(f"router bgp {draw.choice((1, 1, 2))}", plain, pad)
        yield from section(f"{pad}address-family ipv4", family, pad * 2)
    yield from section(
        "management ssh",
        some(
            draw,
            [
                f"idle-timeout {draw.choice('59')}",
                *[f"ip access-group {name} in" for name in lists[:1]],
            ],
        ),
        pad,
    )
    if draw.random() < 0.6:
        yield from ("banner motd", draw.choice(("! x", "  y")), "", "EOF")


def nxos(draw: Draw) -> Iterator[str]:
    pad = "  "
    yield f"hostname {draw.choice('ab')}"
    yield f"vlan {draw.choice(('1', '1,10', '1,10-12', '1,10-20'))}"
    yield from some(draw, [f"vrf context {name}" for name in "XY"], 0.7)
    lists = some(draw, "BA", 0.7)
    for number in range(1, 5):
        lines = some(draw, [f"description {draw.choice('ab')}"])
        if number < 3 or draw.random() < 0.6:
            lines += ["no switchport", *some(draw, [f"vrf member {draw.choice('XY')}"])]
            lines += [f"ip address 10.0.{number}.{draw.choice('12')}/24"]
            lines += some(draw, [f"ip access-group {name} in" for name in lists[:1]])
            lines += some(draw, ["no shutdown"] if number < 3 else [])
        else:
            lines += some(draw, [f"switchport trunk allowed vlan {draw.choice(('1-5', '7,9'))}"])
        yield from section(f"interface Ethernet1/{number}", lines, pad)
    for name in lists:
        yield from section(f"ip access-list {name}", listed(draw, ENTRIES), pad, empty=True)
    yield from prefixes(draw, "ip prefix-list")
    yield from route_maps(draw, [f"match ip address prefix-list {draw.choice(('PA', 'PB'))}"], pad)
    if draw.random() < 0.7:
        yield f"router bgp {draw.choice((1, 1, 2))}"
        for peer in mixed(draw, ("192.0.2.1", "192.0.2.2")):
            yield from section(
                f"{pad}neighbor {peer}",
                [
                    f"remote-as {draw.choice('12')}",
                    *some(draw, [f"description {draw.choice('ab')}"]),
                ],
                pad * 2,
            )
            policy = f"route-map {draw.choice(('RA', 'RB'))} in"
            yield from section(
                pad * 2 + "address-family ipv4 unicast", some(draw, [policy]), pad * 3
            )
        for name in mixed(draw, "XY"):
            yield from section(
                f"{pad}vrf {name}", [f"router-id 1.1.1.{draw.choice('12')}"], pad * 2
            )
    yield from some(draw, ["banner motd #hello#"])


PLATFORMS = {
    "cisco_ios": ios,
    "arista_eos": eos,
    "cisco_nxos": nxos,
    "cisco_xr": xr,
    "frr": frr,
    "juniper_junos": junos,
}
