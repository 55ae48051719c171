"""Plugins by entry points: one Protocol a group. Knows no plugin by name."""

from functools import cache
from importlib.metadata import entry_points
from typing import TypeVar, cast

from core.errors import TrimtabError

Plugin = TypeVar("Plugin")


class PluginBroken(TrimtabError):
    code = "plugin_broken"


def load(group: str, _protocol: type[Plugin]) -> tuple[Plugin, ...]:
    """An instance of every plugin of a group, ordered by name.

    Raises PluginBroken with the distribution's name when one cannot be imported.
    """
    return cast("tuple[Plugin, ...]", _instances(group))


@cache
def _instances(group: str) -> tuple[object, ...]:
    found = []
    for point in sorted(entry_points(group=group), key=lambda point: point.name):
        try:
            found.append(point.load()())
        except Exception as error:
            owner = point.dist.name if point.dist else "an unknown distribution"
            raise PluginBroken(
                f"The plugin {point.name} of {group}, from {owner}, cannot be loaded: {error}. "
                "Repair or uninstall it."
            ) from error
    return tuple(found)
