"""Configuration mode: applies typed lines to the tree as a device does. Pure: no session."""

import re
from dataclasses import dataclass, field

from lab.grammar import GLOBAL_ONLY, known, opens_section, single_key
from lab.tree import Node, banner_delimiter

INVALID = "% Invalid input detected at '^' marker."
INCOMPLETE = "% Incomplete command."
ON_BY_DEFAULT = re.compile(r"(switchport|ip redirects|ip proxy-arp|ip http server|cdp run)$")
OWN = (
    ("line", "logging synchronous"), ("interface", "logging event"), ("log", "logging "),
    ("interface", ("ntp broadcast", "ntp disable", "ntp multicast")),
)  # fmt: skip
TRUNK = re.compile(r"switchport trunk allowed vlan (add|remove) (\S+)$")


@dataclass(slots=True)
class Editor:
    """One session's place in configuration mode and what it typed there."""

    root: Node
    path: list[Node] = field(default_factory=list)
    banner: list[str] = field(default_factory=list)
    applied: list[str] = field(default_factory=list)

    @property
    def here(self) -> Node:
        return self.path[-1] if self.path else self.root

    @property
    def swallowing(self) -> bool:
        """Whether lines are a banner's text now and not commands."""
        return bool(self.banner)

    def type_line(self, raw: str) -> str:
        """Apply one line; returns what the device answers, empty when it accepts."""
        if self.banner:
            return self._more_banner(raw)
        line = " ".join(raw.split()) if not raw.strip().startswith("description") else raw.strip()
        if not line or line.startswith("!"):
            return ""
        if line in {"exit", "exit-address-family"}:
            if self.path:
                self.path.pop()
            return ""
        if line.startswith("banner "):
            return self._begin_banner(raw.strip())
        return self._command(line)

    def _command(self, line: str) -> str:
        negated = line.startswith("no ")
        wanted = line[3:] if negated else line
        if not known(wanted):
            return f"{line}\n^\n{INVALID}"
        if len(wanted.split()) < 2 and opens_section(wanted + " ", depth=0):
            return INCOMPLETE
        if self.path and GLOBAL_ONLY.match(wanted) and not self._belongs_here(wanted):
            self.path.clear()
        self.applied.append(line)
        if negated:
            self._remove(wanted)
        elif opens_section(wanted, depth=len(self.path)):
            self._enter(wanted)
        else:
            self._set(wanted)
        return ""

    def _belongs_here(self, line: str) -> bool:
        """Commands of a section that begin as a global one does."""
        section = self.here.line.split()[0]
        return any(section == above and line.startswith(starts) for above, starts in OWN)

    def _enter(self, line: str) -> None:
        if self.path and self.here.line.split()[0] == line.split(maxsplit=1)[0]:
            self.path.pop()  # a class beside a class, not below it
        node = self.here.find(line)
        if node is None:
            node = Node(line)
            self.here.children.append(node)
        self.path.append(node)

    def _set(self, line: str) -> None:
        children = self.here.children
        trunk = TRUNK.match(line)
        if trunk:
            line = self._trunk(trunk.group(1), trunk.group(2))
        if line.startswith("vrf forwarding "):
            children[:] = [child for child in children if not child.line.startswith("ip address ")]
        off = self.here.find(f"no {line}")
        if off is not None:
            children.remove(off)  # on by default: holding it is not shown
            return
        key = single_key(line)
        for index, child in enumerate(children):
            if child.line == line:
                return
            if key is not None and single_key(child.line) == key:
                children[index] = Node(line)
                return
        self._insert(Node(line))

    def _insert(self, node: Node) -> None:
        """Append, or put a numbered entry of an access list at its place."""
        children = self.here.children
        number = _number(node.line)
        if number is None:
            children.append(node)
            return
        later = (i for i, child in enumerate(children) if (_number(child.line) or 0) > number)
        children.insert(next(later, len(children)), node)

    def _remove(self, line: str) -> None:
        children = self.here.children
        if ON_BY_DEFAULT.match(line):
            self._set(f"no {line}")
            return
        if line == "shutdown":
            children[:] = [child for child in children if child.line != line]
            return
        key = single_key(line) if not _removes_exactly(line) else None
        kept = [
            child for child in children
            if not (child.line == line or child.line.startswith(f"{line} ")
                    or (child.block is not None and line.startswith(child.line))
                    or (key is not None and single_key(child.line) == key))
        ]  # fmt: skip
        children[:] = kept

    def _trunk(self, action: str, vlans: str) -> str:
        prefix = "switchport trunk allowed vlan "
        held = next((c.line for c in self.here.children if c.line.startswith(prefix)), prefix)
        now, change = vlan_set(held.removeprefix(prefix)), vlan_set(vlans)
        return prefix + vlan_text(now | change if action == "add" else now - change)

    def _begin_banner(self, line: str) -> str:
        delimiter = banner_delimiter(line)
        self.path.clear()  # a banner is the device's, wherever it is typed
        if delimiter != "EOF" and line.count(delimiter) > 1:
            self._set_banner([line])
        else:
            self.banner = [line]
        return ""

    def _more_banner(self, raw: str) -> str:
        delimiter = banner_delimiter(self.banner[0])
        self.banner.append(raw)
        if (raw.strip() == "EOF") if delimiter == "EOF" else (delimiter in raw):
            self._set_banner(self.banner)
            self.banner = []
        return ""

    def _set_banner(self, lines: list[str]) -> None:
        kind = " ".join(lines[0].split()[:2])
        node = Node(kind, block="\n".join(lines))
        self.applied.append(kind)
        for index, child in enumerate(self.root.children):
            if child.line == kind:
                self.root.children[index] = node
                return
        self.root.children.append(node)


def _removes_exactly(line: str) -> bool:
    """`no username bob` and `no 10 permit ...` name their victim; no other of the key goes."""
    return bool(re.match(r"(username \S+ \S|snmp-server community \S+ \S|\d+ )", line))


def _number(line: str) -> int | None:
    found = re.match(r"(\d+) (permit|deny|remark)", line)
    return int(found.group(1)) if found else None


def vlan_set(text: str) -> frozenset[int]:
    """VLAN numbers of `10,20-22`."""
    numbers: set[int] = set()
    for part in filter(None, text.replace("none", "").split(",")):
        low, _, high = part.partition("-")
        numbers.update(range(int(low), int(high or low) + 1))
    return frozenset(numbers)


def vlan_text(numbers: frozenset[int]) -> str:
    """The shortest text of VLAN numbers, as devices show it."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in spans) or "none"
