"""What the engine speaks of: differences, refusals, an assessment. Plain values."""

import hashlib
import json
from dataclasses import dataclass
from typing import ClassVar, Literal

from core.errors import TrimtabError

Side = Literal["missing", "extra", "moved"]


class NotText(TrimtabError):
    """A configuration that is binary or holds control characters no device shows."""

    code: ClassVar[str] = "not_text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One line that stands on one side only (or elsewhere), with the sections above it.

    `missing` is in the intended configuration only, `extra` in the running one only. Line numbers
    count from 1 in the texts as given; None on the side where the line does not stand.
    """

    path: tuple[str, ...]
    line: str
    side: Side
    running_line: int | None
    intended_line: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A place for which the engine gives no commands, and why."""

    path: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The judgement of one device.

    `remediation` makes running into intended, `rollback` is its inverse; both are lines of
    configuration mode in the order to send, indented as the platform shows them. What is refused
    has no lines.
    """

    in_sync: bool
    differences: tuple[Difference, ...] = ()
    remediation: tuple[str, ...] = ()
    rollback: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def fingerprint(differences: tuple[Difference, ...]) -> str:
    """SHA-256 (hex) over what differs, without line numbers: equal for identical drift."""
    told = [[*one.path, one.line, one.side] for one in differences]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


@dataclass(slots=True, kw_only=True)
class Node:
    """A line with the lines below it; `block` holds a multi-line value's lines as shown.

    `below` are the pieces of text that the children were read from, with their line numbers.
    """

    line: str
    number: int
    children: list["Node"]
    block: tuple[str, ...] = ()
    below: list[tuple[int, str]]

    @property
    def content(self) -> tuple[str, ...]:
        """The whole node as comparable text."""
        if self.block:
            return self.block
        if not self.children:
            return (self.line,)
        return (self.line, *(f" {line}" for child in self.children for line in child.content))

    def holds(self, word: str) -> bool:
        """Whether the word stands anywhere in the node."""
        if word in self.line or (self.block and any(word in line for line in self.block)):
            return True
        return bool(self.children) and any(child.holds(word) for child in self.children)
