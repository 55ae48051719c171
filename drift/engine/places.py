"""A section of a configuration: what the platform's data say of the lines in it. Pure."""

from drift.engine.model import Node
from drift.platforms import InSection, Platform, index_of

Path = tuple[str, ...]
SECRET = "<secret:"  # noqa: S105 - how redaction marks a value
OPEN = "the value is never ended, and typed so it would swallow what comes behind it"
REDACTED = "a redacted secret is not known in clear and cannot be written"


class Place:
    """One section by its path; the empty path is the top level."""

    __slots__ = ("_keys", "name", "ordered", "pad", "path", "platform")

    def __init__(self, path: Path, platform: Platform) -> None:
        self.path, self.platform = path, platform
        self.name = "/".join(path)
        self.pad = platform.indent * len(path)
        self.ordered = bool(path) and platform.ordered.match(self.name) is not None
        self._keys: dict[str, str | None] = {}

    def below(self, line: str) -> "Place":
        """The section that the line heads."""
        return Place((*self.path, line), self.platform)

    def closing(self) -> str:
        """What the section's end is shown as, or an empty string."""
        found = (line for section, line in self.platform.closers if section.match(self.name))
        return next(found, "")

    def holds_anyhow(self, line: str) -> bool:
        """Whether the line only states what the device does without it."""
        return bool(self.platform.default_lines.match(line)) and self._rule(
            self.platform.defaults, line
        )

    def resetting(self, line: str) -> bool:
        """Whether a change of this line drops the lines that `resets_lines` names."""
        return bool(self.platform.reset_lines.match(line)) and self._rule(
            self.platform.resets, line
        )

    def _rule(self, rules: tuple[InSection, ...], line: str) -> bool:
        return any(one.section.search(self.name) and one.lines.match(line) for one in rules)

    def own_key(self, line: str) -> str | None:
        """The key under which a line is the only one of its section, or None.

        `X` and `no X` share a key: one replaces the other.
        """
        if line not in self._keys:
            self._keys[line] = self._own_key(line)
        return self._keys[line]

    def _own_key(self, line: str) -> str | None:
        bare = line.removeprefix(self.platform.typed.negator)
        found = self.platform.single_lines.match(bare)
        if found is None:
            return None
        rules = self.platform.single
        rule = rules[index_of(found)]
        if not rule.section.search(self.name):
            fitting = (one.lines.match(bare) for one in rules if one.section.search(self.name))
            found = next(filter(None, fitting), None)
        return _direction(found.group(0), bare) if found else None

    def entry_key(self, line: str) -> str:
        """As `own_key`; a bare switch (`shutdown`) replaces its own `no` form too."""
        return self.own_key(line) or line.removeprefix(self.platform.typed.negator)

    def list_key(self, line: str) -> str | None:
        """The words of a list that is written over several lines (`trunk allowed vlan add ...`)."""
        for rule in self.platform.continued:
            found = rule.lines.match(line)
            if found and rule.section.search(self.name):
                return found.group(0)
        return None

    def refusal(self, node: Node) -> str:
        """Why there is no safe command for this node, or an empty string."""
        if node.block and not self.platform.ended(node.block):
            return OPEN
        return self.refusal_of(node.line) or (REDACTED if node.holds(SECRET) else "")

    def refusal_of(self, line: str) -> str:
        """Why there is no safe command for such a line, or an empty string."""
        place = f"{self.name}/{line}" if self.path else line
        if not self.platform.refused_places.match(place):
            return ""
        return next(why for pattern, why in self.platform.refused if pattern.match(place))

    def owner(self, line: str) -> str | None:
        """What all lines hang on that go away with this one (`neighbor A` of its remote-as)."""
        found = self.platform.owner.match(line)
        return found[found.lastindex or 0] if found else None

    def negation(self, line: str) -> str:
        """The command that takes a line (with all below it) away."""
        if self.platform.negated.match(line):
            return next(
                found.expand(one.command)
                for one in self.platform.negations
                if (found := one.line.match(line))
            )
        negator = self.platform.typed.negator
        return line.removeprefix(negator) if line.startswith(negator) else negator + line

    def untaken(self, line: str) -> str:
        """Why no command is known that takes a line away, or an empty string."""
        platform = self.platform
        if platform.negated.match(line):
            return next(one.refused for one in platform.negations if one.line.match(line))
        return "" if line.startswith(platform.typed.negator) else platform.typed.unknown


def _direction(key: str, line: str) -> str:
    """`ip access-group NAME in` is single per direction, whatever the name."""
    if key.endswith(" ") and line[len(key) :]:
        words = key.split()
        return " ".join([*words[:-1], line[len(key) :].split(maxsplit=1)[0]])
    return key
