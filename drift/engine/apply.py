"""What a configuration would be after lines were typed: the computed preview. Pure.

Follows the platform's data only (single-valued lines replace, `no` takes away); a device may know
more, which is why every change is verified on the device itself.
"""

from drift.engine.model import Node
from drift.engine.places import Place
from drift.engine.read import shown, tree
from drift.platforms import Platform
from drift.platforms import platform as named

Path = tuple[str, ...]


def applied(running: str, lines: tuple[str, ...], *, platform: str) -> str:
    """The running configuration with the typed lines in effect, as the platform shows it."""
    data = named(platform)
    held, typed = tree(running, data), tree("\n".join(lines), data)
    _merge(held, typed, data, path=())
    return "\n".join(shown(held, Place((), data))) + "\n"


def _merge(held: Node, typed: Node, platform: Platform, *, path: Path) -> None:
    for command in typed.children:
        place = Place(path, platform)
        if command.line.startswith(platform.typed.negator):
            _take(held, command.line.removeprefix(platform.typed.negator), platform, path)
            continue
        taken = [child for child in held.children if place.negation(child.line) == command.line]
        if taken:
            held.children[:] = [child for child in held.children if child not in taken]
            continue
        there = next((child for child in held.children if child.line == command.line), None)
        if there is not None and not command.block:
            _merge(there, command, platform, path=(*path, command.line))
            continue
        _put(held, command, platform, path)


def _put(held: Node, command: Node, platform: Platform, path: Path) -> None:
    place = Place(path, platform)
    key = place.own_key(command.line)
    fresh = Node(line=command.line, number=0, children=[], block=command.block, below=[])
    _merge(fresh, command, platform, path=(*path, command.line))
    for index, child in enumerate(held.children):
        same = key is not None and place.own_key(child.line) == key
        if same or child.line == command.line:
            held.children[index] = fresh
            return
    held.children.append(fresh)


def _take(held: Node, line: str, platform: Platform, path: Path) -> None:
    """`no LINE` takes the line, what begins with it, and a single-valued line of its key."""
    place = Place(path, platform)
    key = place.own_key(line)
    bare = key is not None and key == line
    kept = [
        child
        for child in held.children
        if not (
            child.line == line
            or child.line.startswith(f"{line} ")
            or (bare and place.own_key(child.line) == key)
        )
    ]
    held.children[:] = kept
