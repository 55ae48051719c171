"""How Cisco IOS takes typed lines, as its command references say. A model for tests."""

import re

from tests.drift.devices.terminal import Manual, Node, Refused, Terminal, Value
from tests.drift.devices.vlans import numbers, ranges

TRUNK = "switchport trunk allowed vlan "
BOUND = r"(?:ip |ipv6 )?(?:access-group|access-class|traffic-filter) (\S+) "
ACL = r"ip(?:v6)? access-list [^/]*"

MANUAL = Manual(
    indent=" ",
    unshown=(
        r"!|end$|exit(-address-family)?$|Building |Current |Using |ntp clock-period |"
        r"version |boot-"
    ),
    values=(
        Value(r"banner \S+ \S", None, r"banner \S+"),
        Value(r"macro name \S", r"@", r"macro name \S+"),
        Value(r"certificate ", r"quit$", r"certificate .*"),
    ),
    known=(
        (
            r"",
            (
                r"(aaa|access-list|alias|clock|enable|hostname|ip|ipv6|lldp|logging|ntp|service|"
                r"snmp-server|spanning-tree|tacacs-server|username|crypto|banner|macro|interface|"
                r"router|route-map|line|vlan|vrf|policy-map|class-map)\b"
            ),
        ),
        (
            r"interface [^/]*",
            (
                r"(description|shutdown|ip|ipv6|vrf|mtu|bandwidth|speed|duplex|"
                r"switchport|spanning-tree|load-interval|encapsulation|standby|"
                r"service-policy|channel-group|macro)\b"
            ),
        ),
        (
            r"router [^/]*",
            (
                r"(router-id|bgp|neighbor|network|passive-interface|redistribute|"
                r"maximum-paths|distance|auto-cost|area|timers|default-information|"
                r"address-family)\b"
            ),
        ),
        (r"router [^/]*/address-family [^/]*", r"(neighbor|network|redistribute|maximum-paths)\b"),
        (ACL, r"(\d+ )?(permit|deny|remark) |\d+$|sequence "),
        (r"route-map [^/]*", r"(description|match|set|continue)\b"),
        (
            r"line [^/]*",
            (
                r"(exec-timeout|login|password|transport|privilege|access-class|"
                r"logging|length|width|stopbits|speed|ipv6)\b"
            ),
        ),
        (r"vlan [^/]*", r"(name|state)\b"),
        (r"policy-map [^/]*", r"(class|description)\b"),
        (r"policy-map .*/class [^/]*", r"(police|priority|bandwidth|set|shape|queue-limit)\b"),
        (r"class-map [^/]*", r"(match|description)\b"),
        (r"vrf definition [^/]*", r"(rd|description|route-target|address-family)\b"),
        (r"crypto pki [^/]*", r"certificate "),
    ),
    sections=(
        (
            r"",
            (
                r"(interface|router|ip access-list|ipv6 access-list|route-map|line|vlan \d+|"
                r"policy-map|class-map|vrf definition|crypto pki certificate chain)\b"
            ),
        ),
        (r"router [^/]*|vrf [^/]*", r"address-family "),
        (r"policy-map [^/]*", r"class "),
    ),
    single=(
        (
            r"",
            (
                r"hostname\b|enable (secret|password)|username \S+|ip domain name|"
                r"ip default-gateway|"
                r"clock timezone|snmp-server (location|contact|community \S+)|spanning-tree mode|"
                r"logging (buffered|trap|console|source-interface)|ntp source\b|ip ssh version|"
                r"service timestamps \S+|alias \S+ \S+|aaa (authentication|authorization) \S+ \S+"
            ),
        ),
        (
            r"interface [^/]*",
            (
                r"description|ip address(?! .* secondary$)|vrf forwarding|mtu|bandwidth|"
                r"speed|duplex|"
                r"switchport (mode|access vlan|voice vlan|trunk native vlan|"
                r"trunk allowed vlan)|ip mtu|"
                r"load-interval|encapsulation|channel-group|ip ospf (cost|priority|network|"
                r"\d+ area)|"
                r"ip access-group \S+ (?=(?:in|out)$)|service-policy (input|output)|"
                r"standby \d+ (ip|priority|preempt)"
            ),
        ),
        (
            r"router [^/]*",
            (
                r"(bgp )?router-id|maximum-paths|auto-cost|"
                r"neighbor \S+ (remote-as|description|update-source|password|timers)|"
                r"neighbor \S+ (route-map|prefix-list) \S+ (?=(?:in|out)$)"
            ),
        ),
        (
            r"router .*/address-family .*",
            r"maximum-paths|neighbor \S+ (route-map|prefix-list) \S+ (?=(?:in|out)$)",
        ),
        # `match ip address` and `set ip next-hop` take more and more names.
        (r"route-map [^/]*", r"description|set (metric|local-preference|weight|origin|community)"),
        (
            r"line [^/]*",
            (
                r"exec-timeout|login|password|transport (input|output|preferred)|"
                r"privilege level|access-class \S+ (?=(?:in|out)$)|length|width"
            ),
        ),
        (r"vlan [^/]*", r"name|state"),
        (r"policy-map .*/class .*", r"police|priority|bandwidth|shape|set \S+ \S+"),
        (r"vrf definition [^/]*", r"rd|description"),
    ),
    ordered=rf"{ACL}$|policy-map [^/]*$",
    hardware=r"interface (?!Loopback|Vlan|Tunnel|Port-channel|\S+\.\d)|line ",
    on=(
        r"interface [^/]*/(ip redirects|ip proxy-arp|switchport)$|/(ip http server|"
        r"ip domain lookup)$"
    ),
    default=r"interface [^/]*/no shutdown$",
)


class Ios(Terminal):
    manual = MANUAL

    def put(self, line: str) -> None:
        entry = re.match(r"(access-list \d+) ", line)
        if entry and not self.open:
            self._append(line, entry.group(1))
        elif re.match(r"ip(v6)? prefix-list \S+ seq \d+ ", line):
            self._prefix(line)
        elif re.fullmatch(ACL, self.place):
            self._entry(line)
        elif line == "shutdown" or (
            self.place.startswith("route-map") and line.startswith(("match ", "set ip "))
        ):
            self._collect(line)
        else:
            self._checked(line)

    def _checked(self, line: str) -> None:
        if line.startswith("vrf forwarding ") and not self.here.find(line):
            self.here.drop(r"ip address |ipv6 address ")
        self._needs_neighbor(line)
        if line.startswith(TRUNK):
            line = self._trunk(line)
        super().put(line)

    def _append(self, line: str, name: str) -> None:
        """Entries of a numbered list stand together; one that is there is not put twice."""
        if self.root.find(line):
            return
        places = [i for i, one in enumerate(self.root.children) if one.line.startswith(f"{name} ")]
        self.root.children.insert(places[-1] + 1 if places else len(self.root.children), Node(line))

    def _prefix(self, line: str) -> None:
        if self.root.find(line):
            return
        name = re.match(r".* seq \d+ ", line).group()
        if any(one.line.startswith(name) for one in self.root.children):
            raise Refused(f"{name} is used")
        self.root.children.append(Node(line))

    def _entry(self, line: str) -> None:
        """An entry of a named list comes behind the others, or at its number."""
        number = re.match(r"\d+ ", line)
        if self.here.find(line) and (number or not line.startswith("remark ")):
            return
        if number and self.here.drop(number.group()):
            raise Refused(f"duplicate sequence number {number.group()}")
        self.here.children.append(Node(line))

    def _collect(self, line: str) -> None:
        """`match ip address 1` and `match ip address 2` are `match ip address 1 2`."""
        words = re.match(
            r"(match ip address prefix-list|match ip address|set ip next-hop|.*)", line
        )
        held = [one for one in self.here.children if one.line.startswith(words.group() + " ")]
        if (
            held
            and words.group() != line
            and "prefix-list" not in held[0].line.replace(words[0], "")
        ):
            more = line.removeprefix(words.group())
            held[0].line += "" if more in held[0].line else more
        elif not self.here.find(line):
            self.here.children.append(Node(line))

    def _needs_neighbor(self, line: str) -> None:
        found = re.match(r"neighbor (\S+) (?!remote-as|peer-group)", line)
        if not found:
            return
        there = [one.line for _, section in self.open for one in section.children]
        start = rf"neighbor {re.escape(found[1])} (remote-as|peer-group)"
        if not any(re.match(start, one) for one in there):
            raise Refused(f"{line!r}: specify remote-as or peer-group commands first")

    def _trunk(self, line: str) -> str:
        words = line.removeprefix(TRUNK).split()
        held = [one.line for one in self.here.children if one.line.startswith(TRUNK)]
        now = set().union(*(numbers(one.split()[-1]) for one in held)) if held else set()
        if words[0] == "add":
            now |= numbers(words[1])
        elif words[0] == "remove":
            now -= numbers(words[1])
        else:
            now = numbers(words[0])
        self.here.drop(TRUNK)
        return TRUNK + (ranges(now) or "none")

    def enter(self, line: str) -> Node:
        if line.startswith("router bgp ") and any(
            one.line.startswith("router bgp ") and one.line != line for one in self.root.children
        ):
            raise Refused("BGP is already running with another AS")
        return super().enter(line)

    def take(self, line: str) -> None:
        self._keeps_what_is_used(line)
        numbered = re.match(r"(access-list \d+)\b", line)
        neighbor = re.match(r"neighbor (\S+) (remote-as|peer-group$)", line)
        if numbered and not self.open:
            self.root.drop(re.escape(numbered.group()) + " ")
        elif neighbor and "/" not in self.place:
            start = rf"neighbor {re.escape(neighbor[1])} "
            for node in (self.here, *self.here.children):
                own = any(re.match(f"{start}remote-as", one.line) for one in node.children)
                if node is self.here or not own:
                    node.drop(start)
        elif re.fullmatch(ACL, self.place) and line.isdigit():
            self.here.drop(rf"{line} ")
        elif re.match(r"ip(v6)? prefix-list ", line):
            self.root.drop(re.escape(line) + r"(\s|$)")
        else:
            self._plain(line)

    def _plain(self, line: str) -> None:
        self._needs_neighbor(line)
        if (
            line.startswith("ip address ")
            and "secondary" not in line
            and any(re.match("ip address .* secondary", one.line) for one in self.here.children)
        ):
            raise Refused("must delete secondary before deleting primary")
        if line.startswith("vrf forwarding"):
            self.here.drop(r"ip address |ipv6 address ")
        if line == "shutdown" or self.place.startswith("route-map "):
            self.here.drop(re.escape(line) + r"(\s|$)")
        else:
            super().take(line)

    def _keeps_what_is_used(self, line: str) -> None:
        """A list that filters is not taken away: nothing would filter for a moment."""
        named = re.match(
            r"ip(?:v6)? access-list (?:standard |extended )?(\S+)|access-list (\d+)", line
        )
        if not named or self.open:
            return
        for section in self.root.children:
            for one in section.children:
                bound = re.match(BOUND, one.line)
                if bound and bound[1] in (named[1], named[2]):
                    raise Refused(f"{line!r}: it filters in {section.line}")

    def _state(self, node: Node, names: list[str]) -> tuple:
        """A trunk's list over several lines is one list; numbered lists stand in order."""
        if not names:
            lists: dict[str, list[str]] = {}
            for one in node.children:
                if found := re.match(r"access-list \d+", one.line):
                    lists.setdefault(found.group(), []).append(one.line)
            others = [one for one in node.children if not re.match(r"access-list \d+", one.line)]
            return (*super()._state(Node("", others), names), *sorted(map(tuple, lists.values())))
        trunk = [one.line for one in node.children if one.line.startswith(TRUNK)]
        if not trunk:
            return super()._state(node, names)
        held = sorted(set().union(*(numbers(one.split()[-1]) for one in trunk)))
        rest = [one for one in node.children if one.line not in trunk]
        return (*super()._state(Node("", rest), names), (TRUNK, tuple(held)))
