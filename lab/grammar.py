"""What the simulated devices accept, as data: sections, single-valued lines, known commands.

Sources of the command forms: Cisco IOS command references and Arista EOS's user manual. A line that
nothing here knows is refused, as a device refuses it.
"""

import re
from dataclasses import dataclass

SECTION = re.compile(
    r"^(interface |router |ip access-list |ipv6 access-list |route-map |policy-map |class-map |"
    r"vrf definition |vrf instance |line |vlan \d+$|key chain |ip vrf |archive$|"
    r"management api |management ssh|management telnet|aaa group |ip sla |control-plane|"
    r"tacacs server |radius server |address-family |class |template )"
)
NESTED = re.compile(r"^(address-family |class |vrf (?!forwarding)|log config|key \d+)")
GLOBAL_ONLY = re.compile(
    r"^(interface |router |hostname |username |ntp |snmp-server |logging |line |route-map |"
    r"ip access-list |ip route |ip prefix-list |banner |aaa |enable |service |vlan \d|"
    r"ip domain|ip name-server |policy-map |class-map |vrf definition |vrf instance |"
    r"management |spanning-tree mode|lldp run|access-list |ip ssh|ip http|ip routing|archive$)"
)
KNOWN = re.compile(
    r"^(aaa|access-class|access-list|access-group|address-family|alias|area|archive|authentication|"
    r"auto-cost|bandwidth|banner|bfd|bgp|boot|cdp|channel-group|class|class-map|clock|"
    r"control-plane|crypto|daemon|default-information|default-router|deny|description|distance|"
    r"domain|dot1x|duplex|enable|encapsulation|encryption|errdisable|exec-timeout|exec|exit-.*|"
    r"file|flow|hostname|idle-timeout|interface|ip|ipv6|isis|key|key-string|lacp|line|lldp|"
    r"load-interval|log|logging|login|mac|management|match|maximum|maximum-paths|media-type|mls|mpls|mtu|name|"
    r"neighbor|network|no|ntp|passive-interface|password|path|permit|platform|police|policy-map|"
    r"port-channel|power|priority|privilege|protocol|qos|queue|radius|radius-server|"
    r"rd|redistribute|remark|route-map|route-target|router|router-id|secret|sequence|server|"
    r"service|service-policy|session|set|shutdown|snmp-server|spanning-tree|speed|standby|storm-control|"
    r"switchport|system|tacacs|tacacs-server|telnet|terminal|timers|tos|transceiver|transport|tunnel|"
    r"udld|update|username|version|vlan|vrf|vtp|vxlan|vty|write-memory|\d+)\b"
)


@dataclass(frozen=True, slots=True)
class Single:
    """Lines of one key replace each other: the key is what `pattern` captures."""

    pattern: re.Pattern[str]

    def key(self, line: str) -> str | None:
        found = self.pattern.match(line)
        return found.group(0) if found else None


SINGLE = tuple(
    Single(re.compile(pattern))
    for pattern in (
        r"hostname\b", r"version\b", r"enable secret\b", r"enable password\b",
        r"username \S+", r"ip domain[ -]name\b", r"ip domain lookup\b", r"clock timezone\b",
        r"snmp-server (location|contact|chassis-id)\b", r"snmp-server community \S+",
        r"alias \S+ \S+", r"boot nxos\b",
        r"logging (buffered|trap|source-interface|facility)\b", r"ntp source\b",
        r"spanning-tree mode\b", r"ip ssh (version|time-out)\b", r"ip default-gateway\b",
        r"path\b", r"maximum (?=\d)",
        r"description\b", r"ip address (?!.*secondary)", r"mtu\b", r"bandwidth\b", r"speed\b",
        r"duplex\b", r"load-interval\b", r"encapsulation dot1q\b", r"channel-group\b",
        r"switchport (mode|access vlan|trunk native vlan|trunk allowed vlan)\b",
        r"ip ospf (cost|priority|network|area)\b", r"vrf forwarding\b", r"vrf (?!forwarding)\S+$",
        r"ip access-group \S+ (?=in|out)", r"standby \d+ (ip|priority)\b",
        r"router-id\b", r"bgp router-id\b", r"maximum-paths\b",
        r"neighbor \S+ (remote-as|description|update-source|next-hop-self|maximum-routes)\b",
        r"set (metric|local-preference|origin|weight|ip next-hop)\b", r"match ip address\b",
        r"exec-timeout\b", r"transport (input|output|preferred)\b", r"login\b", r"password\b",
        r"privilege level\b", r"access-class \S+ (?=in|out)", r"name\b", r"idle-timeout\b",
        r"police\b", r"timers\b", r"rd\b", r"distance\b", r"auto-cost\b", r"logging synchronous\b",
        r"banner (motd|login|exec)\b", r"ip prefix-list \S+ seq \d+",
        r"\d+(?= (permit|deny|remark))",
    )
)  # fmt: skip


def single_key(line: str) -> str | None:
    """The key under which a line is the only one of its section, or None."""
    for single in SINGLE:
        key = single.key(line)
        if key is not None:
            return key if not key.startswith("ip access-group") else f"access-group {line[-3:]}"
    return None


def opens_section(line: str, *, depth: int) -> bool:
    return bool((NESTED if depth else SECTION).match(line))


def known(line: str) -> bool:
    return bool(KNOWN.match(line))
