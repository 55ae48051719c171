"""The report on a change: what was asked, who decided it, what stood in the way. Reads only."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from changes.approving.models import ChangeComment
from changes.approving.stages import APPROVE
from changes.calendar.models import FreezeException
from changes.emergency.models import EmergencyReview
from changes.models import Approval, BreakGlass, ChangeRequest
from changes.packs.change_runs import ran, typed
from changes.packs.people import at, named, short, when
from changes.packs.report import Block, Pairs, Report, Section, Table, Words, table
from changes.packs.told import acting_for
from changes.plans import Plan
from changes.questions import could_approve
from changes.questions.answers import Given, Row
from changes.requests import plan_of
from core.audit import AuditRecord, Subject
from core.context import Context

MOST = 500  # rows of a table of people
DEVICES = 20  # named one by one in a sentence
ENDED = {
    "succeeded": "It succeeded.", "failed": "It failed.", "rejected": "It was rejected.",
    "rolled_back": "It was taken back.", "interrupted": "It broke off.",
    "cancelled": "It was cancelled.",
}  # fmt: skip


def report(ctx: Context, change: ChangeRequest) -> Report:
    """What an auditor reads first of a change."""
    plan = plan_of(change)
    return Report(
        title=f"Change {change.label}", lead=_lead(change),
        sections=(
            _asked(change, plan), _decided(ctx, change), _able(ctx, change),
            *_exceptions(ctx, change), *ran(ctx, change, plan),
        ),
    )  # fmt: skip


def _lead(change: ChangeRequest) -> str:
    names = [target.hostname for target in change.targets[:DEVICES]]
    more = len(change.targets) - len(names)
    where = ", ".join(names) + (f" and {more} more" if more else "")
    counted = [one for one in change.approvals if one.decision == "approved" and not one.voided_at]
    voters = ", ".join(named(one.person) for one in counted)
    approved = f"Approved, with votes that count, by {voters}." if voters else "No vote counts."
    ended = ENDED.get(change.state, f"It is {change.state.replace('_', ' ')}.")
    return (
        f"{named(change.requested_by)} asked on {at(change.requested_at)} to change {where}. "
        f"The reason given: “{change.reason}”. {approved} {ended} {change.outcome}"
    ).strip()


def _asked(change: ChangeRequest, plan: Plan) -> Section:
    window = "none" if change.window_start is None else (
        f"{at(change.window_start)} until {at(change.window_end)}"
    )  # fmt: skip
    rows = [
        ("Change", change.label), ("Kind", change.kind),
        ("Asked for by", named(change.requested_by)), ("Asked for on", at(change.requested_at)),
        ("Reason", change.reason), ("Window", window),
        ("Carried out", "by hand" if change.method == "by_hand" else f"by {plan.playbook}"),
        ("Way back", plan.way_back), ("Revision of the plan", str(plan.revision)),
        ("Digest that is signed", change.digest), ("State", change.state),
        ("Closed on", at(change.closed_at)), ("Outcome", change.outcome or "-"),
    ]  # fmt: skip
    if plan.source is not None:
        rows.append(("From the catalogue", f"{plan.source.name} version {plan.source.version}"))
    for name, key in (("Takes back", change.rolls_back_id), ("Repeats", change.reruns_id)):
        if key is not None:
            rows.append((name, f"C{key}"))
    return Section(title="What was asked", blocks=(Pairs(rows=rows), *_signed(plan), *_risk(plan)))


def _signed(plan: Plan) -> Sequence[Block]:
    """What the digest stands for, line by line."""
    lines = typed(plan)
    return (Words(text="Who signs the digest approves of this, and of nothing else:"), *lines) if (
        lines
    ) else ()  # fmt: skip


def _risk(plan: Plan) -> Sequence[Block]:
    if plan.risk is None:
        return ()
    told = (
        "; ".join(f"{one.words} ({one.points})" for one in plan.risk.reasons) or "nothing counted"
    )
    return (Words(text=f"Risk: {plan.risk.level}, {plan.risk.score} points: {told}"),)


def _decided(ctx: Context, change: ChangeRequest) -> Section:
    posts = _posts(ctx, change)
    rows = [_vote(one, posts.get((one.person_id, one.digest), "-")) for one in change.approvals]
    votes = table(
        ("when (UTC)", "who", "acting for", "on behalf of", "decision", "stage", "digest",
         "counts"),
        rows, widths=(14, 14, 14, 12, 12, 10, 14, 12), most=MOST,
    )  # fmt: skip
    blocks: list[Block] = [votes] if rows else [Words(text="No vote was given.")]
    if change.kind == "standard":
        blocks.append(Words(text="A standard change is approved with its entry in the catalogue."))
    return Section(title="Who approved what", blocks=blocks)


def _posts(ctx: Context, change: ChangeRequest) -> Mapping[tuple[int | None, str], str]:
    """By voter and digest the post that the vote was given for, as the records tell it."""
    query = select(AuditRecord.actor_id, AuditRecord.facts, AuditRecord.canonical).where(
        AuditRecord.subject_type == "change_request", AuditRecord.subject_id == str(change.id),
        AuditRecord.action.in_(("change.approved", "change.rejected")),
    )  # fmt: skip
    return {
        (row.actor_id, str(row.facts.get("digest"))): acting_for(row.canonical) or "-"
        for row in ctx.session.execute(query)
    }


def _vote(one: Approval, post: str) -> tuple[str, ...]:
    void = f"no, void since {at(one.voided_at)}: {one.void_reason}" if one.voided_at else "yes"
    return (
        when(one.decided_at), named(one.person), post, named(one.behalf) if one.behalf else "-",
        f"{one.decision}{f': {one.note}' if one.note else ''}", one.stage, short(one.digest), void,
    )  # fmt: skip


def _able(ctx: Context, change: ChangeRequest) -> Section:
    """Who had a vote when the last one was given, and who had none although holding the post."""
    moment = max((one.decided_at for one in change.approvals), default=change.requested_at)
    given: Given = {"change": change.id, "at": moment, "permission": APPROVE}
    found = could_approve.read(ctx, given, "", MOST)
    rows = tuple(_standing(one) for one in found)
    columns = ("person", "could approve", "on behalf of", "post", "unit")
    return Section(
        title="Who could have approved, and who could not",
        blocks=(
            Words(
                text=f"As posts, absences and deputies stood on {at(moment)}. "
                f"{named(change.requested_by)} asked for the change and so had no vote on it.",
                manner="quiet",
            ),
            Table(columns=columns, rows=rows, widths=(20, 30, 20, 18, 12))
            if rows else Words(text="Nobody held a post with that permission."),
        ),
    )  # fmt: skip


def _standing(row: Row) -> tuple[str, ...]:
    person, standing, behalf, post, unit = row.cells[:5]
    return (_label(person), str(standing), _label(behalf), str(post), str(unit))


def _label(value: object) -> str:
    return value.label if isinstance(value, Subject) else "-"


def _exceptions(ctx: Context, change: ChangeRequest) -> Sequence[Section]:
    """What was said of it, and what let it run although it should not have; where there is any."""
    blocks = [*_comments(ctx, change), *_freezes(ctx, change), *_glasses(ctx, change)]
    return (Section(title="Comments, exceptions, emergencies", blocks=blocks),) if blocks else ()


def _comments(ctx: Context, change: ChangeRequest) -> Sequence[Block]:
    found = ctx.session.scalars(
        select(ChangeComment)
        .where(ChangeComment.change_id == change.id)
        .order_by(ChangeComment.id)
        .options(joinedload(ChangeComment.person))
    )
    rows = [
        (
            when(one.written_at), named(one.person), "objection" if one.objection else "comment",
            one.body, when(one.settled_at) if one.objection else "-",
        )
        for one in found
    ]  # fmt: skip
    columns = ("when (UTC)", "who", "kind", "words", "settled")
    return (table(columns, rows, widths=(16, 18, 10, 40, 16), most=MOST),) if rows else ()


def _freezes(ctx: Context, change: ChangeRequest) -> Sequence[Block]:
    found = ctx.session.scalars(
        select(FreezeException)
        .where(FreezeException.change_id == change.id)
        .order_by(FreezeException.id)
        .options(joinedload(FreezeException.asked_by), joinedload(FreezeException.decided_by))
    )
    rows = [
        (
            one.freeze.name, one.standing, named(one.asked_by), one.reason,
            named(one.decided_by) if one.decided_by else "-", one.note, short(one.digest),
        )
        for one in found
    ]  # fmt: skip
    columns = ("freeze", "exception", "asked by", "why", "decided by", "note", "digest")
    return (table(columns, rows, most=MOST),) if rows else ()


def _glasses(ctx: Context, change: ChangeRequest) -> Sequence[Block]:
    blocks = list[Block]()
    for grant in change.grants:
        blocks.append(Words(
            text=f"{named(grant.person)} broke the glass on {at(grant.broken_at)}, valid until "
            f"{at(grant.valid_until)}, for the plan {short(grant.digest)}: {grant.reason}",
            manner="warning",
        ))  # fmt: skip
        blocks += _reviews(ctx, grant)
    return blocks


def _reviews(ctx: Context, grant: BreakGlass) -> Sequence[Block]:
    found = ctx.session.scalars(
        select(EmergencyReview)
        .where(EmergencyReview.break_glass_id == grant.id)
        .order_by(EmergencyReview.id)
        .options(joinedload(EmergencyReview.person))
    )
    rows = [
        (when(one.reviewed_at), named(one.person), one.verdict.replace("_", " "), one.note)
        for one in found
    ]
    if not rows:
        return (Words(text=f"Not reviewed; due on {at(grant.review_due_at)}.", manner="warning"),)
    return (table(("when (UTC)", "reviewed by", "verdict", "note"), rows, most=MOST),)
