"""Masks: which lines may differ, and a running text without such differences. Pure.

A mask hides no more than this: where exactly one line fits on each side, at the very same place,
the running one is read as the intended one. What security rests on is never masked, whatever a
mask says, and a pattern that this program would not have made is none.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from drift.engine import Difference
from drift.noise.places import Placed, placed, refusal_of
from drift.noise.security import protected
from drift.platforms import platform as named

NUMBER, HEX, MIXED = r"\d+", "[0-9A-Fa-f]+", "[0-9A-Za-z]+"
"""What stands in a pattern for a part of a word that changes."""

_CLASS = "|".join(map(re.escape, (NUMBER, HEX, MIXED)))
_LITERAL = r"\\[^0-9A-Za-z\n]|[^\\\[\](){}.*+?^$|\n]"
FORM = re.compile(rf"([A-Za-z](?:{_LITERAL})*\\[ ](?:{_LITERAL})*)(?:{_CLASS}|{_LITERAL})*")
"""A literal first word, a space, then literal characters and the three classes; nothing else. The
group is what stands literally at the beginning."""

LONGEST = 500  # characters of a pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """Lines that fit `pattern` as a whole, in the section that `path` names line by line."""

    path: tuple[str, ...]
    pattern: str

    @property
    def label(self) -> str:
        return " / ".join((*self.path, self.pattern))

    @property
    def begins(self) -> str:
        """What such a line begins with; empty for a mask that is none."""
        return _begins(self.pattern)

    def fits(self, path: tuple[str, ...], line: str) -> bool:
        """Whether a line at a place is one that the mask may hide."""
        return (
            path == self.path
            and bool(self.begins)
            and _compiled(self.pattern).fullmatch(line) is not None
            and not protected(path, line)
        )

    def hides(self, differences: Iterable[Difference]) -> bool:
        """Whether the mask would hide one of the differences: a line of it on both sides."""
        sides = [one.side for one in differences if self.fits(one.path, one.line)]
        return sorted(sides) == ["extra", "missing"]


def masked(running: str, intended: str, masks: Sequence[Mask], *, platform: str) -> str:
    """The running text in which a line that fits a mask is written as the intended one.

    Line numbers stay. A line that stands on one side only stays as it is.
    """
    known = [
        mask for mask in masks if mask.begins and mask.begins in running and mask.begins in intended
    ]
    if not known or refusal_of(platform):
        return running
    data, words = named(platform), {mask.begins for mask in known}
    theirs, ours = placed(running, words, data), placed(intended, words, data)
    lines = running.split("\n")
    for mask in known:
        now, then = _only(mask, theirs), _only(mask, ours)
        if now is not None and then is not None and lines[now.number - 1].strip() == now.text:
            lines[now.number - 1] = lines[now.number - 1].replace(now.text, then.text, 1)
    return "\n".join(lines)


def _only(mask: Mask, lines: Iterable[Placed]) -> Placed | None:
    found = [one for one in lines if mask.fits(one.path, one.text)]
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=1000)
def _begins(pattern: str) -> str:
    form = FORM.fullmatch(pattern) if len(pattern) <= LONGEST else None
    return re.sub(r"\\(.)", r"\1", form.group(1)) if form else ""


@lru_cache(maxsize=1000)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)
