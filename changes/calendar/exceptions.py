"""Exceptions from freezes: asked for one plan by one person, decided by another. Runs nothing."""

from collections.abc import Sequence

from sqlalchemy import select

from changes.calendar.errors import OwnException
from changes.calendar.models import Freeze, FreezeException
from changes.calendar.series import Held
from changes.errors import StaleDigest, WrongState
from changes.models import ChangeRequest
from changes.states import FINAL
from core.actor import Actor
from core.context import Context
from core.errors import Conflict, InvalidInput
from inventory.models import Device


def ask(ctx: Context, change_id: int, freeze_id: int, *, reason: str) -> FreezeException:
    """Ask that the change's present plan may run in a freeze.

    Needs `change.request` on each device. Raises Conflict where that was asked already, WrongState
    for a change that is over.
    """
    change = ctx.get_locked(ChangeRequest, change_id)
    for device in _devices(change):
        ctx.require("change.request", device)
    freeze = ctx.get(Freeze, freeze_id)
    if change.state in FINAL:
        raise WrongState(f"Change {change.id} is {change.state}; it needs no exception any more.")
    if min(freeze.over_at, freeze.life.end) <= ctx.now():
        raise Conflict(f"The freeze {freeze.name} holds no longer; no exception is needed.")
    if not reason.strip():
        raise InvalidInput("Say why this change cannot wait; whoever decides reads it.")
    if ctx.person.person_id is None:
        raise OwnException("The platform asks for no exception; persons do.")
    if _asked(ctx, change, freeze) is not None:
        raise Conflict(
            f"An exception from {freeze.name} was asked for this plan of change {change.id}."
        )
    row = ctx.add(
        FreezeException(
            freeze_id=freeze.id, change_id=change.id, digest=change.digest, reason=reason,
            state="asked", asked_by_id=ctx.person.person_id, asked_at=ctx.now(),
        )
    )  # fmt: skip
    ctx.record(
        "freeze.exception_asked", row, freeze=freeze.name, change_id=change.id,
        digest=change.digest, reason=reason,
    )  # fmt: skip
    return row


def approve(ctx: Context, exception_id: int, *, digest: str, note: str = "") -> FreezeException:
    """Let exactly the plan behind `digest` run in the freeze. Needs `freeze.except` on the freeze.

    Raises OwnException for whoever asked for it or for the change, StaleDigest for another plan.
    """
    return _decided(ctx, exception_id, digest=digest, state="approved", note=note)


def reject(ctx: Context, exception_id: int, *, digest: str, note: str) -> FreezeException:
    """Refuse it, with a reason; it can be asked for anew. As `approve`."""
    return _decided(ctx, exception_id, digest=digest, state="rejected", note=note)


def listing(
    ctx: Context, *, state: str | None = None, after: int | None = None, limit: int = 50
) -> list[FreezeException]:
    """Exceptions of changes that one may read on every device, the newest first.

    `state` is asked, approved, rejected, or void where the plan changed since.
    """
    rows = select(FreezeException).join(FreezeException.change).order_by(FreezeException.id.desc())
    if after is not None:
        rows = rows.where(FreezeException.id < after)
    stale = FreezeException.digest != ChangeRequest.digest
    if state == "void":
        rows = rows.where(stale)
    elif state is not None:
        rows = rows.where(FreezeException.state == state, ~stale)
    units, found = ctx.units("change.read"), list[FreezeException]()
    for row in ctx.session.scalars(rows):
        if all(device.governing_unit_id in units for device in _devices(row.change)):
            found.append(row)
        if len(found) == limit:
            break
    return found


def excepted(ctx: Context, change: ChangeRequest) -> frozenset[int]:
    """The freezes (ids) that do not bind the change's present plan.

    An exception holds as long as whoever approved it still may.
    """
    rows = ctx.session.scalars(
        select(FreezeException).where(
            FreezeException.change_id == change.id, FreezeException.digest == change.digest,
            FreezeException.state == "approved",
        )
    )  # fmt: skip
    return frozenset(row.freeze_id for row in rows if _still_may(ctx, row))


def binding(rows: Sequence[Held], *, kind: str, excepted: frozenset[int]) -> tuple[Held, ...]:
    """Those freezes that hold back a change of this kind."""
    return tuple(row for row in rows if kind not in row.kinds and row.id not in excepted)


def _decided(
    ctx: Context, exception_id: int, *, digest: str, state: str, note: str
) -> FreezeException:
    row = ctx.get_locked(FreezeException, exception_id)
    ctx.require("freeze.except", row.freeze)
    if ctx.person.person_id in {None, row.asked_by_id, row.change.requested_by_id}:
        raise OwnException(
            f"{ctx.person.name} asked for this change or its exception; another person decides."
        )
    if row.state != "asked":
        raise Conflict(f"This exception is {row.state} already.")
    if digest != row.digest or row.standing == "void":
        raise StaleDigest(
            f"Change {row.change_id} has another plan than the one this exception was asked for. "
            "Ask for an exception of its present plan.",
            digest=row.change.digest,
        )
    if state == "rejected" and not note.strip():
        raise InvalidInput("Say why not; whoever asked reads it.")
    row.state, row.note = state, note
    row.decided_by_id, row.decided_at = ctx.person.person_id, ctx.now()
    ctx.record(f"freeze.exception_{state}", row, change_id=row.change_id, digest=digest, note=note)
    return row


def _still_may(ctx: Context, row: FreezeException) -> bool:
    if row.decided_by is None:
        return False
    decider = Actor(name=row.decided_by.username, person_id=row.decided_by.id)
    unit = row.freeze.governing_unit_id
    return ctx.authority.allows(ctx.session, decider, "freeze.except", unit)


def _asked(ctx: Context, change: ChangeRequest, freeze: Freeze) -> int | None:
    return ctx.session.scalar(
        select(FreezeException.id).where(
            FreezeException.freeze_id == freeze.id, FreezeException.change_id == change.id,
            FreezeException.digest == change.digest, FreezeException.state != "rejected",
        )
    )  # fmt: skip


def _devices(change: ChangeRequest) -> tuple[Device, ...]:
    return tuple(target.device for target in change.targets)
