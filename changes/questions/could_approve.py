"""Who could have approved at a time: posts, absences and deputies as they were. Reads only.

Two times count: when a post was held, and when that was written down. A post that was given
afterwards for a time that was over already let nobody approve.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import Select, Text, cast, func, or_, select
from sqlalchemy.orm import joinedload

from changes.approving.models import Delegation
from changes.approving.stages import APPROVE, AUTHORISE
from changes.models import ChangeRequest
from changes.questions import scope
from changes.questions.answers import Given, Parameter, Question, Row
from changes.requests import devices_of
from core.audit import AuditRecord, Subject
from core.context import Context
from core.errors import InvalidInput
from drift.noise.reach import above, parents
from inventory.models import Device
from organization.models import Person, Post, PostHolding

Written = Mapping[tuple[str, str, datetime], datetime]
"""By post, person and beginning: when the holding was written down.

The person is told by number, in records of format 1 by username.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What is asked: a permission on these devices at a time; who asked for it has no vote."""

    devices: Sequence[Device]
    permission: str
    at: datetime
    what: Subject
    requester: int | None


def read(ctx: Context, given: Given, after: str, limit: int) -> Sequence[Row]:
    """One row a post that a person held then, and one a deputy; by place."""
    seen = scope.place(after, parts=2) or (0, 0)
    case = _case(ctx, given)
    held = _held(ctx, case)
    rows = [*_own(ctx, case, held), *_deputies(ctx, case, held)]
    told = sorted(rows, key=lambda row: _order(row.place))
    return list(islice((row for row in told if _order(row.place) > seen), limit))


def _order(place: str) -> tuple[int, ...]:
    return tuple(int(one) for one in place.split(":"))


def _case(ctx: Context, given: Given) -> _Case:
    permission, at = str(given.get("permission", APPROVE)), given["at"]
    assert isinstance(at, datetime)  # noqa: S101 - the parameter's kind
    if permission not in {APPROVE, AUTHORISE}:
        raise InvalidInput(f"The permission is {APPROVE} or {AUTHORISE}.", field="permission")
    if ("device" in given) == ("change" in given):
        raise InvalidInput("Name either a device or the number of a change.", field="device")
    if "device" in given:
        device = scope.device(ctx, given["device"])
        what = scope.device_subject(device)
        return _Case(devices=[device], permission=permission, at=at, what=what, requester=None)
    change = ctx.get(ChangeRequest, int(str(given["change"])))
    devices = tuple(devices_of(change))
    for device in devices:
        ctx.require(scope.AUDIT, device)
    return _Case(
        devices=devices, permission=permission, at=at, what=scope.change_subject(change),
        requester=change.requested_by_id,
    )  # fmt: skip


def _held(ctx: Context, case: _Case) -> Sequence[PostHolding]:
    """The posts with the permission that were held then by who had it on every device."""
    known = parents(ctx)
    reaches = [
        frozenset(above(unit, known)) for unit in {one.governing_unit_id for one in case.devices}
    ]
    query = (
        select(PostHolding)
        .join(Post, Post.id == PostHolding.post_id)
        .where(Post.permissions.contains([case.permission]), PostHolding.since <= case.at)
        .where(or_(PostHolding.until.is_(None), PostHolding.until > case.at))
        .where(cast(Post.id, Text).not_in(_extended(case)))
        .order_by(PostHolding.id)
        .options(joinedload(PostHolding.person), joinedload(PostHolding.post).joinedload(Post.unit))
    )
    rows = ctx.session.scalars(query).all()
    able = [{row.person_id for row in rows if row.post.unit_id in reach} for reach in reaches]
    persons = set.intersection(*able) if able else set()
    units = frozenset[int]().union(*reaches)
    return [row for row in rows if row.person_id in persons and row.post.unit_id in units]


def _extended(case: _Case) -> Select[str]:
    """The posts that got the permission by an upgrade afterwards."""
    return select(AuditRecord.subject_id).where(
        AuditRecord.subject_type == "post", AuditRecord.action == "post.extended",
        AuditRecord.recorded_at > case.at,
        AuditRecord.facts["permissions"].contains([case.permission]),
    )  # fmt: skip


def _own(ctx: Context, case: _Case, held: Sequence[PostHolding]) -> Iterator[Row]:
    written, absent = _written(ctx, held), _absent(ctx, case)
    for row in held:
        names = (str(row.person_id), row.person.username)
        found = (written.get((str(row.post_id), name, row.since)) for name in names)
        at = next((one for one in found if one is not None), None)
        yield _row(
            case, row, who=row.person, behalf=None, written=at, place=f"{row.id}:0",
            standing=_standing(case, row, at, absent),
        )  # fmt: skip


def _standing(
    case: _Case, row: PostHolding, written: datetime | None, absent: Collection[int]
) -> str:
    if row.person_id == case.requester:
        return "no: asked for the change"
    if written is not None and written > case.at:
        return "no: the post was written down afterwards"
    return "absent" if row.person_id in absent else "yes"


def _deputies(ctx: Context, case: _Case, held: Sequence[PostHolding]) -> Iterator[Row]:
    first = {row.person_id: row for row in reversed(held) if row.person_id != case.requester}
    query = _delegations(case).where(
        Delegation.person_id.in_(first), Delegation.deputy_id.is_not(None)
    )
    for one in ctx.session.scalars(query.options(joinedload(Delegation.deputy))):
        if one.deputy is not None:
            standing = "no: asked for the change" if one.deputy_id == case.requester else "yes"
            holding = first[one.person_id]
            yield _row(
                case, holding, who=one.deputy, behalf=holding.person, written=None,
                place=f"{holding.id}:{one.id}", standing=standing,
            )  # fmt: skip


def _delegations(case: _Case) -> Select[Delegation]:
    return select(Delegation).where(
        Delegation.begins_at <= case.at, Delegation.ends_at > case.at,
        or_(Delegation.revoked_at.is_(None), Delegation.revoked_at > case.at),
    )  # fmt: skip


def _absent(ctx: Context, case: _Case) -> frozenset[int]:
    rows = ctx.session.scalars(_delegations(case).where(Delegation.absent))
    return frozenset(one.person_id for one in rows)


def _written(ctx: Context, held: Sequence[PostHolding]) -> Written:
    """When the log says that each was given; those given before there was a log are missing."""
    facts = AuditRecord.facts
    person = func.coalesce(facts["person", "person"].as_string(), facts["person"].as_string())
    columns = (person, facts["since"].as_string())
    query = (
        select(AuditRecord.subject_id, *columns, func.min(AuditRecord.recorded_at))
        .where(AuditRecord.subject_type == "post", AuditRecord.action == "post.assigned")
        .where(AuditRecord.subject_id.in_([str(row.post_id) for row in held]))
        .group_by(AuditRecord.subject_id, *columns)
    )
    return {
        (post, who, datetime.fromisoformat(since)): at
        for post, who, since, at in ctx.session.execute(query)
    }


def _row(
    case: _Case, row: PostHolding, *, who: Person, behalf: Person | None,
    written: datetime | None, place: str, standing: str,
) -> Row:  # fmt: skip
    person = scope.person_subject(who)
    return Row(
        place=place, at=case.at, who=person, did="question.answered", what=case.what,
        cells=(
            person, standing, scope.person_subject(behalf) if behalf else None, row.post.title,
            row.post.unit.code, row.since, row.until, written, case.what,
        ),
    )  # fmt: skip


QUESTION = Question(
    name="could-approve",
    title="Who could have approved at that time?",
    note="Posts as they were held and written down then, with absences and deputies of that time. "
    "What an upgrade gave to a post counts from then on. In which unit a device lies cannot be "
    "changed once it is set up.",
    parameters=(
        Parameter(name="at", kind="time", title="At that time", required=True),
        Parameter(name="change", kind="number", title="Number of a change"),
        Parameter(name="device", kind="text", title="Or a hostname"),
        Parameter(name="permission", kind="text", title=f"Permission: {APPROVE} or {AUTHORISE}"),
    ),
    columns=(
        "person", "could approve", "on behalf of", "post", "unit", "held since", "held until",
        "written down at", "about",
    ),
    read=read,
)  # fmt: skip
