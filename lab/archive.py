"""What IOS tells about two configurations: contextual differences, incremental commands. Pure.

Written apart from the drift engine, as all of the lab: see docs/adr/0001.
"""

import copy
from collections.abc import Iterator
from difflib import SequenceMatcher

from lab.editor import Editor
from lab.grammar import known
from lab.tree import Node, parse

ORDERED = ("ip access-list ", "ipv6 access-list ")


def differences(old: Node, new: Node, *, depth: int = 0) -> Iterator[str]:
    """Lines of `new` only marked with +, lines of `old` only with -, below their sections."""
    before = {_identity(child): child for child in old.children}
    after = {_identity(child): child for child in new.children}
    moved = _moved(list(before), list(after)) if old.line.startswith(ORDERED) else set[str]()
    margin = " " * depth
    for key, child in after.items():
        if key not in before or key in moved:
            yield from _whole(child, "+", depth)
            continue
        below = list(differences(before[key], child, depth=depth + 1))
        if below:
            yield f"{margin}{child.line}"
            yield from below
    for key, child in before.items():
        if key not in after or key in moved:
            yield from _whole(child, "-", depth)


def incremental(running: Node, text: str) -> list[str]:
    """The lines of a file that would change the running configuration, below their sections."""
    editor = Editor(copy.deepcopy(running))
    commands: list[str] = []
    above: list[str] = []
    for raw in text.splitlines():
        before = copy.deepcopy(editor.root)
        typed = len(editor.applied)
        answer = editor.type_line(raw) if raw.strip() != "end" else ""
        sections = [node.line for node in editor.path]
        if not answer and (editor.root == before or len(editor.applied) == typed):
            continue
        for depth, section in enumerate(sections):
            if above[: depth + 1] != sections[: depth + 1]:
                commands.append(" " * depth + section)
        above = sections
        if not sections or editor.applied[-1] != sections[-1]:
            commands.append(" " * len(sections) + _typed(editor))
    return commands


def _typed(editor: Editor) -> str:
    """The line that was taken last, a banner with its text."""
    line = editor.applied[-1]
    node = editor.root.find(line)
    return line if node is None or node.block is None else node.block


def unknown_lines(text: str) -> list[str]:
    """The lines of a whole configuration that the device has no command for."""
    found: list[str] = []
    nodes = list(parse(text).children)
    while nodes:
        node = nodes.pop(0)
        if not known(node.line.removeprefix("no ")):
            found.append(node.line)
        nodes = [*node.children, *nodes]
    return found


def _identity(node: Node) -> str:
    return node.line if node.block is None else node.block


def _whole(node: Node, mark: str, depth: int) -> Iterator[str]:
    for line in _identity(node).splitlines():
        yield f"{' ' * depth}{mark}{line}"
    for child in node.children:
        yield from _whole(child, mark, depth + 1)


def _moved(before: list[str], after: list[str]) -> set[str]:
    """Lines on both sides whose place among the others differs."""
    same = SequenceMatcher(a=before, b=after, autojunk=False).get_matching_blocks()
    kept = {before[block.a + offset] for block in same for offset in range(block.size)}
    return set(before) & set(after) - kept
