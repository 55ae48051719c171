"""Change a Junos device through NETCONF: load set lines, compare, commit until confirmed.

The candidate is locked for the whole session, so that nobody else's edits are committed with ours;
what is left in it when the session ends, however it ends, the device throws away.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from jnpr.junos.exception import CommitError, ConfigLoadError, LockError, RpcError

from inventory.drivers.applied import Applied, Rehearsed
from inventory.drivers.entering import refuse_marks, require_meant
from inventory.drivers.errors import DeviceError
from inventory.drivers.guards import Guard, GuardStuck, not_armed
from inventory.drivers.login import Login
from inventory.drivers.napalm_sessions import opened, translated
from inventory.drivers.typist import RefusedLine
from inventory.platforms import platform_of

Device = Any  # jnpr.junos.Device: untyped
LABEL = "candidate compare"


def apply_lines(login: Login, lines: Sequence[str], *, guard: Guard | None) -> Applied:
    """Load the lines and commit them, all or none; with a guard until it is confirmed."""
    given = _given(login, lines)
    with _candidate(login) as device:
        told = _load(device, given)
        diff = "" if told else device.cu.diff() or ""
        if diff:
            told = _commit(device, guard)
    return Applied(
        changed=bool(diff) and not told, sent=() if told else tuple(given), refused_lines=told,
        saved=None if guard or told else True, transcript=diff,
        guarded=guard is not None and bool(diff) and not told,
    )  # fmt: skip


def dry_run(login: Login, lines: Sequence[str]) -> Rehearsed:
    """The candidate's own comparison, and whether the device would commit it."""
    given = _given(login, lines)
    with _candidate(login) as device:
        told = _load(device, given)
        diff = "" if told else device.cu.diff() or ""
        if diff:
            told = _judged(device)
    return Rehearsed(diff=diff.strip("\n"), refused_lines=told, how=LABEL)


def confirm(login: Login, guard: Guard) -> None:
    """Commit once more, which keeps what the guard holds; GuardNotArmed when it has gone back."""
    with _candidate(login) as device:
        _require_ours(device, login, guard)
        _settled(device, login, guard, comment=f"{guard.name} confirmed")


def undo_now(login: Login, guard: Guard) -> None:
    """Commit the configuration before; GuardNotArmed when the device has gone back already."""
    with _candidate(login) as device:
        _require_ours(device, login, guard)
        device.cu.rollback(1)
        _settled(device, login, guard, comment=f"{guard.name} taken back")


@contextmanager
def _candidate(login: Login) -> Iterator[Device]:
    """The recorded device with its candidate locked and clean, or a DeviceError."""
    with opened(login) as (napalm, _), translated(login):
        device = napalm.device
        shown = device.rpc.get_config(options={"format": "text", "database": "committed"}).text
        require_meant(login, platform_of(login.platform), shown or "", prompt="")
        try:
            device.cu.lock()
        except LockError as error:
            raise DeviceError(
                f"Somebody else holds or edits the candidate of {login.place}: "
                f"{error.message.strip()}. Nothing was loaded; wait until it is free.",
                hostname=login.hostname,
            ) from error
        try:
            yield device
        finally:
            device.cu.rollback(0)
            device.cu.unlock()


def _given(login: Login, lines: Sequence[str]) -> list[str]:
    refuse_marks(login, lines)
    return [line.strip() for line in lines if line.strip()]


def _load(device: Device, lines: Sequence[str]) -> tuple[RefusedLine, ...]:
    try:
        device.cu.load("\n".join(lines), format="set")
    except ConfigLoadError as error:
        return (RefusedLine(line=_blamed(error, lines), answer=str(error.message).strip()),)
    return ()


def _blamed(error: ConfigLoadError, lines: Sequence[str]) -> str:
    """The line that the device speaks of; the first where it does not say."""
    told = str(error.message).split()
    return next((line for line in lines if line.split()[-1] in told), lines[0] if lines else "")


def _judged(device: Device) -> tuple[RefusedLine, ...]:
    try:
        device.cu.commit_check()
    except (CommitError, RpcError) as error:
        return (RefusedLine(line="commit check", answer=str(error.message).strip()),)
    return ()


def _commit(device: Device, guard: Guard | None) -> tuple[RefusedLine, ...]:
    armed = {"confirm": guard.minutes, "comment": guard.name} if guard else {}
    try:
        device.cu.commit(**armed)
    except (CommitError, RpcError) as error:
        return (RefusedLine(line="commit", answer=str(error.message).strip()),)
    return ()


def _settled(device: Device, login: Login, guard: Guard, *, comment: str) -> None:
    try:
        device.cu.commit(comment=comment)
    except (CommitError, RpcError) as error:
        raise GuardStuck(
            f"{login.place} refused the commit that settles {guard.name}: "
            f"{str(error.message).strip()}. It will go back by itself.",
            hostname=login.hostname,
        ) from error


def _require_ours(device: Device, login: Login, guard: Guard) -> None:
    """The last commit must be the guarded one; going back by itself is a commit too."""
    last = device.rpc.get_commit_information().find(".//commit-history")
    if last is None or (last.findtext("log") or "").strip() != guard.name:
        raise not_armed(login, guard)
