"""Questions saved under a name: made, listed, put on a schedule, removed. Asks none itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import func, or_, select

from changes.questions import asking, scope
from changes.questions.files import FORMS
from changes.questions.saved_models import SavedQuestion
from core.actor import Actor
from core.audit import Subject
from core.context import Context
from core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from operations import schedules
from operations.triggers import next_fire
from organization.people import in_records
from organization.units import by_code

JOB = "audit.question"
PLANNER = Actor(name="trimtab", granted=frozenset({"schedule.write"}))
"""Keeps the schedule of a question, whose own permission is `audit.read`."""
LONGEST_NAME, MOST_KEPT, MOST_SAVED = 100, 100, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be saved; with a unit's code it is shared there, and about that unit alone."""

    name: str
    question: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    form: str = "csv"
    unit: str | None = None
    keep: int = 12


def save(ctx: Context, wanted: Wanted) -> SavedQuestion:
    """Save a question of one's own. Needs `audit.read`, for sharing in that unit.

    Raises InvalidInput for what the question does not take, Conflict for a name of one's own that
    is taken, NotFound for an unknown question.
    """
    asked, name, owner = asking.question(ctx, wanted.question), wanted.name.strip(), _me(ctx)
    unit = by_code(ctx, wanted.unit) if wanted.unit else None
    if unit is not None:
        ctx.require(scope.AUDIT, unit)
    given = {key: value.strip() for key, value in wanted.parameters.items() if value.strip()}
    asking.checked(asked, asking.settled(ctx, asked, given))
    _check(ctx, wanted, name, owner)
    saved = ctx.add(
        SavedQuestion(
            name=name, question=asked.name, parameters=given, form=wanted.form, keep=wanted.keep,
            owner_id=owner, unit_id=unit.id if unit else None, saved_at=ctx.now(),
        )
    )  # fmt: skip
    ctx.record(
        "question.saved", saved, question=asked.name, form=wanted.form, keep=wanted.keep,
        parameters=in_records(ctx, given), unit=unit.code if unit else None,
    )  # fmt: skip
    return saved


def _check(ctx: Context, wanted: Wanted, name: str, owner: int) -> None:
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput(
            f"A saved question needs a name of at most {LONGEST_NAME} printable characters.",
            field="name",
        )
    if name.isdecimal():
        raise InvalidInput("A name of digits alone would be taken for a number.", field="name")
    if wanted.form not in FORMS:
        raise InvalidInput(f"An answer is kept as {', '.join(FORMS)}.", field="form")
    if not 1 <= wanted.keep <= MOST_KEPT:
        raise InvalidInput(f"From 1 to {MOST_KEPT} answers are kept.", field="keep")
    mine = select(func.count(), func.count().filter(SavedQuestion.name == name))
    many, alike = ctx.session.execute(mine.where(SavedQuestion.owner_id == owner)).one()
    if alike:
        raise Conflict(f"You saved a question {name} already; choose another name.", field="name")
    if many >= MOST_SAVED:
        raise Conflict(f"{many} questions of yours are saved; remove one that nobody needs.")


def list_saved(
    ctx: Context, *, before: int | None = None, limit: int = 50
) -> Sequence[SavedQuestion]:
    """One's own and those that are shared where one has `audit.read`, the newest first."""
    ctx.require(scope.AUDIT)
    shared = SavedQuestion.unit_id.in_(ctx.units(scope.AUDIT))
    query = select(SavedQuestion).where(or_(SavedQuestion.owner_id == _me(ctx), shared))
    if before is not None:
        query = query.where(SavedQuestion.id < before)
    return ctx.session.scalars(query.order_by(SavedQuestion.id.desc()).limit(limit)).all()


def get(ctx: Context, saved_id: int) -> SavedQuestion:
    """One that is one's own or shared; of another person's own nothing is said but NotFound."""
    ctx.require(scope.AUDIT)
    saved = ctx.session.get(SavedQuestion, saved_id)
    if saved is None or not _seen(ctx, saved):
        raise NotFound(f"There is no saved question {saved_id}.", id=str(saved_id))
    return saved


def find(ctx: Context, told: str) -> SavedQuestion:
    """The one of this number or name; one's own before those that others share.

    Raises NotFound where there is none, Conflict where several that are shared bear the name.
    """
    if told.isascii() and told.isdecimal() and len(told) < len(str(asking.LARGEST)):
        return get(ctx, int(told))
    rows = ctx.session.scalars(select(SavedQuestion).where(SavedQuestion.name == told.strip()))
    seen = [one for one in rows if _seen(ctx, one)]
    own = [one for one in seen if one.owner_id == ctx.person.person_id] or seen
    if len(own) > 1:
        numbers = ", ".join(str(one.id) for one in own)
        raise Conflict(f"Several saved questions are named {told}: tell the number, {numbers}.")
    if not own:
        raise NotFound(f"There is no saved question {told[:100]}; `trimtab question saved`.")
    return own[0]


def put_on_schedule(
    ctx: Context, saved_id: int, *, trigger: str, timezone: str = "UTC"
) -> SavedQuestion:
    """Have it asked by the clock, in place of an earlier schedule. Only its owner may.

    Raises InvalidTrigger before anything is kept.
    """
    saved = _own(ctx, saved_id)
    next_fire(trigger.strip(), timezone=timezone, now=ctx.now())
    _end(ctx, saved)
    saved.schedule = schedules.create_schedule(
        replace(ctx, person=PLANNER), name=f"question {saved.id} {saved.name}", job=JOB,
        trigger=trigger, timezone=timezone, unit_id=saved.unit_id, args={"saved_id": saved.id},
    )  # fmt: skip
    ctx.record("question.scheduled", saved, trigger=saved.schedule.trigger, timezone=timezone)
    return saved


def take_off_schedule(ctx: Context, saved_id: int) -> SavedQuestion:
    """The clock asks it no more; its answers stay. Only its owner may."""
    saved = _own(ctx, saved_id)
    if saved.schedule is None:
        raise Conflict(f"The saved question {saved.name} is on no schedule.")
    _end(ctx, saved)
    ctx.record("question.unscheduled", saved)
    return saved


def remove(ctx: Context, saved_id: int) -> None:
    """Remove it with its schedule and all answers that are kept; their records stay.

    Its owner may; of a shared one whose owner left, whoever has `audit.read` in its unit.
    """
    saved = _own(ctx, saved_id)
    subject = Subject(type=saved.__tablename__, id=str(saved.id), label=saved.label)
    _end(ctx, saved)
    ctx.session.delete(saved)
    ctx.session.flush()
    ctx.record("question.removed", subject, question=saved.question)


def may_edit(ctx: Context, saved: SavedQuestion) -> bool:
    """Whether it is the acting person's, or is left behind in a unit that they audit."""
    left = not saved.owner.active and saved.unit_id is not None
    return saved.owner_id == ctx.person.person_id or (left and _seen(ctx, saved))


def _own(ctx: Context, saved_id: int) -> SavedQuestion:
    get(ctx, saved_id)
    saved = ctx.get_locked(SavedQuestion, saved_id)
    if not may_edit(ctx, saved):
        raise NotPermitted(f"The saved question {saved.name} is another person's; save your own.")
    return saved


def _seen(ctx: Context, saved: SavedQuestion) -> bool:
    if saved.owner_id == ctx.person.person_id:
        return True
    return saved.unit_id is not None and saved.unit_id in ctx.units(scope.AUDIT)


def _end(ctx: Context, saved: SavedQuestion) -> None:
    """Take the schedule away that it has, if it has one."""
    if saved.schedule is not None:
        before, saved.schedule = saved.schedule.id, None
        ctx.session.flush()
        schedules.remove(replace(ctx, person=PLANNER), before)


def _me(ctx: Context) -> int:
    if ctx.person.person_id is None:
        raise NotPermitted("Questions are saved by persons, who answer for them.")
    return ctx.person.person_id
