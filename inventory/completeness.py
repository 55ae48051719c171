"""Find the signs that a captured text is not whole. Pure; trust.py weighs them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from inventory.platforms import Platform

SHRUNK_SHARE = 0.1  # of lines or characters: more lost than that is read a second time
COLLAPSED_SHARE = 0.4  # of lines, characters or kinds of sections: needs another collection
FEW_LINES = 20  # below this a share means nothing
FEW_KINDS = 5
EDGE = 3  # answers that are errors stand at the edges; a banner may say anything
SHOWN = 60  # characters of a line in a reason
LONGEST = 20_000  # characters of a line; beyond that no device has one
PAGER = re.compile(r"^\s*<?-+ ?\(?[Mm]ore\b.*?-+>?\s*$")
PAGER_LINE = 200  # characters in which a pager's line ends
NO_TEXT = re.compile("[\x00-\x07\x0e-\x1a\x1c-\x1f�]")
ESCAPE = re.compile("[\x1b\x7f-\x9f]")
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')

Kind = Literal[
    "empty", "not_text", "escapes", "cut", "unbalanced", "answer", "garbage", "shrunk", "tail",
    "collapsed", "sections", "hostname", "driver", "restless", "unread", "confirmed",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One reason to trust a capture less."""

    kind: Kind
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}"


def doubts(text: str, *, platform: Platform, command: str = "", previous: str | None = None
           ) -> tuple[Doubt, ...]:  # fmt: skip
    """Everything that speaks against this capture, given the last trusted one.

    Details quote lines: give the text with its secrets redacted, as `previous` is.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        return (Doubt(kind="empty", detail="the device showed nothing"),)
    found = [*_not_text(text), *_long(lines), *_escapes(text), *_answers(lines, platform)]
    found += [*_garbage(lines, command), *_cut(lines, platform), *_unbalanced(lines, platform)]
    if previous is not None and previous != text:
        found += _lost(text, lines, previous)
    return tuple(found)


def _not_text(text: str) -> Iterator[Doubt]:
    match = NO_TEXT.search(text)
    if match is not None:
        line = text.count("\n", 0, match.start()) + 1
        yield Doubt(kind="not_text", detail=f"line {line} holds the character {match[0]!r}")


def _long(lines: list[str]) -> Iterator[Doubt]:
    if max(map(len, lines)) > LONGEST:
        yield Doubt(kind="not_text", detail=f"no line has more than {LONGEST} characters")


def _escapes(text: str) -> Iterator[Doubt]:
    """Terminal escapes: some banners have them, and every door shows them as code points."""
    match = ESCAPE.search(text)
    if match is not None:
        line = text.count("\n", 0, match.start()) + 1
        yield Doubt(kind="escapes", detail=f"line {line} holds a terminal's escape {match[0]!r}")


def _answers(lines: list[str], platform: Platform) -> Iterator[Doubt]:
    for line in dict.fromkeys((*lines[:EDGE], *lines[-EDGE:])):
        if any(pattern.match(line) for pattern in platform.errors):
            yield Doubt(kind="answer", detail=f"the device answered {_short(line)}")


def _garbage(lines: list[str], command: str) -> Iterator[Doubt]:
    if command and lines[0].strip().endswith(command):
        yield Doubt(kind="garbage", detail="the echo of the command stands in the capture")
    for line in lines:
        if "ore" in line[:PAGER_LINE] and PAGER.match(line[:PAGER_LINE]):
            yield Doubt(kind="garbage", detail=f"a pager stopped at {_short(line)}")
            return


def _cut(lines: list[str], platform: Platform) -> Iterator[Doubt]:
    if platform.end is not None and not platform.end.match(lines[-1].rstrip()):
        yield Doubt(kind="cut", detail=f"it ends with {_short(lines[-1])} instead of its end mark")


def _unbalanced(lines: list[str], platform: Platform) -> Iterator[Doubt]:
    """Sections in braces that were not closed, or closed and never opened."""
    if not platform.braces:
        return
    bare = [QUOTED.sub("", line) if '"' in line else line for line in lines]
    depth = sum(line.count("{") - line.count("}") for line in bare)
    if depth:
        what = "not closed" if depth > 0 else "closed and never opened"
        yield Doubt(kind="unbalanced", detail=f"{abs(depth)} sections in braces are {what}")


def _lost(text: str, lines: list[str], previous: str) -> Iterator[Doubt]:
    before = [line for line in previous.split("\n") if line.strip()]
    kinds = _kinds(before)
    gone = sorted(kinds - _kinds(lines))
    if len(before) >= FEW_LINES:
        yield from _smaller(text, lines, previous, before)
    if len(kinds) >= FEW_KINDS and gone:
        many = len(gone) > len(kinds) * COLLAPSED_SHARE
        yield Doubt(
            kind="collapsed" if many else "sections",
            detail=f"no lines any more of the kinds {_named(gone)}",
        )


def _smaller(text: str, lines: list[str], previous: str, before: list[str]) -> Iterator[Doubt]:
    left = min(len(lines) / len(before), len(text) / len(previous))
    counts = (
        f"{len(lines)} lines and {len(text)} characters, {len(before)} and {len(previous)} in the "
        "last trusted capture"
    )
    if left < 1 - COLLAPSED_SHARE:
        yield Doubt(kind="collapsed", detail=counts)
    elif left < 1 - SHRUNK_SHARE:
        yield Doubt(kind="shrunk", detail=counts)
    if previous.startswith(text.rstrip("\n")):
        yield Doubt(
            kind="tail",
            detail=f"it is the last trusted capture without what follows its line {len(lines)}",
        )


def _kinds(lines: list[str]) -> frozenset[str]:
    """First words of the lines at the left margin."""
    return frozenset(
        line.split(maxsplit=1)[0] for line in lines if line[0].isalpha() or line.startswith("[")
    )


def _named(kinds: list[str]) -> str:
    return ", ".join(kind[:SHOWN] for kind in kinds[:8])


def _short(line: str) -> str:
    return repr(line.strip()[:SHOWN])
