"""Two persons look at an emergency afterwards and say whether it was justified."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from sqlalchemy import select

from changes.emergency import debt
from changes.emergency.grants import live
from changes.emergency.models import EmergencyReview
from changes.errors import AlreadyDecided, OwnChange, ReviewEarly
from changes.following import follow
from changes.models import BreakGlass
from changes.requests import require_on_all
from changes.states import FINAL, State
from core.actor import Actor
from core.context import Context
from core.errors import InvalidInput
from operations.models import Problem

NEEDED = 2
Verdict = Literal["justified", "not_justified"]
OVER = FINAL | {State.INTERRUPTED}
CLOSER = Actor(name="trimtab", granted=frozenset({"event.write"}))
"""Closes the events of a glass that two persons have reviewed."""


def review(
    ctx: Context, grant_id: int, *, verdict: Verdict, note: str = "", problem_id: int | None = None
) -> EmergencyReview:
    """Say of a broken glass whether it was justified; the second person's word settles it.

    Needs `change.approve` on every device. Neither who asked for the change nor who broke the
    glass may. Not justified names what follows: a problem, or a note. Raises ReviewEarly while the
    change may still run on it, OwnChange, AlreadyDecided.
    """
    grant = ctx.get_locked(BreakGlass, grant_id)
    require_on_all(ctx, grant.change, "change.approve")
    person = _reviewer(ctx, grant)
    if grant.change.state not in OVER and live(ctx, grant.change) is grant:
        raise ReviewEarly(
            f"Change {grant.change_id} is {grant.change.state} and may still run on the broken "
            "glass; it is reviewed when it is over."
        )
    if verdict == "not_justified" and problem_id is None and not note.strip():
        raise InvalidInput(
            "Not justified: name the problem that follows from it, or say in a note what does.",
            field="problem_id",
        )
    row = ctx.add(
        EmergencyReview(
            break_glass_id=grant.id, person_id=person, verdict=verdict, note=note.strip(),
            problem_id=ctx.get(Problem, problem_id).id if problem_id is not None else None,
            reviewed_at=ctx.now(),
        )
    )  # fmt: skip
    ctx.record(
        "change.emergency_reviewed", grant.change, glass=grant.id, verdict=verdict, note=row.note,
        problem=problem_id,
    )  # fmt: skip
    if len(reviews_of(ctx, grant)) >= NEEDED:
        _settle(ctx, grant)
    return row


def _reviewer(ctx: Context, grant: BreakGlass) -> int:
    """The acting person's id, if it is theirs to review."""
    person = ctx.person.person_id
    if person is None or person in {grant.person_id, grant.change.requested_by_id}:
        raise OwnChange(
            f"{ctx.person.name} asked for change {grant.change_id} or broke its glass; two other "
            "persons review it."
        )
    if grant.reviewed_at is not None:
        raise AlreadyDecided(f"The {grant.label} is reviewed; {NEEDED} persons had their say.")
    if any(one.person_id == person for one in reviews_of(ctx, grant)):
        raise AlreadyDecided(f"{ctx.person.name} has reviewed the {grant.label} already.")
    return person


def _settle(ctx: Context, grant: BreakGlass) -> None:
    grant.reviewed_at = ctx.now()
    ctx.record(
        "change.emergency_settled", grant.change, glass=grant.id,
        verdicts=[one.verdict for one in reviews_of(ctx, grant)],
    )  # fmt: skip
    debt.close_events(replace(ctx, person=CLOSER), grant)
    follow(ctx, grant.change)


def reviews_of(ctx: Context, grant: BreakGlass) -> Sequence[EmergencyReview]:
    """What was said of it so far, in order."""
    query = select(EmergencyReview).where(EmergencyReview.break_glass_id == grant.id)
    return ctx.session.scalars(query.order_by(EmergencyReview.id)).all()


def get_grant(ctx: Context, grant_id: int) -> BreakGlass:
    """The broken glass, for who may read its change."""
    grant = ctx.get(BreakGlass, grant_id)
    require_on_all(ctx, grant.change, "change.read")
    return grant


def list_grants(ctx: Context, *, unreviewed: Literal["only", "all"] = "all") -> list[BreakGlass]:
    """Broken glasses in one's jurisdiction: what waits for a review first, by its due time."""
    mine = debt.touching(ctx.units("change.read"))
    query = select(BreakGlass).where(BreakGlass.change_id.in_(mine))
    if unreviewed == "only":
        query = query.where(BreakGlass.reviewed_at.is_(None))
    order = (BreakGlass.reviewed_at.is_not(None), BreakGlass.review_due_at, BreakGlass.id)
    return list(ctx.session.scalars(query.order_by(*order)))
