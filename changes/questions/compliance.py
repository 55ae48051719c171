"""How a unit's devices stood to a version of a policy on a date. Reads only.

Of each device the last judgement is kept. It stands from its time until today, so it answers for
every date since; for a date before it nothing is kept, and the row says so.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from changes.questions import scope
from changes.questions.answers import Given, Parameter, Question, Row
from core.audit import Subject
from core.context import Context
from core.errors import InvalidInput, NotFound
from drift.models import Judged
from drift.noise.reach import above, parents
from inventory.models import Device, Site
from organization.models import Clause, Policy, PolicyVersion, Unit
from organization.units import by_code

PLATFORM = Subject(type="platform", id="trimtab", label="trimtab")


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
        for device, judged in found:
            for clause in version.clauses:
                if (device.id, clause.id) > seen:
                    yield _row(device, judged, version, clause, at)
        last = found[-1][0].id


def _devices(
    ctx: Context, units: frozenset[int], at: datetime, last: int, batch: int
) -> Sequence[tuple[Device, Judged | None]]:
    query = (
        select(Device, Judged)
        .join(Site, Site.id == Device.site_id)
        .outerjoin(Judged, Judged.device_id == Device.id)
        .where(Device.owned_by(units), Device.created_at <= at, Device.id > last)
        .where(Device.state != "retired")
        .order_by(Device.id)
        .limit(batch)
    )
    return [(device, judged) for device, judged in ctx.session.execute(query)]


def _row(
    device: Device, judged: Judged | None, version: PolicyVersion, clause: Clause, at: datetime
) -> Row:
    standing, why = _standing(judged, clause, at)
    what = scope.device_subject(device)
    policy = f"{version.policy.code} version {version.version}"
    return Row(
        place=f"{device.id}:{clause.id}", at=judged.judged_at if judged else at, who=PLATFORM,
        did="drift.judged", what=what,
        cells=(
            what, policy, clause.number, clause.text, standing, why,
            judged.judged_at if judged else None, ", ".join(clause.rules),
        ),
    )  # fmt: skip


def _standing(judged: Judged | None, clause: Clause, at: datetime) -> tuple[str, str]:
    """How the device stood to the clause, and the broken rules or why nothing is known."""
    if not clause.rules:
        return "not watched", "no rule watches the clause"
    if judged is None:
        return "unknown", "the device was never judged"
    if judged.judged_at > at:
        return "unknown", "it was judged anew since; what was before is not kept"
    broken = [f"{one}: {judged.failed[one]}" for one in clause.rules if one in judged.failed]
    if broken:
        return "broken", "; ".join(broken)
    if not set(clause.rules) & set(judged.rules):
        return "not asked", "no rule of the clause speaks of such a device"
    return "kept", ""


QUESTION = Question(
    name="compliance",
    title="How did a unit comply on a date, under a version of a policy?",
    note="One row a device and clause. The last judgement of a device answers for all dates since "
    "it; for dates before it nothing is kept. Rules are named as they were asked; a rule whose "
    "text changed keeps its name. Devices retired since are left out.",
    parameters=(
        Parameter(name="unit", kind="text", title="Unit's code", required=True),
        Parameter(name="at", kind="time", title="On that date", required=True),
        Parameter(name="policy", kind="text", title="Policy's code", required=True),
        Parameter(name="version", kind="number", title="Version, else the one in force then"),
    ),
    columns=(
        "device", "policy", "clause", "text", "standing", "why", "judged at", "rules",
    ),
    read=read,
)  # fmt: skip
