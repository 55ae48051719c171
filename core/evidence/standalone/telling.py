"""What is found, and how it is said: faults with their kinds, no control character of anybody's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

MEANINGS = {
    "altered": "is not what was sealed or signed",
    "missing": "something is gone that has to be there",
    "reordered": "as it was sealed, but not in its place",
    "forked": "two signed heads contradict each other: the log has two pasts",
    "wrong_signature": "not signed by the key that was to sign it",
    "not_bound": "nothing that was sealed tells of it",
}
KEPT = 1000
LONGEST = 400


class WrongCall(Exception):
    """What was asked cannot be answered, whatever the evidence: nothing is judged."""


class Refused(Exception):
    """Something does not fit; `kind` is one of MEANINGS."""

    def __init__(self, what: str, kind: str = "altered") -> None:
        super().__init__(what)
        self.kind = kind


@dataclass(frozen=True)
class Fault:
    """One thing that does not fit."""

    kind: str
    what: str


@dataclass
class Findings:
    """What fits, as lines, and what does not, in the order in which it was found."""

    lines: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    more: int = 0

    def say(self, line: str) -> None:
        self.lines.append(line)

    def add(self, kind: str, what: str) -> None:
        """Keep a fault; past KEPT of them they are only counted."""
        if len(self.faults) < KEPT:
            self.faults.append(Fault(kind, what))
        else:
            self.more += 1

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """A check whose refusal is a fault and not the end."""
        try:
            yield
        except Refused as error:
            self.add(error.kind, str(error))


def need(fits: bool, otherwise: str, kind: str = "altered") -> None:  # noqa: FBT001 - asserted
    if not fits:
        raise Refused(otherwise, kind)


def printable(line: str) -> str:
    """A line that cannot steer a terminal, however hostile what it tells of, and not endless."""
    shown = line if len(line) <= LONGEST else line[:LONGEST] + "..."
    return "".join(char if char.isprintable() else "?" for char in shown)


def counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
