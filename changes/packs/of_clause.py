"""What belongs to a pack of one clause of a policy over a period. Reads only.

A judgement of a rule is a row and no record: what a device was judged from is here, so that anybody
can judge it again, but the judgement itself is bound by the manifest's signature alone.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from changes.packs import selecting
from changes.packs.clause_report import report
from changes.packs.model import Gathered, OfClause, Period
from changes.packs.of_device import snapshots_of
from changes.packs.of_unit import devices_of
from changes.packs.standings import broken_in
from changes.questions import scope
from changes.questions.sight import in_sight
from core.audit import AuditRecord, Subject
from core.context import Context
from core.errors import NotFound
from core.sight import Sight
from drift.models import Baseline, Finding
from inventory.snapshot_models import Snapshot
from organization.models import Clause, Policy, PolicyVersion
from organization.units import units_below

LEFT_OUT = (
    (
        "A judgement of a rule is kept as a row, not as a record of the log: the "
        "configurations that were judged are here and proven, the table of what was broken is "
        "bound by the manifest's signature alone. Who doubts it judges the configurations "
        "again by the rules named."
    ),
    "Configurations are here of devices that broke the clause in the period, no others.",
    "Rules are named as they were asked; their words are those in force now.",
)
JUDGEMENTS = (
    "Records of judgements tell how many devices were judged together and which of them "
    "differed, also those of other units, as they were sealed so."
)
NO_JUDGEMENTS = (
    "Records of judgements also tell of devices of other units: only those are here that whoever "
    "made this pack sees. Who audits the whole organization makes it with all of them."
)
DECISIONS = ("finding.suppressed", "finding.suppression_ended", "finding.accepted")
JUDGED = ("drift.scanned", "drift.judged")


def gather(ctx: Context, wanted: OfClause) -> Gathered:
    """How the clause was watched. Needs `audit.read` in the policy's unit."""
    version, clause = _clause(ctx, wanted)
    policy, period = version.policy, wanted.period
    ctx.require(scope.AUDIT, policy)
    devices, within = devices_of(ctx, units_below(ctx, policy.unit_id)), in_sight(ctx)
    broken = broken_in(ctx, devices, frozenset(clause.rules), period)
    guilty = frozenset(one.device_id for one in broken)
    shown = snapshots_of(ctx, guilty, period) if guilty else ()
    label = f"{policy.code} version {version.version} clause {clause.number}"
    return Gathered(
        subject=Subject(type="clause", id=str(clause.id), label=label), period=period,
        records=_published(ctx, policy, period) | _judged(ctx, period, within)
        | _decided(ctx, guilty, period) | _collected(ctx, shown, period),
        report=report(
            ctx, version, clause, period, devices=len(devices), broken=broken
        ),
        since=period.since, left_out=(*LEFT_OUT, NO_JUDGEMENTS if within else JUDGEMENTS),
        texts=frozenset(one.digest for one in shown),
    )  # fmt: skip


def _clause(ctx: Context, wanted: OfClause) -> tuple[PolicyVersion, Clause]:
    """The clause in the version that is asked for, else in the newest one before the end."""
    query = (
        select(PolicyVersion)
        .join(Policy, Policy.id == PolicyVersion.policy_id)
        .where(Policy.code == wanted.policy)
        .order_by(PolicyVersion.version.desc())
        .options(joinedload(PolicyVersion.policy))
    )
    if wanted.version is not None:
        query = query.where(PolicyVersion.version == wanted.version)
    elif wanted.period.until is not None:
        query = query.where(PolicyVersion.published_at < wanted.period.until)
    version = ctx.session.scalars(query.limit(1)).first()
    found = version.clauses if version else []
    clause = next((one for one in found if one.number == wanted.number), None)
    if version is None or clause is None:
        raise NotFound(
            f"There is no clause {wanted.number} of a policy {wanted.policy} in such a version; "
            "`trimtab policy list` tells which there are.",
            type="clause",
        )
    return version, clause


def _published(ctx: Context, policy: Policy, period: Period) -> frozenset[int]:
    """All that was published of the policy until the end of the period."""
    return selecting.about(ctx, {"policy": [policy.id]}, period=Period(until=period.until))


def _judged(ctx: Context, period: Period, within: Sight | None) -> frozenset[int]:
    """When devices were judged: how many together, and the names of those that differed."""
    query = select(AuditRecord.id).where(AuditRecord.action.in_(JUDGED), *selecting.within(period))
    query = query if within is None else query.where(within(AuditRecord))
    return frozenset(ctx.session.scalars(query))


def _decided(ctx: Context, devices: frozenset[int], period: Period) -> frozenset[int]:
    """What was put up with on the devices that broke it, and what became their baseline."""
    findings = select(Finding.id).where(selecting.one_of(Finding.device_id, devices))
    baselines = select(Baseline.id).where(selecting.one_of(Baseline.device_id, devices))
    return selecting.about(
        ctx, {"finding": ctx.session.scalars(findings).all()}, period=period, actions=DECISIONS
    ) | selecting.about(ctx, {"baseline": ctx.session.scalars(baselines).all()}, period=period)


def _collected(ctx: Context, shown: Sequence[Snapshot], period: Period) -> frozenset[int]:
    by_device: dict[int, set[bytes]] = {}
    for one in shown:
        by_device.setdefault(one.device_id, set()).add(one.digest)
    return selecting.collections(ctx, by_device, until=period.until)
