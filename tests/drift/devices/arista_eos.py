"""How Arista EOS takes typed lines, as its user manual says. A model for tests."""

import re

from tests.drift.devices.cisco_ios import Ios
from tests.drift.devices.terminal import Manual, Node, Value

ACL = r"ip(?:v6)? access-list [^/]*"

MANUAL = Manual(
    indent="   ",
    values=(Value(r"banner (motd|login)$", r"EOF$", r"banner \S+"),),
    known=(
        (
            r"",
            (
                r"(aaa|alias|clock|enable|hostname|ip|ipv6|lldp|logging|ntp|service|snmp-server|"
                r"spanning-tree|username|banner|interface|router|route-map|vlan|vrf|policy-map|"
                r"class-map|management|dns|daemon)\b"
            ),
        ),
        (
            r"interface [^/]*",
            (
                r"(description|shutdown|ip|ipv6|vrf|mtu|bandwidth|speed|switchport|"
                r"spanning-tree|load-interval|encapsulation|channel-group)\b"
            ),
        ),
        (
            r"router [^/]*",
            (
                r"(router-id|neighbor|network|passive-interface|redistribute|"
                r"maximum-paths|distance|auto-cost|area|timers|name)\b"
            ),
        ),
        (
            r"router [^/]*/(address-family|vrf) [^/]*",
            r"(neighbor|network|redistribute|router-id|rd)\b",
        ),
        (ACL, r"\d+ (permit|deny|remark) |\d+$"),
        (r"route-map [^/]*", r"(description|match|set|continue)\b"),
        (r"vlan [^/]*", r"(name|state)\b"),
        (r"policy-map [^/]*", r"class\b"),
        (r"policy-map .*/class [^/]*", r"(police|set|shape|priority)\b"),
        (r"class-map [^/]*", r"match\b"),
        (r"management [^/]*", r"(idle-timeout|ip|shutdown|protocol|no)\b"),
        (r"vrf instance [^/]*", r"(rd|description)\b"),
    ),
    sections=(
        (
            r"",
            (
                r"(interface|router|ip access-list|ipv6 access-list|route-map|vlan \d+|policy-map|"
                r"class-map|vrf instance|management)\b"
            ),
        ),
        (r"router [^/]*", r"(address-family|vrf) "),
        (r"policy-map [^/]*", r"class "),
    ),
    single=(
        (
            r"",
            (
                r"hostname\b|enable (secret|password)|username \S+ ssh-key|username \S+|dns domain|"
                r"clock timezone|snmp-server (location|contact|community \S+)|spanning-tree mode|"
                r"logging (buffered|trap|console)|ntp (source|local-interface)|alias \S+|"
                r"service routing protocols model|aaa (authentication|authorization) \S+ \S+"
            ),
        ),
        (
            r"interface [^/]*",
            (
                r"description|ip address(?! .* secondary$)|vrf\b|mtu|bandwidth|speed|load-interval|"
                r"switchport (mode|access vlan|trunk native vlan|trunk allowed vlan)|encapsulation|"
                r"channel-group|ip ospf (cost|priority|network|area)|"
                r"ip access-group \S+ (?=(?:in|out)$)"
            ),
        ),
        (
            r"router [^/]*(/vrf [^/]*)?",
            (
                r"router-id|rd|maximum-paths|auto-cost|"
                r"neighbor \S+ (remote-as|description|update-source|password|timers|peer group)|"
                r"neighbor \S+ (route-map|prefix-list) \S+ (?=(?:in|out)$)"
            ),
        ),
        (
            r"router .*/address-family .*",
            r"neighbor \S+ (route-map|prefix-list) \S+ (?=(?:in|out)$)",
        ),
        (
            r"route-map [^/]*",
            (
                r"description|set (metric|local-preference|weight|origin|community)|"
                r"match ip address( prefix-list)?|set ip next-hop"
            ),
        ),
        (r"vlan [^/]*", r"name|state"),
        (r"policy-map .*/class .*", r"police|set \S+|shape"),
        (r"management [^/]*", r"idle-timeout|ip access-group \S+ (?=in$)"),
        (r"vrf instance [^/]*", r"rd|description"),
    ),
    ordered=rf"{ACL}$|policy-map [^/]*$",
    hardware=r"interface (?!Loopback|Vlan|Tunnel|Port-Channel|Vxlan|\S+\.\d)|management ",
    on=r"interface [^/]*/switchport$",
    default=r"interface [^/]*/no shutdown$",
)


class Eos(Ios):
    """Much like IOS; the list of a VRF's addresses, trunks and neighbors behave the same."""

    manual = MANUAL

    def put(self, line: str) -> None:
        if self.place.startswith("route-map "):
            super()._checked(line)
        elif self.place.startswith("interface ") and line.startswith("vrf "):
            if not self.here.find(line):
                self.here.drop(r"ip address |ipv6 address ")
            super()._checked(line)
        else:
            super().put(line)

    def take(self, line: str) -> None:
        if self.place.startswith("interface ") and re.match(r"vrf\b", line):
            self.here.drop(r"ip address |ipv6 address |vrf ")
            return
        neighbor = re.match(r"neighbor (\S+)$", line)
        if neighbor:
            for node in (self.here, *self.here.children):
                node.drop(rf"neighbor {re.escape(neighbor[1])} ")
            return
        super().take(line)

    def _entry(self, line: str) -> None:
        """An entry with a number that is used replaces it."""
        number = re.match(r"\d+ ", line).group()
        self.here.drop(number)
        self.here.children.append(Node(line))
