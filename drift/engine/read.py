"""Text to a tree of lines, by the platform's data. Pure; refuses what is not text."""

import re
from collections.abc import Iterator, Sequence

from drift.engine.model import Node, NotText
from drift.platforms import InSection, Multiline, Platform

CONTROL = re.compile(r"[\x00-\x02\x04-\x08\x0b\x0c\x0e-\x1f\x7f]")  # ETX (3) delimits IOS banners


def lines_of(text: str) -> list[str]:
    """Lines without their ends; CR LF and LF are the same. Raises NotText for binary content."""
    found = CONTROL.search(text)
    if found:
        number = text.count("\n", 0, found.start()) + 1
        raise NotText(
            f"Line {number} holds the control character {found.group()!r}: this is no "
            "configuration text. Collect it again, or give the file that holds the text."
        )
    return [line.rstrip("\r") for line in text.split("\n")]


def tree(text: str, platform: Platform) -> Node:
    """The configuration as a tree; ignored lines and stated defaults are not in it."""
    root = Node(line="", number=0, children=[])
    stack: list[tuple[int, Node]] = [(-1, root)]
    numbered = iter(enumerate(lines_of(text), start=1))
    for number, raw in numbered:
        line = raw.strip()
        if not line or platform.ignored.match(line):
            continue
        indent = len(raw) - len(raw.lstrip())
        while stack[-1][0] >= indent:
            stack.pop()
        parent = stack[-1][1]
        multi = next((one for one in platform.multiline if one.start.match(raw)), None)
        if multi is not None:
            parent.children.append(_swallow(raw, number, numbered, multi))
            continue
        node = Node(line=line, number=number, children=[])
        parent.children.append(node)
        stack.append((indent, node))
    _drop_defaults(root, platform, path=())
    return root


def _swallow(raw: str, number: int, rest: Iterator[tuple[int, str]], multi: Multiline) -> Node:
    """A multi-line value as one node; its key stands for the whole."""
    key = multi.key.match(raw.strip())
    name = key.group(0) if key else raw.strip()
    body = [raw.rstrip()]
    delimiter = _delimiter(raw) if multi.end is None else ""
    if delimiter and raw.split(maxsplit=2)[2].count(delimiter) > 1:
        return Node(line=name, number=number, children=[], block=tuple(body))
    for _, following in rest:
        body.append(following.rstrip())
        if (delimiter in following) if multi.end is None else multi.end.match(following.strip()):
            break
    return Node(line=name, number=number, children=[], block=tuple(body))


def _delimiter(line: str) -> str:
    """A banner's delimiter: the first character of its text; `^C` is how ETX is shown."""
    text = line.split(maxsplit=2)[2]
    return "^C" if text.startswith("^C") else text[0]


def _drop_defaults(node: Node, platform: Platform, path: tuple[str, ...]) -> None:
    place = "/".join(path)
    node.children = [
        child for child in node.children if not matches(platform.defaults, place, child.line)
    ]
    for child in node.children:
        if child.children:
            _drop_defaults(child, platform, (*path, child.line))
    node.children = [
        child
        for child in node.children
        if child.children or child.block or path or not platform.undeletable.match(child.line)
    ]


def matches(rules: Sequence[InSection], place: str, line: str) -> bool:
    return any(rule.section.search(place) and rule.lines.match(line) for rule in rules)


def normalised(text: str, platform: Platform) -> str:
    """The text without what comes and goes by itself; equal results are in sync."""
    if platform.style != "indent":
        return "\n".join(line.rstrip() for line in lines_of(text) if line.strip()) + "\n"
    return "\n".join(shown(tree(text, platform), platform)) + "\n"


def shown(node: Node, platform: Platform, *, path: tuple[str, ...] = ()) -> Iterator[str]:
    """The lines below a node, indented as the platform shows them."""
    for child in node.children:
        yield from shown_node(child, platform, path=path)


def shown_node(node: Node, platform: Platform, *, path: tuple[str, ...]) -> Iterator[str]:
    """One node with all below it."""
    if node.block:
        yield from node.block
        return
    yield platform.indent * len(path) + node.line
    yield from shown(node, platform, path=(*path, node.line))
    closing = closer((*path, node.line), platform)
    if closing:
        yield platform.indent * len(path) + closing


def closer(path: tuple[str, ...], platform: Platform) -> str:
    place = "/".join(path)
    return next((line for section, line in platform.closers if section.match(place)), "")
