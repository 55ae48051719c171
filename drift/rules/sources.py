"""The rules in force: Trimtab's own, those of plugins, those of the installation's packs.

A pack that cannot be read takes nothing from the others; who asks is told of it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.errors import TrimtabError
from core.plugins import PluginBroken, load
from drift.rules.model import Rule, RulePack
from drift.rules.reading import RulePackBroken, built_in, read
from inventory.platforms import known_platforms

GROUP = "trimtab.rules"
UNREAD = "TT-PACKS"
"""The rule that every device breaks while a pack cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The rules that could be read, and why others could not."""

    rules: tuple[Rule, ...]
    broken: tuple[TrimtabError, ...] = ()

    def with_the_broken(self) -> tuple[Rule, ...]:
        """The rules, and one that every device breaks for those that could not be read."""
        return (*self.rules, *((_unread(self.broken),) if self.broken else ()))

    def whole(self) -> tuple[Rule, ...]:
        """All rules, or the error of the first pack that could not be read."""
        if self.broken:
            raise self.broken[0]
        return self.rules


def _unread(broken: Sequence[TrimtabError]) -> Rule:
    """A rule that no text keeps; what is missing from the text says why."""
    told = re.sub(r"[^\w\s/:,'-]", ".", " ".join(error.message for error in broken))
    return Rule(
        id=UNREAD, title="Every rule pack can be read",
        why="A rule that is not read is kept by nobody.", severity="major",
        platforms=tuple(platform.name for platform in known_platforms()),
        require=(re.compile(f"the rules of a pack that cannot be read: {told}"),),
    )  # fmt: skip


def in_force(packs: Sequence[Path]) -> InForce:
    """The rules of all sources; no two have the same id. Files are read again when they change."""
    rules, broken = list(built_in()), []
    known = {rule.id for rule in rules}
    for name, found in _sources(packs):
        if isinstance(found, TrimtabError):
            broken.append(found)
            continue
        counts = Counter(rule.id for rule in found)
        twice = next((one for one, count in counts.items() if one in known or count > 1), None)
        if twice is not None:
            broken.append(
                RulePackBroken(
                    f"{name} has a rule {twice} that exists already. Give it another id."
                )
            )
            continue
        rules += found
        known.update(counts)
    return InForce(rules=tuple(rules), broken=tuple(broken))


Found = tuple[Rule, ...] | TrimtabError


def _sources(packs: Sequence[Path]) -> Iterator[tuple[str, Found]]:
    """What each pack holds, by a name that a person finds it by."""
    try:
        plugins = load(GROUP, RulePack)  # type: ignore[type-abstract]
    except PluginBroken as error:
        yield "The plugins", error
        plugins = ()
    for plugin in plugins:
        name = f"The plugin {type(plugin).__module__}.{type(plugin).__qualname__} of {GROUP}"
        try:
            yield name, _asked(name, plugin)
        except PluginBroken as error:
            yield name, error
    for file in (file for pack in packs for file in _files(pack)):
        try:
            yield f"The rule pack {file}", _kept(file, _version(file))
        except RulePackBroken as error:
            yield f"The rule pack {file}", error


def _asked(name: str, plugin: RulePack) -> tuple[Rule, ...]:
    try:
        found = tuple(plugin.rules())
    except Exception as error:
        raise PluginBroken(f"{name} gives no rules: {error}. Repair or uninstall it.") from error
    if not all(isinstance(rule, Rule) for rule in found):
        raise PluginBroken(f"{name} gives something else than rules. Repair or uninstall it.")
    return found


def _files(pack: Path) -> Sequence[Path]:
    if pack.is_dir():
        return sorted(file for file in pack.iterdir() if file.suffix in {".yaml", ".yml"})
    return (pack,)


def _version(file: Path) -> tuple[int, int, int]:
    try:
        told = file.stat()
    except OSError:
        return (0, 0, 0)  # reading it says why
    return told.st_ino, told.st_mtime_ns, told.st_size


@lru_cache(maxsize=256)
def _kept(file: Path, _version: tuple[int, int, int]) -> tuple[Rule, ...]:
    return read(file)
