"""How grave a drift is, judged by the sections it touches. Pure; the table is the whole policy."""

import re
from collections.abc import Iterable
from typing import Literal

from drift.engine import Difference

Severity = Literal["info", "minor", "major", "critical"]

ORDER: tuple[Severity, ...] = ("info", "minor", "major", "critical")

SECTIONS: tuple[tuple[Severity, str], ...] = (
    # Who may log in, and from where.
    ("critical", r"aaa |username |user |enable (secret|password)|privilege |tacacs|radius"),
    ("critical", r"line (vty|con|aux)|management (ssh|api|telnet)|ip ssh|crypto |login "),
    ("critical", r"(ip |ipv6 |mac )?access-(list|group|class)|snmp-server (community|user|host)"),
    ("critical", r"system \{? ?(login|root-authentication)"),
    ("critical", r"\[(users|file /etc/(ssh/|sudoers|pam\.d|passwd|shadow|group))"),
    # Where traffic goes, and what is watched.
    ("major", r"snmp-server |logging |ntp |router |ip(v6)? route |route-map |ip prefix-list "),
    (
        "major",
        r"vrf |spanning-tree|vlan |(no )?shutdown$|ip(v6)? address |switchport |control-plane",
    ),
    ("major", r"service password-encryption|ip http |\[(sysctl|services|listening|file /etc/)"),
    # What only people read.
    ("info", r"description |banner |remark |alias |location "),
)
"""First match wins, tried on the line itself and then on the sections above it, outermost last."""

FACTS: tuple[tuple[Severity, str], ...] = (
    ("critical", r"serial "),  # another device answers at this address
    ("major", r"os_version |model |missing neighbours "),
)
"""For what a device is, tried on the fact and on its side and the fact."""

OTHERWISE: Severity = "minor"


def severity_of(differences: Iterable[Difference]) -> Severity:
    """The gravest severity among the differences; `minor` when there are none to judge."""
    found = {_one(difference) for difference in differences}
    return max(found, key=ORDER.index, default=OTHERWISE)


def _one(difference: Difference) -> Severity:
    if difference.path[:1] == ("[facts]",):
        return _fact(difference)
    above = [_plain(section) for section in difference.path]
    if any(_match(section) == "critical" for section in above):
        return "critical"
    for text in (_plain(difference.line), *reversed(above)):
        severity = _match(text)
        if severity is not None:
            return severity
    return OTHERWISE


def _fact(difference: Difference) -> Severity:
    told = (difference.line, f"{difference.side} {difference.line}")
    found = (name for name, pattern in FACTS if any(re.match(pattern, one) for one in told))
    return next(found, OTHERWISE)


def _plain(line: str) -> str:
    """A line as the table knows it: `no` and Junos' `set` and `delete` say nothing of gravity."""
    return re.sub(r"^(no|set|delete|default) (?!shutdown)", "", line.strip())


def _match(line: str) -> Severity | None:
    return next((name for name, pattern in SECTIONS if re.match(pattern, line)), None)
