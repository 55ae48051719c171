"""Propose masks from two readings of one device a few seconds apart. Pure; approves nothing."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_interface

from drift.engine import Difference, assess
from drift.noise.masks import HEX, MIXED, NUMBER, Mask, masked
from drift.noise.places import refusal_of
from drift.noise.security import protected

MANY = 50  # lines of one form in one place; more are a table, not a counter
DIGIT, DIGITS = re.compile("[0-9]"), re.compile("[0-9]+")
PIECES = re.compile("([0-9A-Za-z]+)")
HEXADECIMAL = re.compile("(0[xX])?([0-9A-Fa-f]+)")

ONE_SIDE = "it stands in one reading only, or words without a digit differ"
SEVERAL = "several lines look like this, and which became which is not certain"
PROTECTED = "it is about security, which is never masked"
NO_KEYWORD = "its first word changes, or is no keyword"
ADDRESS = "an address is configuration and no counter"
UNLIKE = "the words that differ have no common form"
ELSEWHERE = "it is the same line at another place"
BLOCK = "it is a value of several lines"
SECTION = "lines stand below it, or others look the same, so that a mask would hide nothing"

Pair = tuple[Difference, Difference]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A mask, and the line as it was in the first and in the second reading."""

    mask: Mask
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproposed:
    """A line that differed too, and why no mask is proposed for it."""

    path: tuple[str, ...]
    line: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """Everything that differed: as a proposal, or with the reason why it is none."""

    proposals: tuple[Proposal, ...] = ()
    others: tuple[Unproposed, ...] = ()


def propose(first: str, second: str, *, platform: str) -> Proposals:
    """Masks for the lines that changed from one reading to the next. Raises as `assess`."""
    found = assess(first, second, platform=platform).differences
    if why := refusal_of(platform):
        return Proposals(others=tuple(_other(one, why) for one in found))
    likely = [one for one in found if not _unfit(one)]
    pairs = [pair for group in _groups(likely).values() for pair in _pairs(group)]
    taken = {one for pair in pairs for one in pair}
    others = [_other(one, _unfit(one)) for one in found if _unfit(one)]
    others += [_other(one, _alone(one, likely)) for one in likely if one not in taken]
    made = list[Proposal]()
    for pair in pairs:
        proposal, why = _proposal(pair, first, second, platform)
        if proposal is None:
            others += [_other(one, why) for one in pair]
        else:
            made.append(proposal)
    return Proposals(proposals=tuple(made), others=tuple(others))


def pattern_of(before: str, after: str) -> str | None:
    """A pattern that both lines fit: equal words literally, others by what they are made of.

    None where words without a digit differ, or words that are built differently.
    """
    ours, theirs = re.split(r"(\s+)", before), re.split(r"(\s+)", after)
    if len(ours) != len(theirs):
        return None
    made = [_word(a, b) for a, b in zip(ours, theirs, strict=True)]
    known = [one for one in made if one is not None]
    return "".join(known) if len(known) == len(made) else None


def _word(a: str, b: str) -> str | None:
    if a == b:
        return re.escape(a)
    ours, theirs = PIECES.split(a), PIECES.split(b)
    if not (DIGIT.search(a) and DIGIT.search(b)) or ours[::2] != theirs[::2]:
        return None
    return "".join(
        re.escape(x) if index % 2 == 0 else _piece(x, y)
        for index, (x, y) in enumerate(zip(ours, theirs, strict=True))
    )


def _piece(a: str, b: str) -> str:
    """Letters and digits between other characters of a word that changed."""
    if DIGITS.fullmatch(a) and DIGITS.fullmatch(b):
        return NUMBER
    if a == b:
        return re.escape(a)
    if DIGITS.sub("", a) == DIGITS.sub("", b) and DIGITS.split(a) == DIGITS.split(b):
        return NUMBER.join(map(re.escape, DIGITS.split(a)))
    one, other = HEXADECIMAL.fullmatch(a), HEXADECIMAL.fullmatch(b)
    if one and other and one.group(1) == other.group(1):
        return (one.group(1) or "") + HEX
    return MIXED


def _unfit(one: Difference) -> str:
    """Why a line can be no part of a proposal by itself; empty where it can."""
    if "\n" in one.line:
        return BLOCK
    if one.side == "moved":
        return ELSEWHERE
    if protected(one.path, one.line):
        return PROTECTED
    words = one.line.split()
    return "" if words and words[0].isalpha() else NO_KEYWORD


def _form(one: Difference) -> tuple[str | None, ...]:
    """The line's words, without those that hold digits, and its place."""
    words = [None if DIGIT.search(word) else word for word in one.line.split()]
    return (*one.path, None, *words)


def _groups(likely: Iterable[Difference]) -> dict[tuple[str | None, ...], list[Difference]]:
    found = dict[tuple[str | None, ...], list[Difference]]()
    for one in likely:
        found.setdefault(_form(one), []).append(one)
    return found


def _pairs(group: Sequence[Difference]) -> Iterator[Pair]:
    """Lines of one form that belong together: each is the other's nearest, and no third is so."""
    if len(group) > MANY:
        return
    extra = [one for one in group if one.side == "extra"]
    missing = [one for one in group if one.side == "missing"]
    for one in extra:
        near = _nearest(one, missing)
        if near is not None and _nearest(near, extra) is one:
            yield one, near


def _nearest(one: Difference, others: Sequence[Difference]) -> Difference | None:
    """The line that shares most words with this one; None where two do."""
    far = [(_differing(one.line, other.line), other) for other in others]
    least = min((distance for distance, _ in far), default=0)
    near = [other for distance, other in far if distance == least]
    return near[0] if len(near) == 1 else None


def _differing(a: str, b: str) -> int:
    return sum(x != y for x, y in zip(a.split(), b.split(), strict=True))


def _alone(one: Difference, likely: Iterable[Difference]) -> str:
    alike = [other for other in likely if _form(other) == _form(one)]
    return SEVERAL if {"extra", "missing"} == {other.side for other in alike} else ONE_SIDE


def _proposal(pair: Pair, first: str, second: str, platform: str) -> tuple[Proposal | None, str]:
    """The proposal, or why there is none; what would not hide its own lines is none."""
    before, after = pair
    if _addresses(before.line, after.line):
        return None, ADDRESS
    pattern = pattern_of(before.line, after.line)
    mask = Mask(path=before.path, pattern=pattern or "")
    if not mask.begins:
        return None, UNLIKE
    if masked(first, second, (mask,), platform=platform) == first:
        return None, SECTION
    return Proposal(mask=mask, before=before.line, after=after.line), ""


def _addresses(before: str, after: str) -> bool:
    """Whether a word that changed is an address or a prefix."""
    changed = (
        word
        for pair in zip(before.split(), after.split(), strict=True)
        for word in pair
        if pair[0] != pair[1]
    )
    return any(map(_is_address, changed))


def _is_address(word: str) -> bool:
    if DIGITS.fullmatch(word):  # a plain number is one too, to that library
        return False
    try:
        ip_interface(word)
    except ValueError:
        return False
    return True


def _other(one: Difference, why: str) -> Unproposed:
    return Unproposed(path=one.path, line=one.line, reason=why)
