"""Type configuration lines on a device, watch each answer, keep the result. Reads no database.

Used inside Ansible's worker. Stops at the first line that the device refuses; a refused save is
a failure of its own, known from the answer's text only.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from inventory.cleaning import clean
from inventory.drivers import reading
from inventory.drivers.blocks import Block, blocks
from inventory.drivers.errors import RedactedSecret, UnsupportedPlatform, WrongHost
from inventory.drivers.login import Login
from inventory.drivers.sessions import Connection, open_session
from inventory.drivers.typist import RefusedLine, Typist
from inventory.platforms import Platform, platform_of
from inventory.redaction import MARK


class SaveMode(StrEnum):
    """Whether the configuration is kept over a restart after all lines were accepted."""

    SAVE = "save"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What happened on the device. `changed` compares the running configuration before and after.

    `sent` are the commands the device accepted, in order. `saved` is None where no save was asked.
    """

    changed: bool
    sent: tuple[str, ...]
    refused_lines: tuple[RefusedLine, ...]
    saved: bool | None
    transcript: str

    @property
    def succeeded(self) -> bool:
        return not self.refused_lines and self.saved is not False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What would happen. `on_device` tells whether the device itself was asked (and undone)."""

    diff: str
    refused_lines: tuple[RefusedLine, ...]
    on_device: bool

    @property
    def would_change(self) -> bool:
        return bool(self.diff.strip())


def apply_lines(login: Login, lines: Sequence[str], *, save: SaveMode) -> Applied:
    """Type the lines in configuration mode, and keep the result where that is asked.

    Lines are indented as the platform shows them. Nothing is saved after a refused line. Raises a
    DeviceError when the session fails, and WrongHost before anything is typed.
    """
    platform = _writable(login)
    _refuse_marks(login, lines)
    with open_session(login, platform.netmiko) as session:
        typing = Typist(session.connection, login.timeout, platform)
        before = _running(login, session.connection, platform)
        refused = typing.configure(blocks(lines, platform))
        session.connection.set_base_prompt()  # the lines may have renamed the host
        after = _shown(login, session.connection, platform)
        saved = None
        if save is SaveMode.SAVE and not refused:
            saved = typing.save()
    return Applied(
        changed=before != after,
        sent=tuple(typing.accepted),
        refused_lines=refused,
        saved=saved,
        transcript="".join(typing.transcript),
    )


def dry_run(login: Login, lines: Sequence[str]) -> Rehearsed:
    """What the lines would do; the running configuration stays as it is.

    Where the platform has configuration sessions the device judges the lines in one that is thrown
    away. Elsewhere the difference is told from what the device shows now.
    """
    platform = _writable(login)
    typed = blocks(lines, platform)
    with open_session(login, platform.netmiko) as session:
        running = _running(login, session.connection, platform)
        if platform.rehearsal is None:
            return Rehearsed(diff=missing(typed, running), refused_lines=(), on_device=False)
        name = f"trimtab-{secrets.token_hex(4)}"
        typing = Typist(session.connection, login.timeout, platform)
        try:
            refused = typing.configure(typed, enter=platform.rehearsal.open.format(name=name))
            diff = typing.ask(platform.rehearsal.diff.format(name=name))
        finally:
            typing.ask(platform.rehearsal.abort.format(name=name))
    return Rehearsed(diff=diff, refused_lines=refused, on_device=True)


def missing(typed: Sequence[Block], running: str) -> str:
    """The commands that would add or remove something, each below its sections, marked + or -."""
    held = _paths(running.splitlines())
    found: list[str] = []
    above: list[Block] = []
    for block in typed:
        above = [parent for parent in above if parent.indent < block.indent]
        path = tuple(parent.command for parent in above)
        above.append(block)
        if block.closes_section:
            continue
        negated = block.command.removeprefix("no ")
        if negated != block.command:
            if any(_starts(known, (*path, negated)) for known in held):
                found.append(" / ".join(("-", *path, negated)))
        elif (*path, block.command) not in held:
            found.append(" / ".join(("+", *path, block.command)))
    return "\n".join(found).replace("+ / ", "+ ").replace("- / ", "- ")


def _starts(known: tuple[str, ...], path: tuple[str, ...]) -> bool:
    same_place = known[:-1] == path[:-1]
    return same_place and (known[-1] == path[-1] or known[-1].startswith(f"{path[-1]} "))


def _paths(lines: Sequence[str]) -> frozenset[tuple[str, ...]]:
    found, above = set(), list[tuple[int, str]]()
    for line in lines:
        indent = len(line) - len(line.lstrip())
        above = [parent for parent in above if parent[0] < indent]
        above.append((indent, line.strip()))
        found.add(tuple(text for _, text in above))
    return frozenset(found)


def _refuse_marks(login: Login, lines: Sequence[str]) -> None:
    """A redacted secret typed as it stands would become the device's secret."""
    for line in lines:
        if MARK.search(line):
            raise RedactedSecret(
                f"{line.strip()!r} for {login.place} holds a redacted secret; nothing was typed. "
                "Set that secret by hand.",
                hostname=login.hostname,
            )


def _writable(login: Login) -> Platform:
    platform = platform_of(login.platform)
    if platform.save is None or platform.commands.running is None:
        raise UnsupportedPlatform(
            f"Trimtab does not type configuration on {login.platform}; {login.hostname} is left "
            "as it is.",
            hostname=login.hostname,
        )
    return platform


def _shown(login: Login, connection: Connection, platform: Platform) -> str:
    command = str(platform.commands.running)
    return clean(str(connection.send_command(command, read_timeout=login.timeout)), platform)


def _running(login: Login, connection: Connection, platform: Platform) -> str:
    """The running configuration of the recorded host, or WrongHost."""
    shown = _shown(login, connection, platform)
    name = reading.hostname(
        platform,
        running=shown,
        prompt=connection.find_prompt(),
        expected=login.hostname,
        expected_prompt=str(login.options.get("prompt", "")),
    )
    if not reading.same_host(name, login.hostname):
        raise WrongHost(
            f"{login.place} calls itself {name or 'nothing'}; nothing was typed there.",
            hostname=login.hostname,
            found=name,
        )
    return shown
