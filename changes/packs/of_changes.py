"""What belongs to changes: their records, plans, executions and configurations. Reads only.

With `only` it is reduced to some devices: what concerns all devices of a change as one, such as its
plan and its log, is then left out unless the change is about none but those.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import selectinload

from changes.approving.models import Delegation
from changes.calendar.models import FreezeException
from changes.catalogue.models import StandardChange
from changes.models import Approval, ChangeRequest, ChangeRun, VerificationResult
from changes.packs import selecting
from changes.packs.model import Period
from changes.plans import Plan
from changes.requests import plan_of
from changes.risk.models import RiskPolicy
from core.audit import AuditRecord
from core.context import Context
from drift.models import Finding
from inventory.snapshot_models import Snapshot

AT_ONCE = timedelta(microseconds=1)
AT_A_TIME = 50
"""Changes whose plans are held in memory together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What of the log and the store belongs to some changes.

    Of the `whole` ones everything does; `partly` are those of which only some devices count.
    """

    records: frozenset[int] = frozenset()
    whole: tuple[int, ...] = ()
    partly: tuple[int, ...] = ()
    texts: frozenset[bytes] = frozenset()

    def __or__(self, other: "Part") -> "Part":
        return Part(
            records=self.records | other.records, whole=self.whole + other.whole,
            partly=self.partly + other.partly, texts=self.texts | other.texts,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """The changes with those of their targets, runs and verifications that are looked at."""

    changes: Sequence[ChangeRequest]
    plans: Mapping[int, Plan]
    whole: frozenset[int]
    devices: frozenset[int]
    findings: Sequence[Finding]
    runs: Mapping[int, int]
    verified: Sequence[tuple[int, bytes]]

    @property
    def ids(self) -> frozenset[int]:
        return frozenset(one.id for one in self.changes)


def part_of(ctx: Context, ids: Collection[int], *, only: frozenset[int] | None = None) -> Part:
    """All that belongs to these changes."""
    part, left = Part(), iter(sorted(ids))
    while some := list(islice(left, AT_A_TIME)):
        part |= _part(ctx, some, only)
    return part


def _part(ctx: Context, ids: Sequence[int], only: frozenset[int] | None) -> Part:
    rows = _rows(ctx, ids, only)
    shown = _shown(rows, only)
    core = _core(ctx, rows)
    until = selecting.last_time(ctx, core)
    around = Period(until=until + AT_ONCE if until else None)
    return Part(
        records=core | _around(ctx, rows, core, around)
        | selecting.collections(ctx, shown, until=around.until),
        whole=tuple(sorted(rows.whole)), partly=tuple(sorted(rows.ids - rows.whole)),
        texts=frozenset(digest for digests in shown.values() for digest in digests),
    )  # fmt: skip


def _rows(ctx: Context, ids: Collection[int], only: frozenset[int] | None) -> _Rows:
    changes = ctx.session.scalars(
        select(ChangeRequest)
        .where(ChangeRequest.id.in_(ids))
        .order_by(ChangeRequest.id)
        .options(selectinload(ChangeRequest.targets))
    ).all()
    targets = [
        target for one in changes for target in one.targets
        if only is None or target.device_id in only
    ]  # fmt: skip
    every = {one.id: {target.device_id for target in one.targets} for one in changes}
    runs = ctx.session.execute(
        select(ChangeRun.id, ChangeRun.change_id).where(ChangeRun.change_id.in_(every))
    )
    by_run = {row.id: row.change_id for row in runs}
    devices = frozenset(target.device_id for target in targets)
    found = {target.finding_id for target in targets if target.finding_id is not None}
    return _Rows(
        changes=changes, plans={one.id: plan_of(one) for one in changes},
        whole=frozenset(key for key, mine in every.items() if only is None or mine <= only),
        devices=devices, runs=by_run, verified=_verified(ctx, by_run, devices),
        findings=ctx.session.scalars(select(Finding).where(Finding.id.in_(found))).all(),
    )  # fmt: skip


def _verified(
    ctx: Context, runs: Collection[int], devices: Collection[int]
) -> list[tuple[int, bytes]]:
    """By device what it showed after a run."""
    query = (
        select(VerificationResult.device_id, Snapshot.digest)
        .join(Snapshot, Snapshot.id == VerificationResult.snapshot_id)
        .where(VerificationResult.run_id.in_(runs), VerificationResult.device_id.in_(devices))
    )
    return [(device, digest) for device, digest in ctx.session.execute(query)]


def _shown(rows: _Rows, only: frozenset[int] | None) -> Mapping[int, set[bytes]]:
    """By device the configurations before and after."""
    shown = defaultdict[int, set[bytes]](set)
    for plan in rows.plans.values():
        for target in plan.targets:
            if only is None or target.device_id in only:
                shown[target.device_id].add(bytes.fromhex(target.pre_state))
    for device, digest in rows.verified:
        shown[device].add(digest)
    return shown


def _core(ctx: Context, rows: _Rows) -> frozenset[int]:
    """What was recorded of the changes themselves, and of their runs where all devices count."""
    exceptions = select(FreezeException.id).where(FreezeException.change_id.in_(rows.ids))
    runs = [run for run, change in rows.runs.items() if change in rows.whole]
    mine = {"device": rows.devices, "finding": {one.id for one in rows.findings}}
    return (
        selecting.about(ctx, {
            "change_request": rows.ids, "change_run": runs,
            "freeze_exception": ctx.session.scalars(exceptions).all(),
        })
        | selecting.telling(ctx, mine, fact="change", values=rows.ids)
        | selecting.telling(ctx, mine, fact="execution", values=rows.runs)
        | selecting.worked_on(ctx, changes=rows.whole, runs=runs)
    )  # fmt: skip


def _around(ctx: Context, rows: _Rows, core: frozenset[int], period: Period) -> frozenset[int]:
    """What they rest on, as far as it was written before their last record."""
    near = {one for change in rows.changes for one in (change.rolls_back_id, change.reruns_id)}
    problems = {one.problem_id for one in rows.changes}
    subjects = {
        "change_request": _some(near), "problem": _some(problems),
        "finding": {one.id for one in rows.findings},
        "event": _some({one.event_id for one in rows.findings}),
        "baseline": {one.baseline_id for one in rows.findings},
        "delegation": _delegations(ctx, rows), "standard_change": _entries(ctx, rows),
        "risk_policy": _formulas(ctx, rows), "change_freeze": _freezes(ctx, rows),
        "post": selecting.posts_of(ctx, core),
    }  # fmt: skip
    calendar = _calendar(ctx, core)
    return selecting.about(ctx, selecting.merged(subjects, calendar), period=period)


def _some(keys: Collection[int | None]) -> set[int]:
    return {one for one in keys if one is not None}


def _delegations(ctx: Context, rows: _Rows) -> set[int]:
    """Those that let somebody vote on another one's behalf."""
    query = (
        select(Delegation.id)
        .join(Approval, and_(
            Approval.behalf_id == Delegation.person_id, Approval.person_id == Delegation.deputy_id,
            Approval.decided_at >= Delegation.begins_at, Approval.decided_at < Delegation.ends_at,
        ))
        .where(Approval.change_id.in_(rows.ids))
    )  # fmt: skip
    return set(ctx.session.scalars(query))


def _entries(ctx: Context, rows: _Rows) -> set[int]:
    """Entries of the catalogue that standard changes were made from."""
    sources = {
        (plan.source.name, plan.source.version) for plan in rows.plans.values() if plan.source
    }
    if not sources:
        return set()
    named = or_(*(
        and_(StandardChange.name == name, StandardChange.version == version)
        for name, version in sorted(sources)
    ))  # fmt: skip
    return set(ctx.session.scalars(select(StandardChange.id).where(named)))


def _formulas(ctx: Context, rows: _Rows) -> set[int]:
    """The policies that said how risky they are."""
    told = {plan.risk.policy for plan in rows.plans.values() if plan.risk}
    return set(ctx.session.scalars(select(RiskPolicy.id).where(RiskPolicy.digest.in_(told))))


def _freezes(ctx: Context, rows: _Rows) -> set[int]:
    query = select(FreezeException.freeze_id).where(FreezeException.change_id.in_(rows.ids))
    return set(ctx.session.scalars(query))


def _calendar(ctx: Context, core: Collection[int]) -> selecting.Subjects:
    """Windows and freezes that were edited while the changes depended on them."""
    query = select(AuditRecord.facts).where(
        selecting.numbered(core), AuditRecord.action == "change.calendar_moved"
    )
    found = defaultdict[str, set[int]](set)
    for facts in ctx.session.scalars(query):
        found[f"change_{facts['kind']}"].add(int(str(facts["number"])))
    return found
