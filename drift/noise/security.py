"""Which lines no mask may ever touch. Pure; rather too many than one too few."""

import re
from functools import lru_cache

from drift.engine import Difference
from drift.severity import severity_of

WORDS = re.compile(
    r"(?i)(?<![a-z])(?:aaa|access|acl|admin|allow|auth|cert|cipher|communit|console|credential|"
    r"crypto|deny|encrypt|filter|fingerprint|firewall|group|hash|ike|ipsec|key|listening|login|"
    r"macsec|management|nat|passw|permit|pki|police|policy|priv|radius|role|rule|secret|secur|"
    r"shadow|snmp|ssh|ssl|sudo|tacacs|telnet|tls|token|trust|tunnel|user|vpn|vty|zone)"
)
"""What words begin with that speak of who may do what. The table of severities knows how some
platforms write that; these are the words of all of them."""


@lru_cache(maxsize=10_000)
def protected(path: tuple[str, ...], line: str) -> bool:
    """Whether the line, or a section above it, decides who or what is let in."""
    shown = Difference(path=path, line=line, side="extra", running_line=None, intended_line=None)
    return severity_of([shown]) == "critical" or any(WORDS.search(one) for one in (*path, line))
