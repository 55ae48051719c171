"""Emergency changes and their reviews. Reads only."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import joinedload

from changes.emergency import debt
from changes.emergency.models import EmergencyReview
from changes.models import BreakGlass, ChangeRequest
from changes.questions import scope
from changes.questions.answers import Given, Question, Row
from core.context import Context

Reviews = Mapping[int, Sequence[EmergencyReview]]


def read(ctx: Context, given: Given, after: str, limit: int) -> Sequence[Row]:
    """One row a broken glass, and one a change that was approved as usual; the newest first."""
    since, until = scope.span(given)
    glass = func.coalesce(BreakGlass.id, 0)
    query = (
        select(ChangeRequest, BreakGlass)
        .outerjoin(BreakGlass, BreakGlass.change_id == ChangeRequest.id)
        .where(ChangeRequest.kind == "emergency", scope.audited(ctx, ChangeRequest.id))
        .where(ChangeRequest.requested_at >= since, ChangeRequest.requested_at < until)
        .order_by(ChangeRequest.id.desc(), glass.desc())
        .limit(limit)
        .options(joinedload(ChangeRequest.requested_by), joinedload(BreakGlass.person))
    )
    if (seen := scope.place(after, parts=2)) is not None:
        query = query.where(tuple_(ChangeRequest.id, glass) < tuple_(*seen))
    found = [(change, grant) for change, grant in ctx.session.execute(query)]
    reviews = _reviews(ctx, [grant.id for _, grant in found if grant is not None])
    return [_row(ctx, change, grant, reviews) for change, grant in found]


def _reviews(ctx: Context, grants: Sequence[int]) -> Reviews:
    found: dict[int, list[EmergencyReview]] = defaultdict(list)
    query = select(EmergencyReview).where(EmergencyReview.break_glass_id.in_(grants))
    for one in ctx.session.scalars(
        query.order_by(EmergencyReview.id).options(joinedload(EmergencyReview.person))
    ):
        found[one.break_glass_id].append(one)
    return found


def _row(ctx: Context, change: ChangeRequest, grant: BreakGlass | None, reviews: Reviews) -> Row:
    what, asked = scope.change_subject(change), scope.person_subject(change.requested_by)
    if grant is None:
        cells = (None, None, None, None, "no glass was broken", "")
        return Row(
            place=f"{change.id}:0", at=change.requested_at, who=asked, did="change.requested",
            what=what, cells=(what, change.state, asked, change.reason, *cells),
        )  # fmt: skip
    who = scope.person_subject(grant.person)
    return Row(
        place=f"{change.id}:{grant.id}", at=grant.broken_at, who=who, did="change.glass_broken",
        what=what,
        cells=(
            what, change.state, asked, grant.reason, who, grant.broken_at, grant.review_due_at,
            grant.reviewed_at, _standing(ctx, grant), "; ".join(map(_told, reviews.get(grant.id,
                                                                                       ()))),
        ),
    )  # fmt: skip


def _standing(ctx: Context, grant: BreakGlass) -> str:
    if grant.reviewed_at is None:
        return "overdue" if debt.is_overdue(ctx, grant) else "to be reviewed"
    return "reviewed" if grant.reviewed_at <= grant.review_due_at else "reviewed too late"


def _told(review: EmergencyReview) -> str:
    follows = f", problem P{review.problem_id}" if review.problem_id else ""
    note = f": {review.note}" if review.note else ""
    return (
        f"{review.person.username} {review.verdict.replace('_', ' ')} "
        f"{review.reviewed_at:%F %H:%M %Z}{follows}{note}"
    )


QUESTION = Question(
    name="emergencies",
    title="Which emergency changes were there, and who reviewed them?",
    note="One row a broken glass; two persons review it. An emergency change that was approved as "
    "usual broke none and needs no review.",
    parameters=(scope.SINCE, scope.UNTIL),
    columns=(
        "change", "state", "requested by", "reason", "broken by", "broken at", "review due",
        "reviewed at", "standing", "reviews",
    ),
    read=read,
)  # fmt: skip
