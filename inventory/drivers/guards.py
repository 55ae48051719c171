"""Guards: a device goes back by itself unless somebody confirms in time. Types nothing.

A guard's name comes from the run that arms it, so that any later session knows it again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

from inventory.drivers.errors import DeviceError
from inventory.drivers.login import Login
from inventory.drivers.typist import Way
from inventory.platforms import Platform, platform_of
from inventory.platforms.writing import GuardCommands

GuardKind = Literal["revert_timer", "commit_timer", "commit_confirmed", "watchdog"]
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}")
SHELL = "shell_username"
"""A router's option: an account of the same host and key that has a shell, for the watchdog."""


class GuardImpossible(DeviceError):
    """The device has no such guard, or not this long a one; nothing was typed."""

    code = "guard_impossible"


class GuardNotArmed(DeviceError):
    """There is nothing to confirm any more."""

    code = "guard_not_armed"


class GuardStuck(DeviceError):
    """The device did not do what was asked of a guard that is armed."""

    code = "guard_stuck"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What is armed before or with a change; `minutes` until the device goes back."""

    kind: GuardKind
    minutes: int
    name: str


def guard_for(
    platform: str, running: str, *, options: Mapping[str, object] | None = None
) -> GuardKind | None:
    """The guard that a device has as it is configured now; None where there is none.

    `options` are the device's own of the CMDB.
    """
    known = platform_of(platform).guard
    if known is None or unguarded(platform, running, options=options):
        return None
    return cast("GuardKind", known.kind)


def unguarded(platform: str, running: str, *, options: Mapping[str, object] | None = None) -> str:
    """Why a device cannot take a change back by itself, in words; empty where it can."""
    known = platform_of(platform).guard
    if known is None:
        plain = f"{platform} has no timer that takes a change back"
        return platform_of(platform).unguarded or plain
    if known.needs is not None and known.needs.search(running) is None:
        return known.otherwise
    if platform == "frr" and not (options or {}).get(SHELL):
        return (
            "its login has no shell to keep a watchdog in: name an account with one in the "
            f"device's option {SHELL}"
        )
    return ""


def guard_from(told: Mapping[str, object]) -> Guard:
    """A guard as a playbook's variable has it; raises GuardImpossible naming what is wrong."""
    kind, minutes, name = (told.get(key) for key in ("kind", "minutes", "name"))
    sound = (
        kind in get_args(GuardKind)
        and isinstance(minutes, int)
        and minutes > 0
        and isinstance(name, str)
        and NAME.fullmatch(name)
    )
    if not sound:
        raise GuardImpossible(
            f"{dict(told)} is no guard: it needs a kind ({', '.join(get_args(GuardKind))}), "
            "minutes above 0, and a name of letters, digits and dashes."
        )
    return Guard(kind=cast("GuardKind", kind), minutes=cast("int", minutes), name=str(name))


def commands_of(login: Login, guard: Guard) -> GuardCommands:
    """How this device's platform does it, or GuardImpossible."""
    known = platform_of(login.platform).guard
    if known is None or known.kind != guard.kind:
        raise GuardImpossible(
            f"{login.place} has no {guard.kind}, but {known.kind if known else 'no guard at all'}; "
            "nothing was typed. Renew the plan.",
            hostname=login.hostname,
        )
    if guard.minutes > known.most:
        raise GuardImpossible(
            f"{login.place} takes a change back after {known.most} minutes at the latest, not "
            f"{guard.minutes}; nothing was typed.",
            hostname=login.hostname,
        )
    return known


def filled(template: str, login: Login, guard: Guard, *, escape: bool = False) -> str:
    """A command or pattern of the platform's data for this guard."""
    hours, minutes = divmod(guard.minutes, 60)
    values = {
        "name": guard.name, "minutes": str(guard.minutes), "clock": f"{hours:02}:{minutes:02}:00",
        "username": login.username,
    }  # fmt: skip
    told = {key: re.escape(value) if escape else value for key, value in values.items()}
    return template.format_map(told)


def way_of(login: Login, platform: Platform, guard: Guard | None) -> Way:
    """How configuration mode is entered and left, with the guard armed where there is one."""
    staged = platform.staged
    if guard is None or guard.kind == "watchdog":
        return Way() if staged is None else Way(leave=(staged.commit, "end"), drop=(staged.abort,))
    known = commands_of(login, guard)
    enter = filled(known.enter, login, guard)
    if not known.commit:
        return Way(enter=enter)
    commit = filled(known.commit, login, guard)
    return Way(enter=enter, leave=(commit,), drop=(known.abort,))


def not_armed(login: Login, guard: Guard) -> GuardNotArmed:
    return GuardNotArmed(
        f"{login.place} holds no change under the guard {guard.name} any more: it has gone back by "
        f"itself after {guard.minutes} minutes, or somebody settled it, or it never took effect. "
        "Collect the device to see which; there is nothing to confirm.",
        hostname=login.hostname,
    )
