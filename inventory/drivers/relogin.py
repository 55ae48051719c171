"""Replace the login that Trimtab itself uses, from a session that stays open until it is proved.

Used inside Ansible's worker. Nothing is saved before another session has signed in by the new one.
"""

from collections.abc import Sequence

from inventory.cleaning import clean
from inventory.drivers import settling
from inventory.drivers.applied import Applied
from inventory.drivers.blocks import blocks
from inventory.drivers.entering import opened, refuse_marks, writable
from inventory.drivers.errors import DeviceError
from inventory.drivers.guards import Guard, commands_of, way_of
from inventory.drivers.login import Login
from inventory.drivers.typist import RefusedLine, Typist
from inventory.platforms import Platform


class LoginNotTaken(DeviceError):
    """The device does not let anybody in by the new login; the former one is in force."""

    code = "login_not_taken"


class LoginStuck(DeviceError):
    """Neither does the device let anybody in by the new login, nor could it be taken back."""

    code = "login_stuck"


def replace_login(
    login: Login, new: Login, lines: Sequence[str], *, back: Sequence[str], guard: Guard | None
) -> Applied:
    """Type the lines, sign in as `new` in a second session, then save unless a guard is armed.

    Where that session is refused, the first one takes the guard back or types `back`; raises
    LoginNotTaken then, LoginStuck where that was refused too. Otherwise as `push.apply_lines`.
    """
    platform = writable(login)
    refuse_marks(login, (*lines, *back))
    if guard is not None:
        commands_of(login, guard)
    with opened(login, platform) as (line, before):
        typing = Typist(line, login.timeout, platform)
        refused = typing.configure(blocks(lines, platform), way=way_of(login, platform, guard))
        trouble = "" if refused else _refusal(new, platform)
        taken_back = bool(trouble or (refused and typing.accepted)) and _taken_back(
            login, typing, back=back, guard=guard
        )
        if trouble:
            raise LoginNotTaken(
                f"{login.place} does not take the new login ({trouble}); the session that typed it "
                "put the former one back.",
                hostname=login.hostname,
            )
        after = clean(line.ask(str(platform.commands.running)), platform)
        saved = None
        if not refused and guard is None:
            saved = True if platform.staged else typing.save()
    return Applied(
        changed=before != after, sent=tuple(typing.accepted), refused_lines=refused, saved=saved,
        transcript="".join(typing.transcript), guarded=guard is not None and not refused,
        taken_back=taken_back,
    )  # fmt: skip


def _refusal(new: Login, platform: Platform) -> str:
    """Why nobody gets in by the new login, in words; empty where a session did."""
    try:
        with opened(new, platform):
            return ""
    except DeviceError as error:
        return error.message.rstrip(".")


def _taken_back(login: Login, typing: Typist, *, back: Sequence[str], guard: Guard | None) -> bool:
    """True once the device is back as it was; LoginStuck where it refuses that."""
    refused: tuple[RefusedLine, ...] = ()
    if guard is None:
        way = way_of(login, typing.platform, None)
        refused = typing.configure(blocks(back, typing.platform), way=way)
    else:
        settling.take_back(login, guard, typing)
    if refused:
        raise LoginStuck(
            f"{login.place} takes neither the new login nor the former line again: "
            f"{refused[0].answer.strip()}. Look at it at once; nothing was saved.",
            hostname=login.hostname,
        )
    return True
