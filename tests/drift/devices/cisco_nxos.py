"""How Cisco NX-OS takes typed lines, as its command references say. A model for tests."""

import re

from tests.drift.devices.cisco_ios import Ios
from tests.drift.devices.terminal import Manual, Node, Refused, Value
from tests.drift.devices.vlans import numbers, ranges

ACL = r"ip(?:v6)? access-list [^/]*"

ROUTED = r"ip address |vrf member |ip access-group "

MANUAL = Manual(
    indent="  ",
    unshown=r"!|end$|version ",
    values=(Value(r"banner \S+ \S", None, r"banner \S+"),),
    known=(
        (
            r"",
            (
                r"(aaa|clock|hostname|ip|ipv6|logging|ntp|snmp-server|spanning-tree|"
                r"username|banner|"
                r"interface|router|route-map|vlan|vrf|policy-map|class-map|feature|line|cli)\b"
            ),
        ),
        (
            r"interface [^/]*",
            (
                r"(description|shutdown|ip|ipv6|vrf|mtu|bandwidth|speed|duplex|"
                r"switchport|spanning-tree|load-interval|channel-group)\b"
            ),
        ),
        (
            r"router [^/]*(/vrf [^/]*)?",
            (
                r"(router-id|log-adjacency-changes|maximum-paths|"
                r"passive-interface|redistribute|area|network)\b"
            ),
        ),
        (r"router .*/neighbor [^/]*", r"(remote-as|description|update-source|password|timers)\b"),
        (
            r"router .*/address-family [^/]*",
            (
                r"(network|redistribute|maximum-paths|route-map|"
                r"prefix-list|send-community|next-hop-self)\b"
            ),
        ),
        (ACL, r"\d+ (permit|deny|remark) |\d+$|statistics "),
        (r"route-map [^/]*", r"(description|match|set|continue)\b"),
        (r"vlan [^/]*", r"(name|state)\b"),
        (r"vrf context [^/]*", r"(ip|description|rd|address-family)\b"),
        (r"policy-map [^/]*", r"class\b"),
        (r"policy-map .*/class [^/]*", r"(police|set|bandwidth|priority)\b"),
        (r"class-map [^/]*", r"match\b"),
        (r"line [^/]*", r"(exec-timeout|access-class|session-limit)\b"),
    ),
    sections=(
        (
            r"",
            (
                r"(interface|router|ip access-list|ipv6 access-list|route-map|vlan \d+|policy-map|"
                r"class-map|vrf context|line)\b"
            ),
        ),
        (r"router [^/]*", r"vrf "),
        (r"router [^/]*(/vrf [^/]*)?", r"neighbor "),
        (r"router .*|vrf context [^/]*", r"address-family "),
        (r"policy-map [^/]*", r"class "),
    ),
    single=(
        (
            r"",
            (
                r"hostname\b|username \S+ (?=password)|clock timezone|snmp-server (location|"
                r"contact)|"
                r"ip domain-name"
            ),
        ),
        (
            r"interface [^/]*",
            (
                r"description|ip address(?! .* secondary$)|vrf member|mtu|bandwidth|speed|duplex|"
                r"switchport (mode|access vlan|trunk native vlan|trunk allowed vlan)|load-interval|"
                r"channel-group|ip ospf (cost|priority|network)|ip access-group \S+ (?=(?:in|out)$)"
            ),
        ),
        (
            r"router .*",
            (
                r"router-id|maximum-paths|remote-as|description|update-source|password|"
                r"(route-map|prefix-list) \S+ (?=(?:in|out)$)"
            ),
        ),
        (r"route-map [^/]*", r"description|set (metric|local-preference|weight|origin|community)"),
        (r"vlan [^/]*", r"name|state"),
        (r"vrf context [^/]*", r"description|rd"),
        (r"policy-map .*/class .*", r"police|set \S+"),
        (r"line [^/]*", r"exec-timeout|session-limit"),
    ),
    ordered=rf"{ACL}$|policy-map [^/]*$",
    hardware=r"interface (?!loopback|Vlan|Tunnel|port-channel|\S+\.\d)|line ",
    on=r"interface [^/]*/(switchport|ip redirects)$",
    default=r"interface (loopback|Vlan)[^/]*/no shutdown$",
)


class Nxos(Ios):
    """VLANs exist by a list of numbers; BGP neighbors are sections."""

    manual = MANUAL

    def opens(self, names: list[str], line: str) -> bool:
        return super().opens(names, line) and not re.match(r"vlan \d+[-,]", line)

    def put(self, line: str) -> None:
        if (
            re.match(ROUTED, line)
            and self.place.startswith("interface Ethernet")
            and not self._routed()
        ):
            raise Refused(f"{line!r}: not on a switched port")
        if line == "switchport":
            self.here.drop(rf"{ROUTED}|no shutdown$")
        if not self.open and re.match(r"vlan \d", line):
            self._have(self._vlans | numbers(line.split()[1]))
        elif self.place.startswith("interface ") and line == "shutdown":
            self.here.drop(r"no shutdown$")
            if not self._routed():
                super().put(line)
        elif self.place.startswith("interface ") and line.startswith("vrf member "):
            if not self.here.find(line):
                self.here.drop(r"ip address |ipv6 address ")
            super()._checked(line)
        else:
            super().put(line)

    def enter(self, line: str) -> Node:
        if re.match(r"vlan \d+$", line):
            self._have(self._vlans | numbers(line.split()[1]))
        return super().enter(line)

    def take(self, line: str) -> None:
        if line == "switchport":
            self.here.drop(r"switchport |shutdown$")
        if not self.open and re.match(r"vlan \d", line):
            gone = numbers(line.split()[1])
            for one in gone:
                self.root.drop(rf"vlan {one}$")
            self._have(self._vlans - gone)
        elif self.place.startswith("interface ") and line == "shutdown":
            self.here.drop(r"shutdown$")
            if self._routed() and not self.here.find("no shutdown"):
                self.here.children.append(Node("no shutdown"))
        elif self.place.startswith("interface ") and line.startswith("vrf member"):
            self.here.drop(r"ip address |ipv6 address |vrf member ")
        else:
            super().take(line)

    def _routed(self) -> bool:
        """A routed port is down until told otherwise."""
        name = self.here.line
        return "Ethernet" in name and self.here.find("no switchport") is not None

    @property
    def _vlans(self) -> set[int]:
        lines = [one.line for one in self.root.children if re.match(r"vlan [\d,-]+$", one.line)]
        return set().union(*(numbers(one.split()[1]) for one in lines)) if lines else set()

    def _have(self, vlans: set[int]) -> None:
        self.root.drop(r"vlan \d+[-,]")
        bare = [one for one in self.root.children if not one.children and one.line[:5] == "vlan "]
        self.root.children[:] = [one for one in self.root.children if one not in bare]
        if vlans:
            self.root.children.insert(0, Node(f"vlan {ranges(vlans)}"))

    def show(self) -> str:
        self._have(self._vlans)
        return super().show()

    def _state(self, node: Node, names: list[str]) -> tuple:
        if names:
            return super()._state(node, names)
        rest = [
            one for one in node.children if one.children or not re.match(r"vlan [\d,-]+$", one.line)
        ]
        return (*super()._state(Node("", rest), names), ("vlan", tuple(sorted(self._vlans))))
