"""What belongs to a pack of one device over a period. Reads only."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select

from changes.models import ChangeRequest, ChangeTarget
from changes.packs import selecting
from changes.packs.device_report import report
from changes.packs.model import Gathered, OfDevice, Period
from changes.packs.of_changes import part_of
from changes.questions import scope
from core.context import Context
from drift.models import Baseline, ExpectedFacts, Finding
from inventory.snapshot_models import Snapshot
from operations.models import Event

LEFT_OUT = (
    (
        "Changes that touched the device are told from their request to their end, also "
        "beyond the period. Of changes that concern other devices too, what is about those is "
        "left out, and so are the plan and the log of the execution, which are about all of "
        "them: the change's own pack has them. The change's own records name all of its "
        "devices, as they were sealed so."
    ),
    (
        "The texts of baselines that were written by hand are left out; their digests are in "
        "the records."
    ),
)


def gather(ctx: Context, wanted: OfDevice) -> Gathered:
    """All that was recorded of the device in the period. Needs `audit.read` on it."""
    device, period = scope.device(ctx, wanted.hostname), wanted.period
    only = frozenset({device.id})
    changes = touching(ctx, only, period)
    part = part_of(ctx, changes, only=only)
    shown = snapshots_of(ctx, only, period)
    digests = {one.digest for one in shown}
    records = part.records | selecting.about(ctx, subjects(ctx, only), period=period)
    records |= selecting.collections(ctx, {device.id: digests}, until=period.until)
    return Gathered(
        subject=scope.device_subject(device), period=period, records=records,
        report=report(ctx, device, period, shown, changes), since=period.since, left_out=LEFT_OUT,
        changes=part.whole, texts=part.texts | digests,
    )  # fmt: skip


def touching(ctx: Context, devices: frozenset[int], period: Period) -> Sequence[int]:
    """The changes of these devices that were open in the period."""
    query = (
        select(ChangeTarget.change_id)
        .join(ChangeRequest, ChangeRequest.id == ChangeTarget.change_id)
        .where(selecting.one_of(ChangeTarget.device_id, devices), *_open(period))
        .distinct()
        .order_by(ChangeTarget.change_id)
    )
    return ctx.session.scalars(query).all()


def _open(period: Period) -> list[ColumnElement[bool]]:
    bounds = list[ColumnElement[bool]]()
    if period.until is not None:
        bounds.append(ChangeRequest.requested_at < period.until)
    if period.since is not None:
        closed = ChangeRequest.closed_at
        bounds.append(or_(closed.is_(None), closed >= period.since))
    return bounds


def snapshots_of(ctx: Context, devices: frozenset[int], period: Period) -> Sequence[Snapshot]:
    """What the devices showed in the period, by device and time."""
    query = select(Snapshot).where(selecting.one_of(Snapshot.device_id, devices))
    if period.since is not None:
        query = query.where(Snapshot.last_seen_at >= period.since)
    if period.until is not None:
        query = query.where(Snapshot.first_seen_at < period.until)
    rows = query.order_by(Snapshot.device_id, Snapshot.source, Snapshot.id)
    return ctx.session.scalars(rows).all()


def subjects(ctx: Context, devices: frozenset[int]) -> selecting.Subjects:
    """Everything whose records are about these devices."""
    found: dict[str, Sequence[int]] = {"device": sorted(devices)}
    for table in (Snapshot, Finding, Baseline, ExpectedFacts, Event):
        owned = select(table.id).where(selecting.one_of(table.device_id, devices))
        found[table.__tablename__] = ctx.session.scalars(owned).all()
    return found
