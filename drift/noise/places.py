"""Lines of a configuration with the sections above them. Pure; reads only blocks that are named."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from drift.engine.model import Node
from drift.engine.places import Place
from drift.engine.read import parsed
from drift.engine.sections import split
from drift.engine.texts import joined, numbers, prepared, said, strays
from drift.platforms import Platform
from drift.platforms import platform as named


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One line without anything below it; `path` and `text` are as in a difference."""

    path: tuple[str, ...]
    number: int
    text: str


def refusal_of(platform: str) -> str:
    """Why no line of this platform can be masked; empty where it can. Raises UnknownPlatform."""
    data = named(platform)
    if data.style in {"indent", "sections"}:
        return ""
    return (
        f"masks are not made for {platform}: it shows whole paths, and which of them are about "
        "security is not known well enough"
    )


def placed(text: str, words: Collection[str], platform: Platform) -> list[Placed]:
    """The lines in whose top-level block, or section of a server, one of the words stands.

    Lines of a value over several lines are not among them. Raises NotText as the engine does.
    """
    if platform.style == "sections":
        return [
            Placed(path=(name,), number=number, text=line.strip())
            for name, lines in split(text).items()
            for number, line in lines
            if any(word in line for word in words)
        ]
    blocks = _blocks(text, platform)
    chosen = [i for i, one in enumerate(blocks) if any(word in one for word in words)]
    found = zip(numbers(blocks, chosen, first=1), (blocks[i] for i in chosen), strict=True)
    return list(_leaves(parsed(found, Place((), platform)), ()))


def _blocks(text: str, platform: Platform) -> list[str]:
    """One string for a top-level line with all that belongs to it."""
    ready = prepared(said(text, platform), platform.multiline)
    found = ready.split("\n")[1:]
    return joined(ready).split("\n")[1:] if strays(found) else found


def _leaves(nodes: Iterable[Node], path: tuple[str, ...]) -> Iterator[Placed]:
    for node in nodes:
        if node.below:
            yield from _leaves(node.children, (*path, node.line))
        elif not node.block:
            yield Placed(path=path, number=node.number, text=node.line)
