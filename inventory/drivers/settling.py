"""Settle a guarded change in a session of its own: confirm and save it, or have it taken back.

Decides nothing: who confirms has seen before that the change is as it should be.
"""

import re
from dataclasses import dataclass

from inventory.drivers import netconf, watchdog
from inventory.drivers.entering import opened, writable
from inventory.drivers.guards import (
    Guard,
    GuardStuck,
    commands_of,
    filled,
    not_armed,
)
from inventory.drivers.login import Login
from inventory.drivers.typist import Typist
from inventory.platforms import platform_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """`saved` is None where there is nothing to save: servers, and what commits keep."""

    saved: bool | None = None
    transcript: str = ""


def confirm(login: Login, guard: Guard) -> Settled:
    """Keep the change that this guard holds, then save it; in a session of its own.

    Raises GuardNotArmed when the device has gone back meanwhile, GuardStuck when it refuses to
    confirm, a DeviceError when it does not answer. What could not be saved is `saved=False`.
    """
    known, platform = commands_of(login, guard), platform_of(login.platform)
    if platform.netconf:
        netconf.changer().confirm(login, guard)
        return Settled()
    if guard.kind == "watchdog":
        watchdog.cancel(login, guard)
        if platform.save is None:
            return Settled()
    with opened(login, writable(login)) as (line, _):
        typing = Typist(line, login.timeout, platform)
        if guard.kind != "watchdog":
            _require_armed(login, guard, typing)
            _told(login, guard, typing, known.confirm)
        saved = typing.save()
    return Settled(saved=saved, transcript="".join(typing.transcript))


def undo_now(login: Login, guard: Guard) -> Settled:
    """Have the device go back at once instead of waiting for its timer; saves nothing.

    Raises GuardNotArmed when there is nothing to take back, GuardStuck when it refuses.
    """
    commands_of(login, guard)
    platform = platform_of(login.platform)
    if platform.netconf:
        netconf.changer().undo_now(login, guard)
        return Settled()
    if guard.kind == "watchdog":
        watchdog.restore(login, guard)
        return Settled()
    with opened(login, writable(login)) as (line, _):
        typing = Typist(line, login.timeout, platform)
        _require_armed(login, guard, typing)
        take_back(login, guard, typing)
    return Settled(transcript="".join(typing.transcript))


def take_back(login: Login, guard: Guard, typing: Typist) -> bool:
    """Go back at once in a session that is open; True, or GuardStuck.

    Where a refused line threw a whole session away there is nothing armed, and nothing to do.
    """
    known = commands_of(login, guard)
    if guard.kind == "watchdog":
        watchdog.restore(login, guard)
    elif not known.commit or _armed(login, guard, typing):
        _told(login, guard, typing, known.revert)
    return True


def _told(login: Login, guard: Guard, typing: Typist, command: str) -> None:
    """Give a command of the guard's; GuardStuck with the device's words when it refuses."""
    given = filled(command, login, guard)
    answer = typing.ask(given)
    if typing.refuses(answer):
        raise GuardStuck(
            f"{login.place} answered {answer.strip()!r} to {given!r}; the guard {guard.name} is "
            "still armed, and the device will go back by itself.",
            hostname=login.hostname,
        )


def _armed(login: Login, guard: Guard, typing: Typist) -> bool:
    known = commands_of(login, guard)
    answer = typing.ask(known.pending)
    wanted = filled(known.armed, login, guard, escape=True)
    return re.search(wanted, answer, re.MULTILINE) is not None


def _require_armed(login: Login, guard: Guard, typing: Typist) -> None:
    if not _armed(login, guard, typing):
        raise not_armed(login, guard)
