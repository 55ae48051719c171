"""How a unit's devices stood to a version of a policy on a date. Reads only.

A judgement stands from its time until the next one that came to something else, so each answers for
the dates between. Rules are those that were asked then, as they were told by their digest.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import String, and_, cast, func, or_, select
from sqlalchemy.orm import joinedload

from changes.questions import scope
from changes.questions.answers import Given, Parameter, Question, Row
from core.audit import AuditRecord, Subject
from core.context import Context
from core.errors import InvalidInput, NotFound
from drift import standing_history
from drift.noise.reach import above, parents
from drift.standing_history import Stood
from inventory.models import Device, Site
from organization.models import Clause, Policy, PolicyVersion, Unit
from organization.units import by_code

PLATFORM = Subject(type="platform", id="trimtab", label="trimtab")
RETIRED = "device.retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A device that was there on the date, as far as is known, and how it stood then."""

    device: Device
    stood: Stood | None
    unknown: str


def read(ctx: Context, given: Given, after: str, limit: int) -> Sequence[Row]:
    """One row a device and clause, by device."""
    unit, at = by_code(ctx, str(given["unit"])), given["at"]
    ctx.require(scope.AUDIT, unit)
    assert isinstance(at, datetime)  # noqa: S101 - the parameter's kind
    if at > ctx.now():
        raise InvalidInput("That date is yet to come; nobody knows.", field="at")
    version = _version(ctx, given, at)
    seen = scope.place(after, parts=2) or (0, 0)
    devices = limit // max(1, len(version.clauses)) + 2  # as many as a page may tell of
    return list(islice(_rows(ctx, unit, version, at, seen, devices), limit))


def _version(ctx: Context, given: Given, at: datetime) -> PolicyVersion:
    """The version that is asked for, else the one that was in force then."""
    query = (
        select(PolicyVersion)
        .join(Policy, Policy.id == PolicyVersion.policy_id)
        .where(Policy.code == given["policy"])
        .order_by(PolicyVersion.version.desc())
        .options(joinedload(PolicyVersion.policy))
    )
    if "version" in given:
        query = query.where(PolicyVersion.version == given["version"])
    else:
        query = query.where(PolicyVersion.published_at <= at)
    found = ctx.session.scalars(query.limit(1)).first()
    if found is None:
        raise NotFound(
            f"There is no such version of a policy {given['policy']}, or none was in force then."
        )
    return found


def _rows(
    ctx: Context, unit: Unit, version: PolicyVersion, at: datetime, seen: tuple[int, ...],
    batch: int,
) -> Iterator[Row]:  # fmt: skip
    known = parents(ctx)
    units = frozenset(one for one in known if unit.id in set(above(one, known)))
    last = seen[0] - 1  # the device of the place once more: it may have clauses left
    while found := _devices(ctx, units, at, last, batch):
        for one in _stood(ctx, found, at):
            for clause in version.clauses:
                if (one.device.id, clause.id) > seen:
                    yield _row(one, version, clause, at)
        last = found[-1].id


def _devices(
    ctx: Context, units: frozenset[int], at: datetime, last: int, batch: int
) -> Sequence[Device]:
    """The devices that were there, or may have been: retired since, or nobody knows when."""
    retired = (
        select(AuditRecord.id)
        .where(AuditRecord.subject_type == "device", AuditRecord.action == RETIRED)
        .where(AuditRecord.subject_id == cast(Device.id, String), AuditRecord.recorded_at <= at)
        .exists()
    )
    query = (
        select(Device)
        .join(Site, Site.id == Device.site_id)
        .where(Device.owned_by(units), Device.created_at <= at, Device.id > last)
        .where(or_(Device.state != "retired", and_(Device.state == "retired", ~retired)))
        .order_by(Device.id)
        .limit(batch)
    )
    return ctx.session.scalars(query).all()


def _stood(ctx: Context, devices: Sequence[Device], at: datetime) -> Iterator[_Seen]:
    found = standing_history.at(ctx, [one.id for one in devices], at)
    gone = _retired_at(ctx, [one.id for one in devices if one.state == "retired"])
    for one in devices:
        if one.state == "retired" and one.id not in gone:
            unknown = "the device is retired, and no record here tells since when"
            yield _Seen(device=one, stood=None, unknown=unknown)
        else:
            yield _Seen(device=one, stood=found.get(one.id), unknown=_unknown(ctx, at))


def _retired_at(ctx: Context, device_ids: Sequence[int]) -> Mapping[int, datetime]:
    """When the log says that devices were retired; records in an archive are missing."""
    query = (
        select(AuditRecord.subject_id, func.min(AuditRecord.recorded_at))
        .where(AuditRecord.subject_type == "device", AuditRecord.action == RETIRED)
        .where(AuditRecord.subject_id.in_([str(one) for one in device_ids]))
        .group_by(AuditRecord.subject_id)
    )
    rows = ctx.session.execute(query) if device_ids else ()
    return {int(device_id): at for device_id, at in rows}


def _unknown(ctx: Context, at: datetime) -> str:
    """Why nothing is known of a device that no judgement is kept of."""
    since = standing_history.kept_since(ctx)
    if since is not None and at < since:
        return f"judgements before {since:%F} are not kept, by the setting keep_standings_days"
    return "the device was not judged by then, or before judgements were kept over time"


def _row(seen: _Seen, version: PolicyVersion, clause: Clause, at: datetime) -> Row:
    standing, why = _standing(seen, clause)
    what, since = scope.device_subject(seen.device), seen.stood.since if seen.stood else None
    policy = f"{version.policy.code} version {version.version}"
    digest = seen.stood.digest if seen.stood else None
    return Row(
        place=f"{seen.device.id}:{clause.id}", at=since or at, who=PLATFORM, did="drift.judged",
        what=what,
        cells=(
            what, policy, clause.number, clause.text, standing, why, since,
            ", ".join(clause.rules), digest.hex() if digest else "",
        ),
    )  # fmt: skip


def _standing(seen: _Seen, clause: Clause) -> tuple[str, str]:
    """How the device stood to the clause, and the broken rules or why nothing is known."""
    if not clause.rules:
        return "not watched", "no rule watches the clause"
    if seen.stood is None:
        return "unknown", seen.unknown
    failed = seen.stood.failed
    broken = [f"{one}: {failed[one]}" for one in clause.rules if one in failed]
    if broken:
        return "broken", "; ".join(broken)
    if not set(clause.rules) & seen.stood.rules:
        return "not asked", "no rule of the clause spoke of such a device"
    return "kept", ""


QUESTION = Question(
    name="compliance",
    title="How did a unit comply on a date, under a version of a policy?",
    note="One row a device and clause, as it was judged then: a judgement holds until one that "
    "came to something else. Rules have the names that they had; the digest tells whether their "
    "texts were the same. Devices retired since count for the dates before. In which unit a "
    "device lies cannot be changed once it is set up, so it is as it was.",
    parameters=(
        Parameter(name="unit", kind="text", title="Unit's code", required=True),
        Parameter(name="at", kind="time", title="On that date", required=True),
        Parameter(name="policy", kind="text", title="Policy's code", required=True),
        Parameter(name="version", kind="number", title="Version, else the one in force then"),
    ),
    columns=(
        "device", "policy", "clause", "text", "standing", "why", "so since", "rules",
        "digest of the rules",
    ),
    read=read,
)  # fmt: skip
