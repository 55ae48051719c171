"""Which change a snapshot is the effect of, for the history of configurations. Reads only."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSONPATH

from changes.following import EFFECT
from changes.models import ChangeRequest, ChangeRun, ChangeTarget, VerificationResult
from core.context import Context
from drift.models import Baseline
from inventory.snapshot_models import Snapshot
from inventory.store.causes import Cause
from inventory.store.fast_import import Person
from organization import models


def causes(ctx: Context, snapshot_ids: Collection[int]) -> Mapping[int, Cause]:
    """The changes that these snapshots first showed the effect of, by the snapshots' ids.

    Of a run: what its verification saw, unless that stood there before the run. By hand: what was
    observed exactly as declared and became the baseline.
    """
    pairs = dict(_by_runs(ctx, snapshot_ids)) | dict(_by_hand(ctx, snapshot_ids))
    changes = {
        change.id: change
        for change in ctx.session.scalars(
            select(ChangeRequest).where(ChangeRequest.id.in_(set(pairs.values())))
        )
    }
    return {one: _cause(changes[change_id]) for one, change_id in pairs.items()}


def texts_planned_from(ctx: Context) -> frozenset[bytes]:
    """The digests of the texts that any change was planned from: its evidence."""
    path = cast(literal("$.targets[*].pre_state"), JSONPATH)
    plans = ctx.session.scalars(select(func.jsonb_path_query_array(ChangeRequest.plan, path)))
    return frozenset(bytes.fromhex(one) for digests in plans for one in digests if one)


def _by_runs(ctx: Context, snapshot_ids: Collection[int]) -> Iterable[tuple[int, int]]:
    rows = ctx.session.execute(
        select(VerificationResult.snapshot_id, ChangeRun.change_id)
        .join(ChangeRun, ChangeRun.id == VerificationResult.run_id)
        .join(Snapshot, Snapshot.id == VerificationResult.snapshot_id)
        .where(Snapshot.id.in_(snapshot_ids), Snapshot.first_seen_at >= ChangeRun.claimed_at)
        .order_by(VerificationResult.id.desc())
    )
    return ((row.snapshot_id, row.change_id) for row in rows if row.snapshot_id is not None)


def _by_hand(ctx: Context, snapshot_ids: Collection[int]) -> Iterable[tuple[int, int]]:
    rows = ctx.session.execute(
        select(Baseline.snapshot_id, ChangeTarget.change_id)
        .join(ChangeTarget, ChangeTarget.device_id == Baseline.device_id)
        .where(Baseline.snapshot_id.in_(snapshot_ids))
        .where(Baseline.reason == literal(EFFECT) + cast(ChangeTarget.change_id, Text))
    )
    return ((row.snapshot_id, row.change_id) for row in rows if row.snapshot_id is not None)


def _cause(change: ChangeRequest) -> Cause:
    approved = [one for one in change.approvals if one.decision == "approved" and not one.voided_at]
    return Cause(
        change_id=change.id, title=change.title, requested_by=_person(change.requested_by),
        approved_by=tuple(_person(one.person) for one in approved),
    )  # fmt: skip


def _person(row: models.Person) -> Person:
    return Person(row.name, row.email or "")
