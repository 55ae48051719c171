"""How FRR's vtysh takes typed lines, as FRR 8.4 does. A model for tests."""

import re

from tests.drift.devices.cisco_ios import Ios
from tests.drift.devices.terminal import Manual, Node, Refused

MANUAL = Manual(
    indent=" ",
    unshown=r"!|end$|exit(-\S+)?$|Building |Current |frr (version|defaults) ",
    known=(
        (
            r"",
            (
                r"(hostname|password|enable|log|ip|ipv6|access-list|interface|router|route-map|vrf|"
                r"bgp|service|line)\b"
            ),
        ),
        (r"interface [^/]*", r"(description|shutdown|ip|ipv6|bandwidth)\b"),
        (
            r"router [^/]*",
            (
                r"(bgp|router-id|ospf|neighbor|network|redistribute|timers|"
                r"passive-interface|area|maximum-paths|log-adjacency-changes|"
                r"default-information|auto-cost)\b"
            ),
        ),
        (
            r"router .*/address-family [^/]*",
            (
                r"(neighbor|network|redistribute|maximum-paths|"
                r"aggregate-address)\b"
            ),
        ),
        (r"route-map [^/]*", r"(description|match|set|on-match|call)\b"),
        (r"vrf [^/]*", r"(ip|ipv6|vni)\b"),
    ),
    sections=(
        (r"", r"(interface|router|route-map|vrf) "),
        (r"router bgp [^/]*", r"address-family "),
    ),
    single=(
        (r"", r"hostname|password|enable password|log (file|syslog|stdout|timestamp)"),
        (
            r"interface [^/]*",
            (
                r"description|bandwidth|ip ospf (cost|priority|network|area|"
                r"hello-interval|dead-interval)"
            ),
        ),
        (
            r"router .*",
            (
                r"(ospf |bgp )?router-id|maximum-paths|"
                r"neighbor \S+ (remote-as|description|update-source|password|timers|"
                r"ebgp-multihop|maximum-prefix)|"
                r"neighbor \S+ (route-map|prefix-list) \S+ (?=(?:in|out)$)"
            ),
        ),
        (
            r"route-map [^/]*",
            (
                r"description|set (as-path prepend|metric|local-preference|weight|"
                r"origin|community|ip next-hop)|match ip address( prefix-list)?|"
                r"match (metric|tag|interface|peer|community)|on-match"
            ),
        ),
    ),
    ordered=r"(?!)",
    hardware=r"interface ",
    default=r"interface [^/]*/no shutdown$",
)

WHOLE = r"(description|password|enable password|set as-path prepend) \S|log-adjacency-changes \S"


class Frr(Ios):
    """Prefix lists replace an entry; some lines are taken away only by their first words."""

    manual = MANUAL

    def put(self, line: str) -> None:
        if re.match(r"(ip(v6)? prefix-list|access-list) \S+ seq \d+ ", line):
            self.root.drop(re.escape(re.match(r".* seq \d+ ", line).group()))
            self.root.children.append(Node(line))
        elif not self.open or line == "shutdown":
            if not self.here.find(line):
                super(Ios, self).put(line)
        else:
            self._checked(line)

    def take(self, line: str) -> None:
        if re.match(WHOLE, line):
            raise Refused(f"% Unknown command: no {line}")
        if re.match(r"access-list \S+ seq \d+", line) and not self.open:
            self.root.drop(re.escape(line) + r"(\s|$)")
        elif line == "log-adjacency-changes":
            self.here.drop(line)
        else:
            super().take(line)
