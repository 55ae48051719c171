"""Whether a message says that a configuration changed, and by whom. Believes nothing it is told.

The patterns are data beside this file; what they catch is a claim of the sender, not a fact.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import yaml

from operations.syslog.message import Message

FILE = Path(__file__).with_name("changed.yaml")
LONGEST_NAME = 100  # characters of a user, an address or a terminal that are kept
Patterns = tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Who is said to have changed a configuration, from where and on which terminal."""

    user: str = ""
    origin: str = ""
    line: str = ""

    @property
    def told(self) -> str:
        """`admin from 10.0.0.9 on vty0`; as much of it as is known."""
        origin = f" from {self.origin}" if self.origin else ""
        line = f" on {self.line}" if self.line else ""
        return f"{self.user or 'somebody'}{origin}{line}"


def report_of(message: Message, platform: str) -> Report | None:
    """The report in a message of a device of this platform; None where it reports no change."""
    for pattern in _patterns().get(platform) or _all():
        found = pattern.match(message.told)
        if found is not None:
            return Report(**{
                name: (value or "")[:LONGEST_NAME] for name, value in found.groupdict().items()
            })  # fmt: skip
    return None


@cache
def _patterns() -> Mapping[str, Patterns]:
    data = cast("Mapping[str, list[str]]", yaml.safe_load(FILE.read_text(encoding="utf-8")))
    return {name: tuple(re.compile(text) for text in texts) for name, texts in data.items()}


@cache
def _all() -> Patterns:
    return tuple(dict.fromkeys(one for some in _patterns().values() for one in some))
