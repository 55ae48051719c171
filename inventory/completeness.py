"""Prove that a captured text is the whole configuration, or say why not. Pure.

A capture with doubts is kept aside: it can be no baseline and raises no drift.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from inventory.platforms import Platform

LOST_SHARE = 0.4  # of lines, or of kinds of sections: more lost than that is doubted
FEW_LINES = 20  # below this a share means nothing
FEW_KINDS = 5
EDGE = 3  # answers that are errors stand at the edges; a banner may say anything
PAGER = re.compile(r"^\s*<?-+ ?\(?[Mm]ore\b.*?-+>?\s*$")
NO_TEXT = re.compile("[\x00-\x07\x0e-\x1a\x1c-\x1f�]")

Kind = Literal["empty", "not_text", "cut", "answer", "garbage", "shrunk", "hostname", "driver"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One reason not to trust a capture."""

    kind: Kind
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}"


def doubts(text: str, *, platform: Platform, command: str = "", previous: str | None = None
           ) -> tuple[Doubt, ...]:  # fmt: skip
    """Everything that speaks against this capture, given the last trusted one."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return (Doubt(kind="empty", detail="the device showed nothing"),)
    found = [*_not_text(text), *_answers(lines, platform), *_garbage(lines, command)]
    found += _cut(lines, platform)
    if previous is not None and not found:
        found += _shrunk(lines, [line for line in previous.splitlines() if line.strip()])
    return tuple(found)


def _not_text(text: str) -> Iterator[Doubt]:
    match = NO_TEXT.search(text)
    if match is not None:
        line = text.count("\n", 0, match.start()) + 1
        yield Doubt(kind="not_text", detail=f"line {line} holds the character {match[0]!r}")


def _answers(lines: list[str], platform: Platform) -> Iterator[Doubt]:
    for line in dict.fromkeys((*lines[:EDGE], *lines[-EDGE:])):
        if any(pattern.match(line) for pattern in platform.errors):
            yield Doubt(kind="answer", detail=f"the device answered {line.strip()!r}")


def _garbage(lines: list[str], command: str) -> Iterator[Doubt]:
    if command and lines[0].strip().endswith(command):
        yield Doubt(kind="garbage", detail="the echo of the command stands in the capture")
    for line in lines:
        if PAGER.match(line):
            yield Doubt(kind="garbage", detail=f"a pager stopped at {line.strip()!r}")
            return


def _cut(lines: list[str], platform: Platform) -> Iterator[Doubt]:
    if platform.end is not None and not platform.end.match(lines[-1].rstrip()):
        yield Doubt(
            kind="cut", detail=f"it ends with {lines[-1].strip()[:60]!r} instead of its end mark"
        )


def _shrunk(lines: list[str], before: list[str]) -> Iterator[Doubt]:
    if len(before) >= FEW_LINES and len(lines) < len(before) * (1 - LOST_SHARE):
        yield Doubt(
            kind="shrunk", detail=f"{len(lines)} lines, {len(before)} in the last trusted capture"
        )
    kinds = _kinds(before)
    lost = sorted(kinds - _kinds(lines))
    if len(kinds) >= FEW_KINDS and len(lost) > len(kinds) * LOST_SHARE:
        yield Doubt(kind="shrunk", detail=f"no lines any more of the kinds {', '.join(lost[:8])}")


def _kinds(lines: list[str]) -> frozenset[str]:
    """First words of the lines at the left margin."""
    return frozenset(line.split()[0] for line in lines if line[0].isalpha() or line.startswith("["))
