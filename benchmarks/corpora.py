"""Makes configurations of any length and drift of any share, for benchmarks and fuzzing. Pure.

The same arguments give the same text. A configuration has the parts that devices have, in usual
shares: about half of the lines are interfaces, the rest filters, routing and services.
"""

import random
from collections.abc import Callable, Iterator

WORDS = ("core", "edge", "uplink", "server", "rack", "spare", "voice", "camera", "tunnel", "lab")
Made = Iterator[str]


def configuration(platform: str, lines: int, *, seed: int = 1) -> str:
    """About `lines` lines of one device (never fewer, at most one section more)."""
    draw = random.Random(f"{platform}:{lines}:{seed}")  # noqa: S311 - test data
    made: list[str] = list(HEADS[platform](draw))
    sections = SECTIONS[platform]
    number = 0
    while len(made) < lines:
        number += 1
        made += sections[number % len(sections)](draw, number)
    return "\n".join(made) + "\n"


def drifted(platform: str, text: str, *, share: float, seed: int = 1) -> str:
    """The configuration with about that share of its lines altered, dropped or added."""
    draw = random.Random(f"{platform}:{seed}:drift")  # noqa: S311 - test data
    lines = text.splitlines()
    places = [index for index, line in enumerate(lines) if _may_differ(line)]
    for index in sorted(draw.sample(places, max(1, round(len(lines) * share))), reverse=True):
        action = draw.choice(("alter", "alter", "alter", "drop", "add"))
        line = lines[index]
        if action == "drop":
            del lines[index]
        elif action == "add":
            lines.insert(index, _altered(line, draw))
            lines[index + 1 : index + 2] = [] if _is_single(line) else [line]
        else:
            lines[index] = _altered(line, draw)
    return "\n".join(lines) + "\n"


def _may_differ(line: str) -> bool:
    return " description " in line or line.startswith(("ntp server ", "set system ntp server "))


def _is_single(line: str) -> bool:
    return " description " in line


def _altered(line: str, draw: random.Random) -> str:
    words, _, _ = line.rpartition(" ")
    if " description " in line:
        return f"{words} {draw.choice(WORDS)}-{draw.randrange(10_000)}"
    return f"{words} 10.{draw.randrange(200)}.{draw.randrange(200)}.{draw.randrange(1, 250)}"


def _words(draw: random.Random) -> str:
    return f"{draw.choice(WORDS)}-{draw.randrange(1000)} {draw.choice(WORDS)}"


def _net(number: int) -> str:
    return f"10.{number // 250 % 250}.{number % 250}"


def _cisco_head(draw: random.Random) -> Made:
    yield from ("version 15.2", "service timestamps log datetime msec", "!", "hostname bench1", "!")
    yield from (f"ntp server 10.9.{n}.{draw.randrange(1, 250)}" for n in range(4))
    yield from ("snmp-server location bench", "logging host 10.9.0.9", "!", "banner motd ^C")
    yield from ("Authorised operators only.", "^C", "!")


def _ios_interface(draw: random.Random, number: int) -> Made:
    yield f"interface GigabitEthernet{number // 48}/{number % 48}"
    yield f" description {_words(draw)}"
    yield from (f" ip address {_net(number)}.1 255.255.255.0", " ip access-group FILTER in")
    yield from (f" ip ospf cost {draw.randrange(1, 100)}", " no ip redirects", "!")


def _ios_filter(draw: random.Random, number: int) -> Made:
    yield f"ip access-list extended FILTER-{number}"
    for port in range(4):
        yield f" permit tcp host {_net(number)}.{draw.randrange(1, 250)} any eq {port + 20}"
    yield from (" deny ip any any", "!")


def _ios_peer(draw: random.Random, number: int) -> Made:
    yield f"route-map PEER-{number} permit 10"
    yield from (f" description {_words(draw)}", f" set metric {draw.randrange(1000)}", "!")
    yield f"router ospf {number}"
    yield from (f" router-id {_net(number)}.1", f" network {_net(number)}.0 0.0.0.255 area 0", "!")


def _eos_head(draw: random.Random) -> Made:
    yield from ("hostname bench1", "!", "spanning-tree mode mstp", "!")
    yield from (f"ntp server 10.9.{n}.{draw.randrange(1, 250)}" for n in range(4))
    yield from ("snmp-server location bench", "!", "banner motd", "Operators only.", "EOF", "!")


def _eos_interface(draw: random.Random, number: int) -> Made:
    yield f"interface Ethernet{number}"
    yield f"   description {_words(draw)}"
    yield from ("   no switchport", f"   ip address {_net(number)}.1/24", "   mtu 9214", "!")


def _eos_filter(draw: random.Random, number: int) -> Made:
    yield f"ip access-list FILTER-{number}"
    for entry in range(4):
        yield f"   {entry + 1}0 permit tcp host {_net(number)}.{draw.randrange(1, 250)} any eq ssh"
    yield "!"


def _eos_peer(draw: random.Random, number: int) -> Made:
    yield f"router bgp {64000 + number}" if number < 4 else f"vlan {number}"
    yield f"   name users-{number}" if number >= 4 else f"   router-id {_net(number)}.1"
    yield from ("!", f"route-map PEER-{number} permit 10", f"   description {_words(draw)}")
    yield from (f"   set metric {draw.randrange(1000)}", "!")


def _nxos_head(draw: random.Random) -> Made:
    yield from ("hostname bench1", "feature ospf", "feature bgp")
    yield from (f"ntp server 10.9.{n}.{draw.randrange(1, 250)}" for n in range(4))
    yield from ("vlan 1,10-40",)


def _nxos_interface(draw: random.Random, number: int) -> Made:
    yield from ("", f"interface Ethernet{number // 48 + 1}/{number % 48 + 1}")
    yield f"  description {_words(draw)}"
    yield from ("  no switchport", "  mtu 9216", f"  ip address {_net(number)}.1/24")


def _nxos_filter(draw: random.Random, number: int) -> Made:
    yield f"ip access-list FILTER-{number}"
    for entry in range(4):
        yield f"  {entry + 1}0 permit tcp {_net(number)}.{draw.randrange(1, 250)}/32 any eq 22"


def _nxos_peer(draw: random.Random, number: int) -> Made:
    yield f"router bgp {64000 + number}" if number == 2 else f"vrf context CUSTOMER-{number}"
    yield f"  description {_words(draw)}" if number != 2 else f"  router-id {_net(number)}.1"
    yield from (f"route-map PEER-{number} permit 10", f"  description {_words(draw)}")
    yield f"  set metric {draw.randrange(1000)}"


def _xr_head(draw: random.Random) -> Made:
    yield from ("hostname bench1", "logging console debugging")
    yield from (f"ntp server 10.9.{n}.{draw.randrange(1, 250)}" for n in range(4))
    yield "!"


def _xr_interface(draw: random.Random, number: int) -> Made:
    yield f"interface GigabitEthernet0/0/{number // 48}/{number % 48}"
    yield f" description {_words(draw)}"
    yield from (f" ipv4 address {_net(number)}.1 255.255.255.0", " load-interval 30", "!")


def _xr_filter(draw: random.Random, number: int) -> Made:
    yield f"ipv4 access-list FILTER-{number}"
    for entry in range(4):
        yield f" {entry + 1}0 permit tcp host {_net(number)}.{draw.randrange(1, 250)} any eq ssh"
    yield "!"


def _xr_peer(draw: random.Random, number: int) -> Made:
    yield f"route-policy PEER-{number}"
    yield from (f"  set med {draw.randrange(1000)}", "  pass", "end-policy", "!")
    yield f"vrf CUSTOMER-{number}"
    yield from (f" description {_words(draw)}", "!")


def _junos_head(draw: random.Random) -> Made:
    yield from ("set version 22.4R1", "set system host-name bench1")
    yield from (f"set system ntp server 10.9.{n}.{draw.randrange(1, 250)}" for n in range(4))


def _junos_interface(draw: random.Random, number: int) -> Made:
    port = f"set interfaces ge-0/{number // 48}/{number % 48}"
    yield f"{port} description {_words(draw).replace(' ', '-')}"
    yield from (f"{port} mtu 9192", f"{port} unit 0 family inet address {_net(number)}.1/24")


def _junos_filter(draw: random.Random, number: int) -> Made:
    for entry in range(3):
        term = f"set firewall family inet filter FILTER-{number} term T{entry}"
        yield f"{term} from source-address {_net(number)}.{draw.randrange(1, 250)}/32"
        yield f"{term} then accept"


def _junos_peer(draw: random.Random, number: int) -> Made:
    peer = f"set protocols bgp group PEERS neighbor {_net(number)}.2"
    yield f"{peer} description {_words(draw).replace(' ', '-')}"
    yield from (f"{peer} peer-as {64000 + number}", f"{peer} hold-time {draw.randrange(90, 180)}")


Head = Callable[[random.Random], Made]
Section = Callable[[random.Random, int], Made]

HEADS: dict[str, Head] = {
    "cisco_ios": _cisco_head, "arista_eos": _eos_head, "cisco_nxos": _nxos_head,
    "cisco_xr": _xr_head, "juniper_junos": _junos_head,
}  # fmt: skip
SECTIONS: dict[str, tuple[Section, ...]] = {
    "cisco_ios": (_ios_interface, _ios_interface, _ios_filter, _ios_peer),
    "arista_eos": (_eos_interface, _eos_interface, _eos_filter, _eos_peer),
    "cisco_nxos": (_nxos_interface, _nxos_interface, _nxos_filter, _nxos_peer),
    "cisco_xr": (_xr_interface, _xr_interface, _xr_filter, _xr_peer),
    "juniper_junos": (_junos_interface, _junos_interface, _junos_filter, _junos_peer),
}
