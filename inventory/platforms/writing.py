"""What a platform's data says of changing its devices. Pure; types nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """The command that keeps a configuration, the answer that proves it, and what disproves it."""

    command: str
    accepted: re.Pattern[str]
    rejected: re.Pattern[str] = re.compile(
        r"(?i)permission denied|no space|read-only|fail(?:ed|ure)|error|can.t|unable"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Commands of a configuration session that is thrown away; `{name}` is the session's.

    `label` is what people call it. Without `leave` the difference is asked for where lines are
    typed.
    """

    label: str
    open: str
    diff: str
    abort: str
    leave: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """How typed lines become the running configuration where they do not at once."""

    commit: str
    abort: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardCommands:
    """How a device takes a change back by itself unless it is confirmed in time.

    `needs` is what the running configuration must show for it, `otherwise` says so in words; `most`
    minutes are possible. In commands stand `{name}`, `{minutes}`, `{clock}` (HH:MM:SS) and
    `{username}`. `pending` asks what is armed, `armed` matches a line of the answer where it is
    this guard. What another driver does needs no commands.
    """

    kind: str
    most: int = 1440
    needs: re.Pattern[str] | None = None
    otherwise: str = ""
    enter: str = ""
    commit: str = ""
    abort: str = ""
    pending: str = ""
    armed: str = ""
    confirm: str = ""
    revert: str = ""


def guard_of(told: Mapping[str, object] | None) -> GuardCommands | None:
    """The data under a platform file's `guard`; raises what the reading of the file translates."""
    if told is None:
        return None
    words = {name: str(value) for name, value in told.items() if name not in {"needs", "most"}}
    needs = re.compile(str(told["needs"]), re.MULTILINE) if "needs" in told else None
    return GuardCommands(**words, needs=needs, most=int(str(told.get("most", 1440))))
