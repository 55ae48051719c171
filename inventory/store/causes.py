"""By which change a snapshot came to be: who may tell, and what is told. Knows no change."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from core.context import Context
from inventory.store.fast_import import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """The change whose effect a snapshot first showed: who asked for it, and who approved."""

    change_id: int
    title: str
    requested_by: Person
    approved_by: tuple[Person, ...]


class Causes(Protocol):
    """Tells the causes of snapshots, by their ids; `changes.causes.causes` is the real one."""

    def __call__(self, ctx: Context, snapshot_ids: Collection[int], /) -> Mapping[int, Cause]: ...


def unknown(_ctx: Context, _snapshot_ids: Collection[int]) -> Mapping[int, Cause]:
    """The causes in an installation that knows no changes."""
    return {}
