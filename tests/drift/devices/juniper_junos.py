"""How Junos takes set, delete, insert, deactivate and protect, and commits. A model for tests.

Source: Juniper, "Junos OS CLI User Guide". A named thing (`unit 0`, `term A`) stays without content
until it is deleted itself; what is protected takes no change.
"""

import re
from collections.abc import Iterator, Sequence

from tests.drift.devices.terminal import Refused

NAMED = re.compile(
    r"(unit|family|group|neighbor|term|policy-statement|filter|prefix-list|area|interface|vlan|"
    r"user|class|community|instance) \S+$|interfaces \S+$|vlans \S+$|routing-instances \S+$"
)
SINGLE = re.compile(
    r".*\b(host-name|description|mtu|peer-as|hold-time|time-zone|local-preference|metric|type|"
    r"domain-name|local-address|location|vlan-id|message|encrypted-password|import|export)$"
)
ENDS = {"accept", "reject", "discard"}
WORD = re.compile(r'"(?:[^"\\]|\\.)*"|\S+')
UNSAID = re.compile(r"\s*(#|set version |version |$)")
Words = tuple[str, ...]


class Junos:
    """The candidate configuration: statements as words, in the order shown."""

    def __init__(self, text: str) -> None:
        self.tree: dict[str, dict] = {}
        self.inactive: set[Words] = set()
        self.protected: set[Words] = set()
        braces = re.search(r"\{\s*$", text, re.MULTILINE)
        lines = _as_set(text) if braces else text.splitlines()
        said = [line for line in lines if not UNSAID.match(line)]
        self.type_lines(sorted(said, key=lambda line: not line.startswith("set ")))

    def type_lines(self, lines: Sequence[str]) -> None:
        for line in lines:
            word, *rest = WORD.findall(line)
            act = {"set": self._set, "delete": self._delete, "insert": self._insert}.get(word)
            path = tuple(rest)
            if act is not None:
                if any(path[: len(one)] == one for one in self.protected):
                    raise Refused(f"{line!r}: protected")
                act(path)
            else:
                self._mark(word, path)

    def _set(self, path: Words) -> None:
        node = self.tree
        for index, word in enumerate(path):
            if SINGLE.match(" ".join(path[:index])) and word not in node:
                node.clear()
            if path[index - 1 : index] == ("then",) and word in ENDS:
                for other in ENDS - {word}:
                    node.pop(other, None)
            node = node.setdefault(word, {})

    def _delete(self, path: Words) -> None:
        nodes = [self.tree]
        for word in path:
            if word not in nodes[-1]:
                raise Refused(f"statement not found: {' '.join(path)}")
            nodes.append(nodes[-1][word])
        if re.match(r"(unit|group|neighbor|term|policy-statement|filter)$", path[-1]) and nodes[-1]:
            raise Refused(f"missing argument: delete {' '.join(path)}")
        for index in range(len(path) - 1, -1, -1):
            del nodes[index][path[index]]
            if nodes[index] or NAMED.search(" ".join(path[:index])):
                break
        for marks in (self.inactive, self.protected):
            marks -= {one for one in marks if not self._has(one)}

    def _insert(self, path: Words) -> None:
        where = next(word for word in path if word in ("before", "after"))
        at = path.index(where)
        above, moved, mark = path[: at - 1], path[at - 1], path[at + 2]
        held = self._at(above)
        if moved not in held or mark not in held:
            raise Refused(f"statement not found: {' '.join(path)}")
        order = [name for name in held if name != moved]
        order.insert(order.index(mark) + (where == "after"), moved)
        kept = {name: held[name] for name in order}
        held.clear()
        held.update(kept)

    def _mark(self, word: str, path: Words) -> None:
        if not self._has(path):
            raise Refused(f"statement not found: {word} {' '.join(path)}")
        marks = self.protected if word.endswith("protect") else self.inactive
        if word in ("protect", "deactivate"):
            marks.add(path)
        elif word in ("unprotect", "activate"):
            marks.discard(path)
        else:
            raise Refused(f"unknown command: {word}")

    def _at(self, path: Words) -> dict[str, dict]:
        node = self.tree
        for word in path:
            node = node[word]
        return node

    def _has(self, path: Words) -> bool:
        try:
            self._at(path)
        except KeyError:
            return False
        return True

    def commit(self) -> None:
        """Everything takes effect together."""

    def show(self) -> str:
        lines = [f"set {' '.join(one)}" for one in _leaves(self.tree, ())]
        lines += [f"deactivate {' '.join(one)}" for one in sorted(self.inactive)]
        lines += [f"protect {' '.join(one)}" for one in sorted(self.protected)]
        return "".join(f"{line}\n" for line in lines)

    def state(self) -> object:
        """Statements in any order, with the order of terms apart."""
        leaves = list(_leaves(self.tree, ()))
        return sorted(leaves), list(_orders(self.tree, ())), self.inactive, self.protected


def _leaves(tree: dict[str, dict], path: Words) -> Iterator[Words]:
    for word, below in tree.items():
        yield from _leaves(below, (*path, word)) if below else [(*path, word)]


def _orders(tree: dict[str, dict], path: Words) -> Iterator[tuple[Words, Words]]:
    for word, below in sorted(tree.items()):
        if word == "term" and re.search(r"(policy-statement|filter|policy) \S+$", " ".join(path)):
            yield path, tuple(below)
        yield from _orders(below, (*path, word))


def _as_set(text: str) -> Iterator[str]:
    """The set lines of a text with braces."""
    path: list[str] = []
    marked: list[str] = []
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    for raw in text.splitlines():
        line = re.sub(r"([;{}])\s*##.*$", r"\1", raw.strip())
        if not line or re.match(r"#|version ", line):
            continue
        if line == "}":
            path.pop()
            continue
        marks = re.match(r"((?:inactive: |protect: )*)(.*?)\s*[;{]$", line)
        words = WORD.findall(marks[2])
        if "[" in words:
            at = words.index("[")
            yield from (" ".join(["set", *path, *words[:at], one]) for one in words[at + 1 : -1])
        elif not line.endswith("{"):
            yield " ".join(["set", *path, *words])
        else:
            path.append(" ".join(words))
        full = " ".join([*path, *([] if line.endswith("{") else words)])
        if "inactive:" in marks[1]:
            marked.append(f"deactivate {full}")
        if "protect:" in marks[1]:
            marked.append(f"protect {full}")
    yield from marked
