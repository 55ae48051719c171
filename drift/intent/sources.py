"""Where intended configurations come from: sources by entry points, the folder of templates last.

A source only says what is intended; nothing becomes a baseline without an approval.
"""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Protocol, runtime_checkable

from core.context import Context
from core.plugins import PluginBroken, load
from drift.intent.folder import FolderSource
from drift.intent.model import Intended
from inventory.models import Device

GROUP = "trimtab.baseline_sources"


@runtime_checkable
class BaselineSource(Protocol):
    """Knows what devices are intended to be. The group `trimtab.baseline_sources` adds sources."""

    name: ClassVar[str]

    def intended(self, ctx: Context, device: Device) -> Intended | None:
        """What is intended for the device, None where this source does not speak of it.

        Reads only. The same data give the same text. Raises a TrimtabError that names what is
        wrong and where.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the first source that speaks of a device says."""

    source: str
    intended: Intended


@cache
def sources() -> tuple[BaselineSource, ...]:
    """Those of plugins by name, then the folder."""
    plugins = load(GROUP, BaselineSource)  # type: ignore[type-abstract]
    found: tuple[BaselineSource, ...] = (*plugins, FolderSource())
    names = [one.name for one in found]
    for name in names:
        if names.count(name) > 1:
            raise PluginBroken(f"Two sources of {GROUP} call themselves {name!r}; rename one.")
    return found


def answer(ctx: Context, device: Device) -> Answer | None:
    """What is intended for a device by the first source that speaks of it, or None."""
    for source in sources():
        intended = source.intended(ctx, device)
        if intended is not None:
            return Answer(source=source.name, intended=intended)
    return None
