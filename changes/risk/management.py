"""What a device's management hangs on, read from its configuration. Pure; judges no change."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import cast

import yaml

FILE = Path(__file__).parent / "management.yaml"
NEVER = re.compile(r"(?!)")
OPENED = re.compile(r" ?\{$|;$")
WORD = re.compile(r"^(?:set|delete) ")
NEGATED = re.compile(r"(?m)^(?:no|undo|default) ")
BUNDLE = re.compile(
    r"(?i)(?:port-?channel|bundle-ether|lag|eth-trunk|route-aggregation|ae)\D*(\d+)$"
)
VLAN = re.compile(r"(?i)vlan\D*(\d+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A platform's patterns, as management.yaml explains them."""

    interface: re.Pattern[str] = NEVER
    down: re.Pattern[str] = NEVER
    up: re.Pattern[str] = NEVER
    quiet: re.Pattern[str] = NEVER
    address: re.Pattern[str] = NEVER
    vrf_of: re.Pattern[str] = NEVER
    filter_of: re.Pattern[str] = NEVER
    vlan: re.Pattern[str] = NEVER
    vrf: re.Pattern[str] = NEVER
    filter: re.Pattern[str] = NEVER
    login: re.Pattern[str] = NEVER
    aaa: re.Pattern[str] = NEVER
    line: re.Pattern[str] = NEVER
    ssh: re.Pattern[str] = NEVER
    route: re.Pattern[str] = NEVER
    routing: re.Pattern[str] = NEVER
    member: str = ""
    named: re.Pattern[str] = NEVER
    bound: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    always: Mapping[str, re.Pattern[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Managed:
    """What a device is managed through; names in small letters.

    Without `interfaces` its configuration does not tell which one carries the address. `members`
    are ports of an interface that is a bundle, `vrf` is empty for the global table.
    """

    address: str
    login: str
    interfaces: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    vlan: str = ""
    vrf: str = ""
    filters: frozenset[str] = frozenset()


def words_of(platform: str) -> Words:
    """The patterns of a platform; one without its own has those of `other`."""
    known = _words()
    return known.get(platform, known["other"])


def statement(parts: Iterable[str]) -> str:
    """A line with the sections above it, as the patterns know it."""
    return "\n".join(WORD.sub("", OPENED.sub("", part.strip())) for part in parts)


def bare(told: str) -> str:
    """A statement whether it is said or taken back."""
    return NEGATED.sub("", told)


def managed(text: str, *, platform: str, address: str, login: str) -> Managed:
    """What the configuration says of the way to this address; the login is a username."""
    words = words_of(platform)
    names = _carrying(text, address, words) or _named(text, words)
    below = [line for name in names for line in _lines_of(text, name, words)]
    bound = [
        found["name"]
        for word, pattern in words.bound.items()
        if word in text  # most texts lack most words, and a search takes a while
        for found in pattern.finditer(text)
    ]
    filters = [*bound, *_names(words.filter_of, below)]
    return Managed(
        address=address, login=login,
        interfaces=frozenset(part.lower() for name in names for part in _with_parent(name)),
        members=frozenset(_members(text, names, words)),
        vlan=next((found[1] for name in names if (found := VLAN.search(name))), ""),
        vrf=next(iter(_names(words.vrf_of, below)), "").lower(),
        filters=frozenset(one.lower() for one in filters),
    )  # fmt: skip


def holds(line: str, address: str) -> bool:
    """Whether a line names the address, and not a longer one that begins or ends alike."""
    return bool(address) and _token(address).search(line) is not None


@cache
def _token(address: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.:]){re.escape(address)}(?![\w.:])", re.IGNORECASE)


def _carrying(text: str, address: str, words: Words) -> list[str]:
    """The interfaces that have the address."""
    found = (
        words.interface.match(statement(_path(text, place)))
        for place in _places(text.lower(), address.lower())
        if holds(_line_at(text, place), address)
    )
    fitting = (one for one in found if one and words.address.match(one["line"]))
    return list(dict.fromkeys(one["interface"] for one in fitting))


def _places(text: str, word: str) -> Iterator[int]:
    """Where a word stands, be it within a longer one."""
    place = text.find(word) if word else -1
    while place >= 0:
        yield place
        place = text.find(word, place + 1)


def _line_at(text: str, place: int) -> str:
    end = text.find("\n", place)
    return text[text.rfind("\n", 0, place) + 1 : end if end >= 0 else len(text)]


def _named(text: str, words: Words) -> list[str]:
    """The interfaces that are for management by their name."""
    if words.named is NEVER:
        return []
    return list(dict.fromkeys(found["name"] for found in words.named.finditer(text)))


def _path(text: str, position: int) -> list[str]:
    """The line at a position below the sections it stands in, by their indentation."""
    start = text.rfind("\n", 0, position) + 1
    path = [_line_at(text, position)]
    while start and path[0][:1] in {" ", "\t"}:
        start, end = text.rfind("\n", 0, start - 1) + 1, start - 1
        line = text[start:end]
        if _depth(line) < _depth(path[0]) and line.strip() not in {"", "!", "#"}:
            path.insert(0, line)
    return path


def _lines_of(text: str, name: str, words: Words) -> Iterator[str]:
    """What is said of an interface, each as `line` of the platform's `interface`."""
    whole = re.compile(rf"(?<!\S)\"?{re.escape(name)}\"?(?!\S)")
    for place in _places(text, name):
        line = _line_at(text, place)
        if whole.search(line):
            above = _path(text, place)
            end = text.find("\n", place)
            below = _below(text, end, above) if end >= 0 else ()
            for parts in ([*above], *([*above, *one] for one in below)):
                found = words.interface.match(statement(parts))
                if found and found["interface"] == name:
                    yield bare(found["line"])


def _below(text: str, end: int, above: Sequence[str]) -> Iterator[list[str]]:
    """The lines of the section whose header ends there, each with the sections within."""
    depth, path = _depth(above[-1]), list[str]()
    for line in text[end + 1 :].split("\n", 400)[:400]:  # no interface is longer
        if _depth(line) <= depth:
            return
        while path and _depth(path[-1]) >= _depth(line):
            path.pop()
        path.append(line)
        yield [*path]


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _names(pattern: re.Pattern[str], lines: Iterable[str]) -> list[str]:
    return [found["name"] for line in lines if (found := pattern.match(line))]


def _with_parent(name: str) -> tuple[str, ...]:
    """A subinterface goes down with what it is of."""
    parent, dot, _ = name.rpartition(".")
    return (name, parent) if dot else (name,)


def _members(text: str, names: Sequence[str], words: Words) -> Iterator[str]:
    """The ports of the bundles among these interfaces."""
    numbers = {
        found[1] for name in names if (found := BUNDLE.match(name.rpartition(".")[0] or name))
    }
    for number in numbers if words.member else ():
        pattern = re.compile(words.member.replace("{number}", number), re.MULTILINE)
        for place in pattern.finditer(text):
            found = words.interface.match(statement(_path(text, place.end() - 1)))
            if found:
                yield found["interface"].lower()


@cache
def _words() -> Mapping[str, Words]:
    data = cast("Mapping[str, Mapping[str, object]]", yaml.safe_load(FILE.read_text("utf-8")))
    return {name: _read(told) for name, told in data.items()}


def _read(told: Mapping[str, object]) -> Words:
    plain = {
        one.name: re.compile(cast("str", told[one.name]), re.IGNORECASE)
        for one in fields(Words)
        if told.get(one.name) and one.name not in {"member", "named", "bound", "always"}
    }
    always = cast("Mapping[str, str]", told.get("always", {}))
    named = told.get("named")
    header = rf'(?mi)^[ \t]*(?:interface |edit "?)?(?P<name>{named}[^\s"{{]*)"?(?: \{{)?$'
    return Words(
        **plain,
        member=cast("str", told.get("member", "")),
        named=re.compile(header) if named else NEVER,
        bound={
            word: re.compile(one, re.MULTILINE)
            for word, one in cast("Mapping[str, str]", told.get("bound", {})).items()
        },
        always={code: re.compile(one, re.IGNORECASE) for code, one in always.items()},
    )
