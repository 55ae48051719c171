"""A device's configuration as a nested, ordered tree. Pure: no session, no clock.

Written apart from the drift engine on purpose: what applies a remediation here must not share the
engine's mistakes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

UNSHOWN = {"end", "exit-address-family", "no shutdown"}


@dataclass(slots=True)
class Node:
    """A configuration line and the lines below it."""

    line: str
    children: list["Node"] = field(default_factory=list)
    block: str | None = None  # text of a multi-line value, shown as it was typed

    def find(self, line: str) -> "Node | None":
        return next((child for child in self.children if child.line == line), None)


def parse(text: str) -> Node:
    """The tree of a shown configuration; a banner stays one node with its block."""
    root = Node("")
    stack: list[tuple[int, Node]] = [(-1, root)]
    lines = iter(text.splitlines())
    for raw in lines:
        line = raw.strip()
        if not line or line.startswith("!") or line in UNSHOWN:
            continue
        if line.startswith("banner "):
            root.children.append(banner(line, lines))
            stack = [(-1, root)]
            continue
        depth = len(raw) - len(raw.lstrip())
        while stack[-1][0] >= depth:
            stack.pop()
        node = Node(line)
        stack[-1][1].children.append(node)
        stack.append((depth, node))
    return root


def banner(line: str, rest: Iterator[str]) -> Node:
    """A banner node from its first line and what follows, on IOS (delimiter) or EOS (EOF)."""
    kind = " ".join(line.split()[:2])
    delimiter = banner_delimiter(line)
    if line.count(delimiter) > 1 and delimiter != "EOF":
        return Node(kind, block=line)
    body = [line]
    for raw in rest:
        body.append(raw)
        if (raw.strip() == "EOF") if delimiter == "EOF" else (delimiter in raw):
            break
    return Node(kind, block="\n".join(body))


def banner_delimiter(line: str) -> str:
    """What ends a banner: the third word's first character (`^C` is two), or EOF on EOS."""
    words = line.split(maxsplit=2)
    if len(words) < 3:
        return "EOF"
    return "^C" if words[2].startswith("^C") else words[2][0]


def render(node: Node, *, indent: str, depth: int = 0) -> Iterator[str]:
    """The lines below a node as the device shows them."""
    for child in node.children:
        if child.block is not None:
            yield child.block
            continue
        yield indent * depth + child.line
        yield from render(child, indent=indent, depth=depth + 1)
        if child.line.startswith("address-family ") and depth == 1 and indent == " ":
            yield " exit-address-family"
        if depth == 0 and child.children:
            yield "!"
