"""Find the signs that a captured text is not whole. Pure; trust.py weighs them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from core.counting import counted
from inventory.line_patterns import PRINTABLE, Span, all_lines, has_only, holding, may_have_longer
from inventory.platforms import Platform

SHRUNK_SHARE = 0.1  # of lines or characters: more lost than that is read a second time
COLLAPSED_SHARE = 0.4  # of lines, characters or kinds of sections: needs another collection
FEW_LINES = 20  # below this a share means nothing
FEW_KINDS = 5
EDGE = 3  # answers that are errors stand at the edges; a banner may say anything
SHOWN = 60  # characters of a line in a reason
LONGEST = 20_000  # characters of a line; beyond that no device has one
PAGER = re.compile(r"^\s*<?-+ ?\(?[Mm]ore\b.*?-+>?\s*$")
PAGER_WORD = "ore"  # of More
PAGER_LINE = 200  # characters in which a pager's line ends
NO_TEXT = re.compile("[\x00-\x07\x0e-\x1a\x1c-\x1f�]")
ESCAPE = re.compile("[\x1b\x7f-\x9f]")
QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"')
BLANK = re.compile(r"\n[^\S\n]*(?=\n)")
WORD = re.compile(r"[^\W\d_]\S*|\[\S*")
MARGIN = re.compile(rf"\n({WORD.pattern})")
ORDINARY = PRINTABLE + b"\x08\t\x0b\x0c\r"  # what is neither no text nor an escape

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
    head = list(islice(_filled(all_lines(text), text), EDGE))
    if not head:
        return (Doubt(kind="empty", detail="the device showed nothing"),)
    tail = list(islice(_filled(_from_end(text), text), EDGE))[::-1]
    odd = "" if has_only(text, ORDINARY) else text
    found = [*_not_text(odd), *_long(text), *_escapes(odd), *_answers((*head, *tail), platform)]
    found += [*_garbage(text, head[0], command), *_cut(tail[-1], platform)]
    found += _unbalanced(text, platform)
    if previous is not None and previous != text:
        found += _lost(text, previous)
    return tuple(found)


def _filled(spans: Iterator[Span], text: str) -> Iterator[str]:
    """The lines in which something stands."""
    return (line for start, end in spans if (line := text[start:end]).strip())


def _from_end(text: str) -> Iterator[Span]:
    end = len(text)
    while end >= 0:
        start = text.rfind("\n", 0, end) + 1
        yield start, end
        end = start - 1


def _not_text(text: str) -> Iterator[Doubt]:
    match = NO_TEXT.search(text)
    if match is not None:
        line = text.count("\n", 0, match.start()) + 1
        yield Doubt(kind="not_text", detail=f"line {line} holds the character {match[0]!r}")


def _long(text: str) -> Iterator[Doubt]:
    if may_have_longer(text, LONGEST) and max(map(len, text.split("\n"))) > LONGEST:
        yield Doubt(kind="not_text", detail=f"no line has more than {LONGEST} characters")


def _escapes(text: str) -> Iterator[Doubt]:
    """Terminal escapes: some banners have them, and every door shows them as code points."""
    match = ESCAPE.search(text)
    if match is not None:
        line = text.count("\n", 0, match.start()) + 1
        yield Doubt(kind="escapes", detail=f"line {line} holds a terminal's escape {match[0]!r}")


def _answers(lines: Iterable[str], platform: Platform) -> Iterator[Doubt]:
    for line in dict.fromkeys(lines):
        if any(pattern.match(line) for pattern in platform.errors):
            yield Doubt(kind="answer", detail=f"the device answered {_short(line)}")


def _garbage(text: str, first: str, command: str) -> Iterator[Doubt]:
    if command and first.strip().endswith(command):
        yield Doubt(kind="garbage", detail="the echo of the command stands in the capture")
    for start, end in holding(PAGER_WORD, text):
        line = text[start:end]
        if PAGER.match(line[:PAGER_LINE]):
            yield Doubt(kind="garbage", detail=f"a pager stopped at {_short(line)}")
            return


def _cut(last: str, platform: Platform) -> Iterator[Doubt]:
    if platform.end is not None and not platform.end.match(last.rstrip()):
        yield Doubt(kind="cut", detail=f"it ends with {_short(last)} instead of its end mark")


def _unbalanced(text: str, platform: Platform) -> Iterator[Doubt]:
    """Sections in braces that were not closed, or closed and never opened."""
    if not platform.braces:
        return
    depth = _depth(text) - sum(_depth(match[0]) for match in QUOTED.finditer(text))
    if depth:
        what = "not closed" if depth > 0 else "closed and never opened"
        yield Doubt(kind="unbalanced", detail=f"{abs(depth)} sections in braces are {what}")


def _depth(text: str) -> int:
    return text.count("{") - text.count("}")


def _lost(text: str, previous: str) -> Iterator[Doubt]:
    before, kinds = _count(previous), _kinds(previous)
    gone = sorted(kinds - _kinds(text))
    if before >= FEW_LINES:
        yield from _smaller(text, previous, before)
    if len(kinds) >= FEW_KINDS and gone:
        many = len(gone) > len(kinds) * COLLAPSED_SHARE
        yield Doubt(
            kind="collapsed" if many else "sections",
            detail=f"no lines any more of the kinds {_named(gone)}",
        )


def _smaller(text: str, previous: str, before: int) -> Iterator[Doubt]:
    lines = _count(text)
    left = min(lines / before, len(text) / len(previous))
    counts = (
        f"{counted(lines, 'line')} and {counted(len(text), 'character')}, "
        f"{before} and {len(previous)} in the last trusted capture"
    )
    if left < 1 - COLLAPSED_SHARE:
        yield Doubt(kind="collapsed", detail=counts)
    elif left < 1 - SHRUNK_SHARE:
        yield Doubt(kind="shrunk", detail=counts)
    if previous.startswith(text.rstrip("\n")):
        yield Doubt(
            kind="tail",
            detail=f"it is the last trusted capture without what follows its line {lines}",
        )


def _count(text: str) -> int:
    """How many lines something stands in."""
    whole = text.strip()  # begins and ends within such lines
    return whole.count("\n") + bool(whole) - len(BLANK.findall(whole))


def _kinds(text: str) -> frozenset[str]:
    """First words of the lines at the left margin."""
    words = {match[1] for match in MARGIN.finditer(text)}
    if first := WORD.match(text):
        words.add(first[0])
    return frozenset(word for word in words if word[0].isalpha() or word.startswith("["))


def _named(kinds: list[str]) -> str:
    return ", ".join(kind[:SHOWN] for kind in kinds[:8])


def _short(line: str) -> str:
    return repr(line.strip()[:SHOWN])
