"""Lists inside lines: VLAN ranges, and flat lines that form a named list. Pure."""

import re
from collections.abc import Iterable, Iterator

from drift.engine.model import Node
from drift.engine.places import Place
from drift.platforms import Platform

LONGEST = 150  # characters of the numbers in one command; devices wrap their own lists near that
LIST = re.compile(r"[ ,]*\d+(?:(?:[ ,-]| to )\d+)*")


def flat_name(line: str, platform: Platform) -> str:
    """The list that a flat line belongs to (`access-list 10`), or an empty string."""
    for pattern in platform.flat_lists:
        found = pattern.match(line)
        if found:
            return found.group(1)
    return ""


def numbers(text: str) -> frozenset[int]:
    """The numbers of `1,10-12` or `1 10 to 12`."""
    found: set[int] = set()
    for part in text.replace(" to ", "-").replace(",", " ").split():
        low, _, high = part.partition("-")
        found.update(range(int(low), int(high or low) + 1))
    return frozenset(found)


def ranged(line: str, platform: Platform) -> tuple[str, frozenset[int]] | None:
    """The words before a list of numbers and the numbers, where a line is such a list."""
    for pattern in platform.ranges:
        found = pattern.match(line)
        if found:
            return found.group(1), numbers(found.group(2))
    return None


def ranges(nodes: Iterable[Node], platform: Platform) -> dict[str, frozenset[int]]:
    """All numbers of list-valued lines, by the words before them."""
    found: dict[str, frozenset[int]] = {}
    for node in nodes:
        if held := ranged(node.line, platform):
            found[held[0]] = found.get(held[0], frozenset()) | held[1]
    return found


def listed(nodes: Iterable[Node], key: str, place: Place) -> frozenset[int] | None:
    """The numbers of a list over several lines; None where a line says it otherwise."""
    found = frozenset[int]()
    for node in nodes:
        if place.list_key(node.line) == key:
            text = node.line[len(key) :].removeprefix(" add")
            if not LIST.fullmatch(text):
                return None
            found |= numbers(text)
    return found


def spans(values: frozenset[int], platform: Platform) -> str:
    """The shortest text of a set of numbers, as the platform writes it."""
    return platform.typed.between.join(_spans(values, platform))


def parted(values: frozenset[int], platform: Platform) -> Iterator[str]:
    """The same in pieces that a line of a terminal holds; nothing for no numbers."""
    piece: list[str] = []
    for one in _spans(values, platform):
        if piece and sum(map(len, piece)) + len(piece) + len(one) > LONGEST:
            yield platform.typed.between.join(piece)
            piece = []
        piece.append(one)
    if piece:
        yield platform.typed.between.join(piece)


def _spans(values: frozenset[int], platform: Platform) -> list[str]:
    parts: list[list[int]] = []
    for value in sorted(values):
        if parts and parts[-1][1] == value - 1:
            parts[-1][1] = value
        else:
            parts.append([value, value])
    span = platform.typed.span
    return [str(low) if low == high else f"{low}{span}{high}" for low, high in parts]


def added(nodes: Iterable[Node], place: Place) -> dict[str, frozenset[int]]:
    """The numbers that lines add to a list, by the words before them, over all such lines."""
    found: dict[str, frozenset[int]] = {}
    for node in nodes:
        words, text = adds(node.line, place)
        if words:
            found[words] = found.get(words, frozenset()) | numbers(text)
    return found


def adds(line: str, place: Place) -> tuple[str, str]:
    """The words and the numbers of a line that adds to a list; empty where it does not."""
    for rule in place.platform.typed.additive:
        found = rule.lines.match(line)
        if found and rule.section.search(place.name) and LIST.fullmatch(line, found.end()):
            return found.group(0), line[found.end() :]
    return "", ""
