"""What persons decide about masks: two approve, one rejects or withdraws. Learns nothing."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload, selectinload

from core.actor import Actor
from core.context import Context
from core.errors import Conflict, InvalidInput, NotPermitted
from drift.noise import history as past
from drift.noise.history import Corrected
from drift.noise.models import NoiseApproval, NoiseMask
from drift.noise.reach import PERSONS, parents, with_above
from drift.noise.security import protected


class MaskSettled(Conflict):
    """The mask is in a state in which there is no such decision."""

    code = "mask_settled"


class ApprovedAlready(Conflict):
    """A person approves a mask once: two approvals are two persons."""

    code = "approved_already"


class SecurityMask(Conflict):
    """The mask is about a line, or lies in a section, that security rests on."""

    code = "security_mask"


class HidesRealDrift(Conflict):
    """The mask would have hidden a drift that persons acted upon."""

    code = "hides_real_drift"


def approve(ctx: Context, mask_id: int, *, note: str, corrected: Corrected) -> NoiseMask:
    """Say yes to a mask; with the second person's yes it holds. Needs `noise.approve`.

    Whoever had the device read may be one of the two. What the mask would have hidden is worked
    out anew. Raises ApprovedAlready, SecurityMask, HidesRealDrift or MaskSettled.
    """
    row = _in_state(ctx, mask_id, "proposed", "noise.approve")
    person = _person(ctx, row)
    _require_words(note, "An approval needs a note")
    _require_harmless(ctx, row, corrected)
    ctx.add(
        NoiseApproval(mask_id=row.id, person_id=person, note=note, approved_at=ctx.now())
    )  # fmt: skip
    ctx.session.refresh(row, ["approvals"])
    ctx.record("noise.approved", row, note=note, history=row.evidence["history"])
    counted = standing(ctx, row)
    if len(counted) >= PERSONS:
        row.state, row.active_at = "active", ctx.now()
        by = [ctx.identified(one.person_id) for one in counted]
        ctx.record("noise.activated", row, by=by)
    return row


def reject(ctx: Context, mask_id: int, *, reason: str) -> NoiseMask:
    """Say no to a proposal; it can be learned again. Needs `noise.approve`."""
    return _end(ctx, mask_id, before="proposed", after="rejected", reason=reason)


def withdraw(ctx: Context, mask_id: int, *, reason: str) -> NoiseMask:
    """End a mask that holds: what it hid is drift again. One person is enough."""
    return _end(ctx, mask_id, before="active", after="withdrawn", reason=reason)


def get(ctx: Context, mask_id: int) -> NoiseMask:
    """The mask, where it holds for devices that the person may see. Needs `drift.read`."""
    row = ctx.get(NoiseMask, mask_id)
    if row.unit_id not in _seen(ctx):
        ctx.require("drift.read", row)
    return row


def listing(
    ctx: Context, *, state: str | None = None, platform: str | None = None,
    after: int | None = None, limit: int = 50,
) -> tuple[NoiseMask, ...]:  # fmt: skip
    """Masks that hold, held or may hold for devices the person may see, the newest first."""
    wanted: list[ColumnElement[bool]] = [NoiseMask.unit_id.in_(_seen(ctx))]
    if state is not None:
        wanted.append(NoiseMask.state == state)
    if platform is not None:
        wanted.append(NoiseMask.platform == platform)
    if after is not None:
        wanted.append(NoiseMask.id < after)
    rows = (
        select(NoiseMask)
        .where(*wanted)
        .order_by(NoiseMask.id.desc())
        .limit(limit)
        .options(joinedload(NoiseMask.unit), joinedload(NoiseMask.device))
        .options(selectinload(NoiseMask.approvals).joinedload(NoiseApproval.person))
    )
    return tuple(ctx.session.scalars(rows))


def standing(ctx: Context, row: NoiseMask) -> tuple[NoiseApproval, ...]:
    """Approvals that count: one a person has, of persons who may still approve the mask."""
    return tuple(one for one in row.approvals if _still_may(ctx, row, one))


def awaited(ctx: Context) -> int:
    """How many proposals wait for the acting person's approval: seen, and not approved yet."""
    units = _seen(ctx) & ctx.units("noise.approve")
    mine = NoiseMask.approvals.any(NoiseApproval.person_id == ctx.person.person_id)
    rows = select(func.count(NoiseMask.id)).where(
        NoiseMask.state == "proposed", NoiseMask.unit_id.in_(units), ~mine
    )
    return ctx.session.scalar(rows) or 0


def _seen(ctx: Context) -> frozenset[int]:
    """The units whose masks reach a device that the person may see."""
    return with_above(ctx.units("drift.read"), parents(ctx))


def _in_state(ctx: Context, mask_id: int, state: str, permission: str) -> NoiseMask:
    """The mask, locked, if it is in this state."""
    row = ctx.get_locked(NoiseMask, mask_id)
    ctx.require(permission, row)
    if row.state != state:
        raise MaskSettled(
            f"Mask {mask_id} is {row.state}, not {state}; there is no such decision on it any "
            "more. `trimtab noise list` shows how the masks stand.",
            mask=mask_id, state=row.state,
        )  # fmt: skip
    return row


def _person(ctx: Context, row: NoiseMask) -> int:
    """The acting person, who has not approved it yet."""
    person = ctx.person.person_id
    if person is None:
        raise NotPermitted("The platform approves no masks; persons do.")
    if person in {one.person_id for one in row.approvals}:
        raise ApprovedAlready(
            f"{ctx.person.name} approved mask {row.id} already; another person has to.",
            mask=row.id,
        )
    return person


def _require_harmless(ctx: Context, row: NoiseMask, corrected: Corrected) -> None:
    """Neither about security nor about what persons acted upon; keeps the figures."""
    lines = (row.example_before, row.example_after)
    if any(protected(tuple(row.path), line) for line in lines) or not row.mask.begins:
        raise SecurityMask(
            f"Mask {row.id} ({row.label}) is about security, or is no mask that was learned. It "
            "is never masked; reject it.",
            mask=row.id,
        )
    kept = past.history(ctx, platform=row.platform, unit_id=row.unit_id)
    figures = past.back_test(ctx, row.mask, kept, corrected=corrected)
    if figures.acted_upon:
        named = ", ".join(f"F{one}" for one in figures.acted_upon)
        raise HidesRealDrift(
            f"Mask {row.id} would have hidden a line of {named}, which people acted upon (accepted "
            "as baseline, or a change is about it). Such a line is no noise; reject the mask.",
            mask=row.id, finding=figures.acted_upon[0],
        )  # fmt: skip
    row.evidence = {**row.evidence, "history": figures.told}


def _still_may(ctx: Context, row: NoiseMask, one: NoiseApproval) -> bool:
    voter = Actor(name=one.person.username, person_id=one.person_id)
    return ctx.authority.allows(ctx.session, voter, "noise.approve", row.unit_id)


def _end(ctx: Context, mask_id: int, *, before: str, after: str, reason: str) -> NoiseMask:
    row = _in_state(ctx, mask_id, before, "noise.approve")
    _require_words(reason, "It needs a reason")
    row.state, row.reason = after, reason
    row.ended_by_id, row.ended_at = ctx.person.person_id, ctx.now()
    ctx.record(f"noise.{after}", row, reason=reason)
    return row


def _require_words(text: str, what: str) -> None:
    if not text.strip():
        raise InvalidInput(f"{what} that an auditor will understand.")
