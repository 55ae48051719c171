"""Single lines: what replaces what, how each is taken away, where there is no safe way. Pure."""

from collections.abc import Iterator

from drift.engine.model import Node
from drift.platforms import Platform

SECRET = "<secret:"  # noqa: S105 - how redaction marks a value
REDACTED = "a redacted secret is not known in clear and cannot be written"


def place_of(path: tuple[str, ...]) -> str:
    return "/".join(path)


def own_key(line: str, path: tuple[str, ...], platform: Platform) -> str | None:
    """The key under which a line is the only one of its section, or None.

    `X` and `no X` share a key: one replaces the other.
    """
    bare = line.removeprefix("no ")
    place = place_of(path)
    for rule in platform.single:
        found = rule.section.search(place) and rule.lines.match(bare)
        if found:
            return _direction(found.group(0), bare)
    return None


def entry_key(line: str, path: tuple[str, ...], platform: Platform) -> str | None:
    """As `own_key`; a bare switch (`shutdown`) replaces its own `no` form too."""
    return own_key(line, path, platform) or line.removeprefix("no ")


def _direction(key: str, line: str) -> str:
    """`ip access-group NAME in` is single per direction, whatever the name."""
    if key.endswith(" ") and line[len(key) :]:
        words = key.split()
        return " ".join([*words[:-1], line[len(key) :].split(maxsplit=1)[0]])
    return key


def negation(node: Node, platform: Platform) -> Iterator[str]:
    """The command that takes a line (with all below it) away."""
    for one in platform.negations:
        found = one.line.match(node.line)
        if found:
            yield found.expand(one.command)
            return
    yield node.line[3:] if node.line.startswith("no ") else f"no {node.line}"


def owner(line: str, platform: Platform) -> str | None:
    """What all lines hang on that go away with this one (`neighbor A` of its remote-as)."""
    for pattern in platform.owners:
        found = pattern.match(line)
        if found:
            return found.group(1)
    return None


def refusal_of(node: Node, path: tuple[str, ...], platform: Platform) -> str:
    """Why there is no safe command for this node, or an empty string."""
    place = place_of((*path, node.line))
    for pattern, reason in platform.refused:
        if pattern.match(place):
            return reason
    if any(SECRET in line for line in node.content):
        return REDACTED
    return ""
