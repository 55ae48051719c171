"""How Cisco IOS XR takes typed lines and commits them. A model for tests.

Source: Cisco's command references. What is referred to must exist when the lines are committed.
"""

import re

from tests.drift.devices.terminal import Manual, Node, Refused, Terminal, Value

SETS = r"(prefix-set|as-path-set|community-set|extcommunity-set \S+|rd-set) "

MANUAL = Manual(
    indent=" ",
    unshown=r"!|end$|Building |root$|exit$",
    values=(
        Value(r"route-policy [^\s(]+(\(.*\))?$", r"end-policy$", r"route-policy [^\s(]+"),
        Value(SETS, r"end-set$", rf"{SETS}\S+"),
        Value(r"banner \S+ \S", None, r"banner \S+"),
    ),
    known=(
        (
            r"",
            (
                r"(hostname|domain|clock|logging|ntp|snmp-server|username|aaa|banner|interface|"
                r"router|vrf|ipv4|ipv6|line|ssh|policy-map|class-map|route-policy|[a-z-]+-set)\b"
            ),
        ),
        (
            r"interface [^/]*",
            (
                r"(description|shutdown|ipv4|ipv6|vrf|mtu|bandwidth|load-interval|"
                r"service-policy)\b"
            ),
        ),
        (
            r"router .*",
            (
                r"(router-id|bgp|network|redistribute|remote-as|description|cost|"
                r"update-source|password|route-policy|maximum-prefix|passive|use|"
                r"next-hop-self|timers|default-information|rd)\b"
            ),
        ),
        (r"vrf [^/]*", r"(description|rd)\b"),
        (r"vrf .*/import route-target|vrf .*/export route-target", r"\d+:\d+"),
        (r"ipv[46] access-list [^/]*", r"\d+ (permit|deny|remark) |\d+$"),
        (r"policy-map [^/]*", r"(class|end-policy-map)\b"),
        (r"policy-map .*/class [^/]*", r"(police|set|priority|bandwidth)\b"),
        (r"class-map [^/]*", r"(match|end-class-map)\b"),
        (r"line [^/]*", r"(exec-timeout|access-class|transport|session-timeout)\b"),
        (r"username [^/]*", r"(group|secret|password)\b"),
        (r"(ntp|logging|ssh|domain|router static.*)[^/]*", r"(server|source|[\d.]+)"),
    ),
    sections=(
        (
            r"",
            r"(interface|router|vrf|ipv[46] access-list|policy-map|class-map|line|username|ntp$)",
        ),
        (r"router .*", r"(address-family|neighbor|neighbor-group|vrf|area|interface) ?"),
        (r"vrf [^/]*", r"address-family "),
        (r"vrf [^/]*/address-family [^/]*", r"(import|export) route-target"),
        (r"policy-map [^/]*", r"class "),
    ),
    single=(
        (r"", r"hostname|domain name|clock timezone|logging (buffered|console|trap)"),
        (
            r"interface [^/]*",
            (
                r"description|ipv4 address(?! .* secondary$)|mtu|bandwidth|vrf|"
                r"load-interval|ipv[46] access-group \S+ (?=(?:in|e)gress$)"
            ),
        ),
        (
            r"router .*",
            (
                r"(bgp )?router-id|cost|remote-as|description|update-source|password|"
                r"route-policy \S+ (?=(?:in|out)$)"
            ),
        ),
        (r"vrf [^/]*", r"description|rd"),
        (r"policy-map .*/class .*", r"police|set \S+"),
        (r"line [^/]*", r"exec-timeout|access-class (?:ingress|egress)|transport \S+"),
        (r"username [^/]*", r"secret|password"),
    ),
    ordered=r"ipv[46] access-list [^/]*$|policy-map [^/]*$",
    hardware=r"interface (?!Loopback|BVI|Bundle|tunnel|\S+\.\d)|line ",
    default=r"interface [^/]*/no shutdown$",
)


class Xr(Terminal):
    manual = MANUAL

    def put(self, line: str) -> None:
        if re.match(r"ipv[46] access-list ", self.place):
            self.here.drop(re.match(r"\d+ ", line).group())
            self.here.children.append(Node(line))
            return
        if self.place.startswith("interface ") and line.startswith("vrf "):
            self._leave_vrf(line)
        super().put(line)

    def take(self, line: str) -> None:
        if re.match(r"ipv[46] access-list ", self.place) and line.isdigit():
            self.here.drop(rf"{line} ")
            return
        if self.place.startswith("interface ") and line.startswith("vrf"):
            self._leave_vrf("")
        if re.match(rf"route-policy |{SETS}|banner ", line) and not self.open:
            self.root.drop(re.escape(line) + "$")
            return
        super().take(line)

    def _leave_vrf(self, line: str) -> None:
        if not self.here.find(line):
            self.here.drop(r"ipv4 address |ipv6 address ")

    def enter(self, line: str) -> Node:
        if line.startswith("router bgp ") and any(
            one.line.startswith("router bgp ") and one.line != line for one in self.root.children
        ):
            raise Refused("BGP is already running with another AS")
        return super().enter(line)

    def commit(self) -> None:
        """Raise Refused where a line refers to a policy that is not there."""
        policies = {one.line for one in self.root.children if one.block}
        for line in _all(self.root):
            used = re.match(r"route-policy ([^\s(]+) (in|out)$", line)
            if used and f"route-policy {used[1]}" not in policies:
                raise Refused(f"{line!r}: no such policy")


def _all(node: Node) -> list[str]:
    return [node.line, *(line for one in node.children for line in _all(one))]
