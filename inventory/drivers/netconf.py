"""What changes devices through NETCONF, loaded where there is one. Changes nothing itself.

Its libraries take half a second to import, which each run of Ansible on other devices would pay.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from inventory.drivers.applied import Applied, Rehearsed
from inventory.drivers.guards import Guard
from inventory.drivers.login import Login

MODULE = "inventory.drivers.junos"


class Changer(Protocol):
    """The shape of `inventory.drivers.junos`, which says what each does."""

    def apply_lines(
        self, login: Login, lines: Sequence[str], *, guard: Guard | None
    ) -> Applied: ...

    def dry_run(self, login: Login, lines: Sequence[str]) -> Rehearsed: ...

    def confirm(self, login: Login, guard: Guard) -> None: ...

    def undo_now(self, login: Login, guard: Guard) -> None: ...


def changer() -> Changer:
    return cast("Changer", import_module(MODULE))
