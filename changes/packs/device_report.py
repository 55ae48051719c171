"""The report on a device over a period: what it showed, what changed it. Reads only."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from changes.models import Approval, ChangeRequest
from changes.packs.differences import Pair, compared
from changes.packs.model import Period
from changes.packs.people import named, short, when
from changes.packs.report import Block, Pairs, Report, Section, Words, table
from core.context import Context
from core.counting import counted
from inventory.models import Device
from inventory.snapshot_models import Snapshot

MOST = 1000
COMPARED = 200  # pairs of configurations that stand beside each other


def report(
    ctx: Context, device: Device, period: Period, shown: Sequence[Snapshot], changes: Sequence[int]
) -> Report:
    """What an auditor reads first of a device."""
    rows = [one for one in shown if one.trusted and one.source == "running"]
    return Report(
        title=f"Device {device.hostname}",
        lead=f"What happened to {device.hostname} {period.words}: "
        f"{counted(len(rows), 'configuration was', 'configurations were')} seen, "
        f"{counted(len(changes), 'change was', 'changes were')} requested for it or under way.",
        sections=(
            Section(title="The device", blocks=(_device(device, period),)),
            Section(title="What it showed", blocks=(*_shown(shown, period), *_became(ctx, rows))),
            changes_section(ctx, changes, frozenset({device.id})),
        ),
    )  # fmt: skip


def _device(device: Device, period: Period) -> Pairs:
    return Pairs(rows=(
        ("Hostname", device.hostname), ("Platform", device.platform), ("Site", device.site.code),
        ("In the CMDB since", when(device.created_at)), ("Period", period.words),
    ))  # fmt: skip


def _shown(shown: Sequence[Snapshot], period: Period) -> Sequence[Block]:
    if not shown:
        return (Words(text="It was not read in this period."),)
    rows = [
        (
            when(one.first_seen_at), _until(one, period), one.source, str(one.lines),
            "yes" if one.trusted else "; ".join(one.doubts), short(one.digest.hex()),
        )
        for one in shown
    ]  # fmt: skip
    columns = ("first seen (UTC)", "last seen", "kind", "lines", "trusted", "digest")
    return (table(columns, rows, widths=(18, 18, 10, 8, 26, 20), most=MOST),)


def _until(one: Snapshot, period: Period) -> str:
    """When it was seen last, as far as the period goes: what comes after is no part of it."""
    if period.until is not None and one.last_seen_at >= period.until:
        return "to the end of the period"
    return when(one.last_seen_at)


def _became(ctx: Context, rows: Sequence[Snapshot]) -> Sequence[Block]:
    pairs = [
        Pair(title=f"On {when(after.first_seen_at)} UTC", before=before.digest, after=after.digest)
        for before, after in pairwise(rows)
    ]
    blocks = list(compared(ctx, pairs[-COMPARED:]))
    if len(pairs) > COMPARED:
        more = len(pairs) - COMPARED
        blocks.append(Words(text=f"{more} earlier changes: the configurations are in the pack."))
    return blocks


def changes_section(ctx: Context, changes: Sequence[int], devices: frozenset[int]) -> Section:
    """The changes with their votes, and where the devices in question stand."""
    found = ctx.session.scalars(
        select(ChangeRequest)
        .where(ChangeRequest.id.in_(changes[-MOST:]))
        .order_by(ChangeRequest.id)
        .options(
            selectinload(ChangeRequest.targets), joinedload(ChangeRequest.requested_by),
            selectinload(ChangeRequest.approvals).options(
                joinedload(Approval.person), joinedload(Approval.behalf)
            ),
        )
    ).all()  # fmt: skip
    rows = [_change(one, devices) for one in found]
    columns = ("requested (UTC)", "change", "requested by", "is", "votes", "on the device")
    blocks: list[Block] = [table(columns, rows, widths=(14, 20, 14, 10, 24, 18), most=MOST)]
    if not rows:
        blocks = [Words(text="There was none.")]
    elif len(changes) > MOST:
        blocks.append(
            Words(text=f"{len(changes) - MOST} earlier changes are told by records only.")
        )
    return Section(title="Changes", blocks=blocks)


def _change(change: ChangeRequest, devices: frozenset[int]) -> tuple[str, ...]:
    mine = [one for one in change.targets if one.device_id in devices]
    where = mine[0].result or mine[0].state if len(mine) == 1 else f"{len(mine)} devices"
    return (
        when(change.requested_at), f"{change.label} ({change.kind})", named(change.requested_by),
        change.state.replace("_", " "), "; ".join(_votes(change)) or "none", where,
    )  # fmt: skip


def _votes(change: ChangeRequest) -> Iterator[str]:
    for one in change.approvals:
        behalf = f" for {named(one.behalf)}" if one.behalf else ""
        void = " (void)" if one.voided_at else ""
        yield f"{named(one.person)}{behalf} {one.decision} {when(one.decided_at)}{void}"
