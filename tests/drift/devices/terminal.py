"""What devices with an indented configuration do alike with typed lines. A model for tests.

Written apart from the engine on purpose: it shares no code, no data and so no mistake with it.
Lines come indented as the platform shows them; who types them leaves a section (`exit`) where the
next line is less indented.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

Shown = tuple[str, tuple["Shown", ...]]


class Refused(Exception):
    """The device does not take the line."""


@dataclass(slots=True)
class Node:
    """A line and the lines below it; a multi-line value keeps its text."""

    line: str
    children: list["Node"] = field(default_factory=list)
    block: tuple[str, ...] = ()

    def find(self, line: str) -> "Node | None":
        return next((one for one in self.children if one.line == line), None)

    def drop(self, pattern: str) -> bool:
        """Take away what the pattern matches from its beginning; whether there was anything."""
        kept = [one for one in self.children if not re.match(pattern, one.line)]
        gone = len(kept) < len(self.children)
        self.children[:] = kept
        return gone


@dataclass(frozen=True, slots=True)
class Value:
    """A value of several lines: how it begins and ends (None: by the delimiter it names)."""

    start: str
    end: str | None
    name: str


@dataclass(frozen=True, kw_only=True)
class Manual:
    """What a device knows. Patterns of places match a path (`router bgp 1/address-family ipv4`).

    `known` are the commands of a place, `sections` those that open another one, `single` those of
    which a place has one, by the part that matches. `on` holds without being shown, so that its
    `no` form is a line; `default` is not shown either. `hardware` cannot be deleted.
    """

    indent: str
    known: tuple[tuple[str, str], ...]
    sections: tuple[tuple[str, str], ...]
    single: tuple[tuple[str, str], ...]
    ordered: str
    hardware: str
    on: str = r"(?!)"
    default: str = r"(?!)"
    unshown: str = r"!|end$"
    values: tuple[Value, ...] = ()


class Terminal:
    """One device: its configuration, and where the typing person stands."""

    manual: Manual

    def __init__(self, text: str) -> None:
        self.root = Node("")
        self.open: list[tuple[int, Node]] = []
        self._read(text)

    def _read(self, text: str) -> None:
        """Take a shown configuration as it is, without the effects of typing it."""
        stack = [(-1, self.root)]
        lines = iter(re.sub(r"\r+\n", "\n", text).split("\n"))
        for raw in lines:
            line, depth = raw.strip(), len(raw) - len(raw.lstrip())
            value = self._value(line)
            if value:
                node = Node(re.match(value.name, line).group(), block=_swallow(value, raw, lines))
            elif not line or re.match(self.manual.unshown, line):
                continue
            else:
                node = Node(line)
            while stack[-1][0] >= depth:
                stack.pop()
            above = [one.line for _, one in stack[1:]]
            if not node.block and not self.takes(above, line):
                raise AssertionError(f"no {type(self).__name__} shows {line!r} in {above}")
            if re.match(self.manual.default, f"{_place(above)}/{line}"):
                continue
            twin = stack[-1][1].find(node.line)
            if twin is not None and not re.match(self.manual.ordered, _place(above)):
                twin.block, node = node.block, twin
            else:
                stack[-1][1].children.append(node)
            stack.append((depth, node))

    def type_lines(self, lines: Sequence[str]) -> None:
        typed = iter("\n".join(lines).split("\n")) if lines else iter(())
        for raw in typed:
            line, depth = raw.strip(), len(raw) - len(raw.lstrip())
            while self.open and self.open[-1][0] >= depth:
                self.open.pop()
            value = self._value(line)
            if value:
                self.put_value(re.match(value.name, line).group(), _swallow(value, raw, typed))
            elif line and not re.match(self.manual.unshown, line):
                self._command(line, depth)

    def _command(self, line: str, depth: int) -> None:
        wanted = line.removeprefix("no ")
        if not self.takes(self.names, wanted):
            raise Refused(f"{line!r} in {self.names}")
        if wanted != line:
            self.take(wanted)
        elif self.opens(self.names, wanted):
            self.open.append((depth, self.enter(wanted)))
        else:
            self.put(wanted)

    @property
    def names(self) -> list[str]:
        return [node.line for _, node in self.open]

    @property
    def place(self) -> str:
        return _place(self.names)

    @property
    def here(self) -> Node:
        return self.open[-1][1] if self.open else self.root

    def takes(self, names: Sequence[str], line: str) -> bool:
        """Whether the command, without its `no`, is known there."""
        bare = line.removeprefix("no ")
        return _any(self.manual.known, names, bare) or self.opens(names, bare)

    def opens(self, names: Sequence[str], line: str) -> bool:
        return _any(self.manual.sections, names, line)

    def single(self, line: str) -> str | None:
        for place, pattern in self.manual.single:
            found = re.match(pattern, line) if re.fullmatch(place, self.place) else None
            if found:
                return re.sub(r"\S+ $", line.rsplit(maxsplit=1)[-1], found.group())  # `... NAME in`
        return None

    def enter(self, line: str) -> Node:
        node = self.here.find(line)
        if node is None:
            node = Node(line)
            self.here.children.append(node)
        return node

    def put(self, line: str) -> None:
        """A line takes effect: it replaces the one of its kind, or comes behind the others."""
        children = self.here.children
        if self.here.drop(re.escape(f"no {line}") + "$") or self.here.find(line):
            return
        if re.match(self.manual.on, f"{self.place}/{line}"):
            return
        key = self.single(line)
        for index, one in enumerate(children):
            if key is not None and self.single(one.line.removeprefix("no ")) == key:
                children[index] = Node(line)
                return
        children.append(Node(line))

    def take(self, line: str) -> None:
        """The `no` form of a line."""
        if not self.open and re.match(self.manual.hardware, line):
            raise Refused(f"{line!r} is hardware")
        if re.match(self.manual.on, f"{self.place}/{line}"):
            if not self.here.find(f"no {line}"):
                self.here.children.append(Node(f"no {line}"))
            return
        key = self.single(line)
        if key is not None:
            kept = [one for one in self.here.children if self.single(one.line) != key]
            self.here.children[:] = kept
        elif not self.here.find(line):
            self.here.drop(re.escape(line) + r"(?=\s)")
        else:
            self.here.children.remove(self.here.find(line))

    def put_value(self, name: str, block: tuple[str, ...]) -> None:
        node = self.here.find(name)
        if node is None:
            self.here.children.append(Node(name, block=block))
        else:
            node.block = block

    def show(self) -> str:
        return "".join(f"{line}\n" for line in self._shown(self.root, 0))

    def _shown(self, node: Node, depth: int) -> Iterator[str]:
        for one in node.children:
            if one.block:
                yield from one.block
                continue
            yield self.manual.indent * depth + one.line
            yield from self._shown(one, depth + 1)

    def state(self) -> Shown:
        """What the device does: order only where it counts, nothing that is not shown."""
        return ("", self._state(self.root, []))

    def _state(self, node: Node, names: list[str]) -> tuple[Shown, ...]:
        shown = []
        for one in node.children:
            if one.block:
                shown.append(("\n".join(line.rstrip() for line in one.block), ()))
                continue
            below = self._state(one, [*names, one.line])
            if names or below or not re.match(self.manual.hardware, one.line):
                shown.append((one.line, below))
        if names and re.match(self.manual.ordered, _place(names)):
            numbered = all(re.match(r"\d+ ", line) for line, _ in shown)
            return tuple(sorted(shown, key=_number)) if numbered else tuple(shown)
        return tuple(sorted(set(shown)))

    def _value(self, line: str) -> Value | None:
        return next((one for one in self.manual.values if re.match(one.start, line)), None)


def _swallow(value: Value, first: str, rest: Iterator[str]) -> tuple[str, ...]:
    taken = [first.rstrip()]
    words = first.split(maxsplit=2)
    delimiter = ""
    if value.end is None:
        delimiter = "^C" if words[2].startswith("^C") else words[2][0]
        if words[2].count(delimiter) > 1:
            return tuple(taken)
    for line in rest:
        taken.append(line)
        if re.match(value.end, line.strip()) if value.end else delimiter in line:
            break
    return tuple(taken)


def _place(names: Sequence[str]) -> str:
    """The path of a place; a name's own `/` does not count."""
    return "/".join(name.replace("/", ":") for name in names)


def _any(rules: Sequence[tuple[str, str]], names: Sequence[str], line: str) -> bool:
    place = _place(names)
    return any(re.fullmatch(where, place) and re.match(what, line) for where, what in rules)


def _number(shown: Shown) -> int:
    return int(shown[0].split()[0])
