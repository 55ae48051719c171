"""Small configurations of platforms for routers: IOS XR, FRR and Junos."""

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


def xr(draw: Draw) -> Iterator[str]:
    yield f"hostname {draw.choice('ab')}"
    yield from some(draw, [f"vrf {name}" for name in "XY"], 0.7)
    for number in range(4):
        lines = some(draw, [f"description {draw.choice('ab')}", f"vrf {draw.choice('XY')}"])
        lines += some(draw, [f"ipv4 address 10.0.{number}.{draw.choice('12')} 255.255.255.0"], 0.8)
        lines += some(draw, [f"ipv4 access-group {draw.choice('AB')} ingress", "shutdown"])
        yield from section(f"interface GigabitEthernet0/0/0/{number}", lines)
    for name in some(draw, ("RA", "RB", "RC"), 0.7):
        yield from (
            f"route-policy {name}",
            *draw.choice(
                (
                    ("  pass",),
                    ("  if med eq 5 then", "    drop", "  else", "    pass", "  endif"),
                )
            ),
            "end-policy",
            "!",
        )
        if name in ("RA", "RB"):
            yield from (
                "router bgp 1",
                f" neighbor 192.0.2.{ord(name[1])}",
                "  remote-as 2",
                "  address-family ipv4 unicast",
                f"   route-policy {name} in",
            )
    for name in some(draw, ("SA", "SB")):
        yield from (f"prefix-set {name}", f"  10.{draw.choice('12')}.0.0/16", "end-set", "!")
    for name in some(draw, "AB", 0.7):
        yield from section(f"ipv4 access-list {name}", listed(draw, ENTRIES))


def frr(draw: Draw) -> Iterator[str]:
    yield f"hostname {draw.choice('ab')}"
    yield from some(draw, [f"ip route 10.{n}.0.0/16 192.0.2.{n}" for n in range(4)])
    for number in range(3):
        yield from section(
            f"interface eth{number}",
            some(
                draw,
                [
                    f"description {draw.choice('ab')}",
                    f"ip address 10.0.{number}.1/24",
                    f"ip ospf cost {draw.choice('59')}",
                    "shutdown",
                ],
            ),
        )
    yield from prefixes(draw, "ip prefix-list")
    yield from route_maps(
        draw,
        [
            f"match ip address prefix-list {draw.choice(('PA', 'PB'))}",
            f"set as-path prepend {draw.choice(('1', '1 1'))}",
            "on-match next",
        ],
    )
    plain, family = neighbors(draw, "")
    if plain:
        yield from section(f"router bgp {draw.choice((1, 1, 2))}", plain)
        yield from section(" address-family ipv4 unicast", [f" {line}" for line in family])
        yield " exit-address-family" if family else " !"


def junos(draw: Draw) -> Iterator[str]:
    lines = [f"system host-name {draw.choice('ab')}"]
    for port in some(draw, ("ge-0/0/0", "ge-0/0/1"), 0.8):
        lines += some(draw, [f"interfaces {port} description {draw.choice('ab')}"])
        for unit in some(draw, "01", 0.7):
            start = f"interfaces {port} unit {unit} family"
            lines += some(draw, [f"{start} inet address 10.0.{n}.1/24" for n in (1, 2)])
            lines += some(draw, [f"{start} inet6 address 1::1/64"])
    for holder in ("policy-options policy-statement P", "firewall family inet filter F"):
        for term in mixed(draw, "ABCD"):
            lines += some(
                draw, [f"{holder} term {term} from protocol {draw.choice(('tcp', 'udp'))}"]
            )
            lines += [f"{holder} term {term} then {draw.choice(('accept', 'reject'))}"]
    for peer in some(draw, ("192.0.2.1", "192.0.2.2")):
        lines.append(f"protocols bgp group G neighbor {peer} peer-as {draw.choice('12')}")
    yield from (f"set {line}" for line in lines)
    for word in ("deactivate", "protect"):
        for port in some(draw, ("ge-0/0/0", "ge-0/0/1"), 0.3):
            if any(line.startswith(f"interfaces {port} ") for line in lines):
                yield f"{word} interfaces {port}"
