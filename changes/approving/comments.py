"""Comments on changes and lines of their difference. Decides nothing but what an objection stops.

A comment belongs to the plan that it was written about; when the plan is made anew it stays and
says so by its digest.
"""

from collections.abc import Sequence

from sqlalchemy import select

from changes.approving.models import ChangeComment
from changes.errors import OpenObjection
from changes.models import ChangeRequest
from changes.plans import Mark, Plan
from changes.requests import get_change, plan_of, require_on_all
from core.context import Context
from core.errors import InvalidInput, NotPermitted

LONGEST = 10_000  # characters of a comment


def comment(
    ctx: Context, change_id: int, *, body: str, device_id: int | None = None,
    place: Mark | None = None, objection: bool = False,
) -> ChangeComment:  # fmt: skip
    """Comment a change, one device of it, or one line of a device's declared difference.

    Needs `change.comment`, an objection `change.approve`, on every device.
    """
    change = get_change(ctx, change_id)
    require_on_all(ctx, change, "change.approve" if objection else "change.comment")
    if ctx.person.person_id is None:
        raise NotPermitted("Persons comment on changes; the platform has records.")
    if not body.strip() or len(body) > LONGEST:
        raise InvalidInput(f"A comment has 1 to {LONGEST} characters.")
    _require_place(plan_of(change), change_id, device_id, place)
    row = ctx.add(
        ChangeComment(
            change_id=change.id, device_id=device_id, digest=change.digest, body=body.strip(),
            place=[list(place[0]), place[1], place[2]] if place else None, objection=objection,
            person_id=ctx.person.person_id, written_at=ctx.now(),
        )
    )  # fmt: skip
    ctx.record(
        "change.commented", change, comment=row.id, objection=objection, device_id=device_id,
        digest=change.digest, body=row.body,
    )  # fmt: skip
    return row


def settle(ctx: Context, comment_id: int) -> ChangeComment:
    """Mark a comment as settled: its writer, or another person who may approve the change.

    Never the requester, unless they wrote it.
    """
    row = ctx.get_locked(ChangeComment, comment_id)
    me = ctx.person.person_id
    require_on_all(ctx, row.change, "change.comment")
    if me != row.person_id:
        require_on_all(ctx, row.change, "change.approve")
        if me == row.change.requested_by_id:
            raise NotPermitted(
                f"Who asked for change {row.change_id} does not settle what others say of it."
            )
    if row.settled_at is None:
        row.settled_at, row.settled_by_id = ctx.now(), me
        ctx.record("change.comment_settled", row.change, comment=row.id)
    return row


def list_comments(ctx: Context, change_id: int) -> Sequence[ChangeComment]:
    """All that was said of a change, in order. Needs `change.read`."""
    change = get_change(ctx, change_id)
    query = select(ChangeComment).where(ChangeComment.change_id == change.id)
    return ctx.session.scalars(query.order_by(ChangeComment.id)).all()


def require_no_objection(ctx: Context, change: ChangeRequest) -> None:
    """Raise OpenObjection while somebody's objection to the change is not settled."""
    found = ctx.session.scalar(
        select(ChangeComment)
        .where(
            ChangeComment.change_id == change.id, ChangeComment.objection,
            ChangeComment.settled_at.is_(None),
        )
        .order_by(ChangeComment.id)
        .limit(1)
    )  # fmt: skip
    if found is not None:
        raise OpenObjection(
            f"{found.person.name} objects to change {change.id}: {found.body} Answer it and have "
            "it settled, or reject the change."
        )


def _require_place(plan: Plan, change_id: int, device_id: int | None, place: Mark | None) -> None:
    if device_id is None:
        if place is not None:
            raise InvalidInput("A line belongs to a device; say which.")
        return
    target = next((one for one in plan.targets if one.device_id == device_id), None)
    if target is None:
        raise InvalidInput(f"Change {change_id} does not touch device {device_id}.")
    if place is not None and place not in target.declared:
        raise InvalidInput(
            f"Change {change_id} declares no such line on {target.hostname}: "
            f"{' / '.join((*place[0], place[1]))} ({place[2]})."
        )
