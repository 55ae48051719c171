"""The lines that only one change types: by them a device's own session log tells who typed. Pure.

A change's two lines are of no other change, and no rollback of another one types them again.
"""

import re
from dataclasses import dataclass

FIRST, SECOND = "ntp server", "logging host"
NET = "10.66"
_LINE = re.compile(
    rf"(?P<no>no )?(?P<what>{FIRST}|{SECOND}) {re.escape(NET)}\.(?P<high>\d+)\.(?P<low>\d+)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A typed or shown line of a change, or the line that takes it back."""

    number: int
    line: str  # FIRST or SECOND
    back: bool


def lines(number: int) -> list[str]:
    """What the change of this number types, on each of its devices."""
    address = f"{NET}.{number >> 8}.{number & 255}"
    return [f"{FIRST} {address}", f"{SECOND} {address}"]


def marked(line: str) -> Marked | None:
    """Whose line it is; None for a line of no change of ours."""
    found = _LINE.fullmatch(line.strip())
    if found is None:
        return None
    number = int(found["high"]) << 8 | int(found["low"])
    return Marked(number=number, line=found["what"], back=found["no"] is not None)
