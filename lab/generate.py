"""Makes configurations and a topology of our own, the same for the same seed. Pure."""

import random
from dataclasses import dataclass

PLATFORMS = ("cisco_ios", "arista_eos")
DEVICES_PER_SITE = 10
PASSWORD = "lab-login"  # noqa: S105 - the simulated devices' password
ENABLE = "lab-enable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A cable between two devices' interfaces."""

    a: int
    a_interface: str
    b: int
    b_interface: str


def site_of(index: int) -> str:
    return f"site{index // DEVICES_PER_SITE + 1}"


def hostname_of(index: int) -> str:
    role = "core" if index % DEVICES_PER_SITE < 2 else "access"
    return f"{site_of(index)}-{role}{index % DEVICES_PER_SITE + 1:02d}"


def platform_of(index: int) -> str:
    return PLATFORMS[index % len(PLATFORMS)]


def interface(index: int, number: int) -> str:
    if platform_of(index) == "arista_eos":
        return f"Ethernet{number}"
    return f"GigabitEthernet0/{number}"


def topology(count: int) -> tuple[Link, ...]:
    """Every access device hangs on the two cores of its site; the cores form a ring of sites."""
    links: list[Link] = []
    used = dict.fromkeys(range(count), 0)

    def connect(a: int, b: int) -> None:
        used[a] += 1
        used[b] += 1
        links.append(Link(a=a, a_interface=interface(a, used[a]),
                          b=b, b_interface=interface(b, used[b])))  # fmt: skip

    for index in range(count):
        core = index - index % DEVICES_PER_SITE
        if index == core:
            if core >= DEVICES_PER_SITE:
                connect(core - DEVICES_PER_SITE, core)
            continue
        connect(core, index)
        if index > core + 1:
            connect(core + 1, index)
    return tuple(links)


def configuration(index: int, count: int, *, seed: int) -> str:
    """A device's configuration as its platform shows it, without header and `end`."""
    draw = random.Random(f"{seed}:{index}")  # noqa: S311 - test data, not a secret
    eos = platform_of(index) == "arista_eos"
    parts = [
        _head(index, draw, eos=eos), _interfaces(index, count, eos=eos),
        _routing(index, eos=eos), _filters(index, eos=eos), _services(index, eos=eos),
        _lines(eos=eos),
    ]  # fmt: skip
    text = "\n!\n".join("\n".join(part) for part in parts)
    return text.replace("\n ", "\n   ") if eos else text


def _head(index: int, draw: random.Random, *, eos: bool) -> list[str]:
    digest = "".join(draw.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=22))
    head = [f"hostname {hostname_of(index)}"]
    if eos:
        return [
            *head, "spanning-tree mode mstp", "service routing protocols model multi-agent",
            f"username admin privilege 15 role network-admin secret sha512 $6${digest}",
            "aaa authorization exec default local", "vlan 10", " name users", "vlan 20",
            " name voice",
        ]  # fmt: skip
    return [
        "version 15.2", "service timestamps log datetime msec", "service password-encryption",
        *head, "aaa new-model", "aaa authentication login default local",
        f"enable secret 9 $9${digest}", f"username admin privilege 15 secret 9 $9${digest}",
        "ip domain name lab.example", "ip ssh version 2", "vlan 10", " name users", "vlan 20",
        " name voice", "archive", " path flash:archive",
        "lldp run",
    ]  # fmt: skip


def _interfaces(index: int, count: int, *, eos: bool) -> list[str]:
    mask = "/32" if eos else " 255.255.255.255"
    lines = ["interface Loopback0", " description router id",
             f" ip address 10.255.{index // 250}.{index % 250 + 1}{mask}"]  # fmt: skip
    ports = [
        (link.a_interface, link.b) if link.a == index else (link.b_interface, link.a)
        for link in topology(count)
        if index in {link.a, link.b}
    ]
    for number, (name, peer) in enumerate(ports):
        net = f"10.{min(index, peer) % 200}.{max(index, peer) % 250}"
        host = 1 if index < peer else 2
        mask = f"{net}.{host}/30" if eos else f"{net}.{host} 255.255.255.252"
        lines += [f"interface {name}", f" description to {hostname_of(peer)}",
                  *([" no switchport"] if eos else []), f" ip address {mask}",
                  f" ip ospf cost {10 + number}"]  # fmt: skip
    for port in range(len(ports) + 1, len(ports) + 5):
        lines += [f"interface {interface(index, port)}", f" description user port {port}",
                  " switchport access vlan 10", " switchport mode access"]  # fmt: skip
    return lines


def _routing(index: int, *, eos: bool) -> list[str]:
    own = f"10.255.{index // 250}.{index % 250 + 1}"
    ospf = ["router ospf 1", f" router-id {own}", " passive-interface default",
            f" network 10.0.0.0{'/8' if eos else ' 0.255.255.255'} area 0"]  # fmt: skip
    bgp = ["router bgp 65001", f" bgp router-id {own}" if not eos else f" router-id {own}",
           " neighbor 10.255.0.1 remote-as 65001",
           " neighbor 10.255.0.1 description route reflector"]  # fmt: skip
    return [*ospf, "!", *bgp]


def _filters(index: int, *, eos: bool) -> list[str]:
    subnet = f"10.{index % 200}.0.0"
    if eos:
        rules = ["ip access-list MANAGEMENT", f" 10 permit tcp {subnet}/16 any eq ssh",
                 " 20 permit icmp any any", " 30 deny ip any any log"]  # fmt: skip
    else:
        rules = ["ip access-list extended MANAGEMENT",
                 f" permit tcp {subnet} 0.0.255.255 any eq 22", " permit icmp any any",
                 " deny ip any any log"]  # fmt: skip
    return [
        *rules, "ip prefix-list CONNECTED seq 5 permit 10.0.0.0/8 le 30",
        "ip prefix-list CONNECTED seq 10 permit 10.255.0.0/16 le 32",
        "route-map CONNECTED permit 10", " match ip address prefix-list CONNECTED",
        " set metric 100",
    ]  # fmt: skip


def _services(index: int, *, eos: bool) -> list[str]:
    server = index % 3 + 1
    community = "" if eos else "snmp-server community lab-reader RO\n"
    return [
        "logging buffered 16384" if not eos else "logging buffered 1000",
        f"logging host 10.254.0.{server}",
        *community.splitlines(), f"snmp-server location {site_of(index)}",
        "ntp server 10.254.0.11", "ntp server 10.254.0.12",
    ]  # fmt: skip


def _lines(*, eos: bool) -> list[str]:
    if eos:
        return ["management ssh", " idle-timeout 10", "!", "banner login",
                "Authorised operators only.", "EOF"]  # fmt: skip
    return ["banner login ^C", "Authorised operators only.", "^C", "line con 0",
            " logging synchronous", "line vty 0 4", " exec-timeout 10 0", " login local",
            " transport input ssh"]  # fmt: skip
