"""Type configuration lines on a device, watch each answer, keep the result. Reads no database.

Used inside Ansible's worker. Stops at the first line that the device refuses; a refused save is
a failure of its own, known from the answer's text only. With a guard the device itself goes back
unless the change is confirmed in time (`inventory.drivers.settling`).
"""

import secrets
from collections.abc import Sequence

from inventory.cleaning import clean
from inventory.drivers import netconf, settling, watchdog
from inventory.drivers.applied import Applied, Rehearsed, SaveMode
from inventory.drivers.blocks import Block, blocks
from inventory.drivers.entering import opened, refuse_marks, writable
from inventory.drivers.guards import Guard, commands_of, way_of
from inventory.drivers.login import Login
from inventory.drivers.typist import Typist, Way


def apply_lines(
    login: Login, lines: Sequence[str], *, save: SaveMode, guard: Guard | None = None
) -> Applied:
    """Type the lines in configuration mode, and keep the result where that is asked.

    Lines are indented as the platform shows them, or are Junos's set lines. Nothing is saved after
    a refused line. With a guard the device goes back by itself unless `settling.confirm` comes in
    time, and nothing is saved before. Raises a DeviceError when the session fails, WrongHost,
    RedactedSecret and GuardImpossible before anything is typed.
    """
    platform = writable(login)
    refuse_marks(login, lines)
    if guard is not None:
        commands_of(login, guard)
    if platform.netconf:
        return netconf.changer().apply_lines(login, lines, guard=guard)
    with opened(login, platform) as (line, before):
        if guard is not None and guard.kind == "watchdog":
            watchdog.arm(login, guard)
        typing = Typist(line, login.timeout, platform)
        refused = typing.configure(blocks(lines, platform), way=way_of(login, platform, guard))
        line.find_prompt()  # the lines may have renamed the host
        taken_back = bool(refused and typing.accepted and guard and settling.take_back(
            login, guard, typing
        ))  # fmt: skip
        after = clean(line.ask(str(platform.commands.running)), platform)
        saved = None
        if save is SaveMode.SAVE and not refused and guard is None:
            saved = True if platform.staged else typing.save()  # a commit keeps itself
    return Applied(
        changed=before != after,
        sent=tuple(typing.accepted),
        refused_lines=refused,
        saved=saved,
        transcript="".join(typing.transcript),
        guarded=guard is not None and not refused,
        taken_back=taken_back,
    )


def dry_run(login: Login, lines: Sequence[str]) -> Rehearsed:
    """What the lines would do; the running configuration stays as it is.

    Where the platform has configuration sessions or a candidate the device judges the lines in one
    that is thrown away. Elsewhere the difference is told from what the device shows now.
    """
    platform = writable(login)
    if platform.netconf:
        return netconf.changer().dry_run(login, lines)
    typed, tried = blocks(lines, platform), platform.rehearsal
    with opened(login, platform) as (line, running):
        if tried is None:
            return Rehearsed(diff=missing(typed, running), refused_lines=())
        name = f"trimtab-{secrets.token_hex(4)}"
        typing = Typist(line, login.timeout, platform)
        leave = (tried.leave,) if tried.leave else ()
        try:
            refused = typing.configure(
                typed, way=Way(enter=tried.open.format(name=name), leave=leave, drop=leave)
            )
            diff = clean(typing.ask(tried.diff.format(name=name)), platform)
        finally:
            typing.ask(tried.abort.format(name=name))
    return Rehearsed(diff=diff, refused_lines=refused, how=tried.label)


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
