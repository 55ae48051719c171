"""The report on how a change ran: claims, devices by wave, what was seen afterwards. Reads only."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from changes.models import ChangeRequest, ChangeRun, ChangeTarget, VerificationResult
from changes.packs.change_log import said
from changes.packs.differences import Pair, compared, cut
from changes.packs.people import when
from changes.packs.report import Block, Comparison, Line, Section, Words, table
from changes.plans import Plan
from changes.running.models import GateResult
from core.context import Context
from inventory.snapshot_models import Snapshot

MOST = 1000  # rows of a table of devices
COMPARED = 300  # devices whose configurations stand beside each other
GROUPS = 50  # different lists of lines that are shown
NAMED = 5  # devices in the title of such a list


def ran(ctx: Context, change: ChangeRequest, plan: Plan) -> Sequence[Section]:
    """What ran where, what was seen afterwards, and what became of each configuration."""
    runs = ctx.session.scalars(
        select(ChangeRun).where(ChangeRun.change_id == change.id).order_by(ChangeRun.id)
    ).all()
    seen = ctx.session.scalars(
        select(VerificationResult)
        .where(VerificationResult.run_id.in_([one.id for one in runs]))
        .order_by(VerificationResult.id)
    ).all()
    names = {target.device_id: target.hostname for target in change.targets}
    return (
        Section(
            title="What ran where",
            blocks=(*_claims(runs), *_devices(change, plan)),
        ),
        *((said(ctx, runs),) if runs else ()),
        Section(
            title="What was seen afterwards",
            blocks=(*_verified(seen, names), *_gates(ctx, runs, names)),
        ),
        _became(ctx, plan, seen),
    )  # fmt: skip


def _claims(runs: Sequence[ChangeRun]) -> Sequence[Block]:
    if not runs:
        return (Words(text="Nothing ran."),)
    rows = [
        (str(one.id), one.worker, when(one.claimed_at), when(one.started_touching_at),
         when(one.finished_at), one.outcome or "-")
        for one in runs
    ]  # fmt: skip
    columns = ("run", "worker", "claimed (UTC)", "touched devices from", "ended", "outcome")
    return (table(columns, rows, widths=(6, 14, 16, 16, 16, 32), most=MOST),)


def _devices(change: ChangeRequest, plan: Plan) -> Sequence[Block]:
    waves = {key: number for number, wave in enumerate(plan.waves, 1) for key in wave.devices}
    lines = {one.device_id: len(one.lines) + len(one.files) for one in plan.targets}
    rows = [
        (
            _wave(waves.get(one.device_id, one.wave + 1)), one.hostname,
            one.state.replace("_", " "), when(one.touched_at), str(lines.get(one.device_id, 0)),
            one.result or "-",
        )
        for one in sorted(change.targets, key=lambda one: _order(one, waves))
    ]  # fmt: skip
    columns = ("wave", "device", "is", "touched (UTC)", "lines and files", "result")
    return (table(columns, rows, widths=(10, 20, 12, 16, 8, 34), most=MOST),)


def typed(plan: Plan) -> Sequence[Block]:
    """The lines that were to be typed, told once for all devices that have the same ones."""
    alike = defaultdict[tuple[str, ...], list[str]](list)
    for target in plan.targets:
        files = tuple(f"file {one.path}" for one in target.files)
        alike[target.lines + files].append(target.hostname)
    groups = [(lines, hosts) for lines, hosts in alike.items() if lines][:GROUPS]
    return tuple(
        Comparison(
            title=f"Lines for {', '.join(hosts[:NAMED])}"
            + (f" and {len(hosts) - NAMED} more" if len(hosts) > NAMED else ""),
            lines=cut([Line(kind="equal", text=one) for one in lines]),
        )
        for lines, hosts in groups
    )  # fmt: skip


def _order(target: ChangeTarget, waves: Mapping[int, int]) -> tuple[int, str]:
    return waves.get(target.device_id, target.wave + 1), target.hostname


def _wave(number: int) -> str:
    return "1 (canary)" if number == 1 else str(number)


def _verified(seen: Sequence[VerificationResult], names: Mapping[int, str]) -> Sequence[Block]:
    if not seen:
        return (Words(text="No device was looked at after a run."),)
    rows = [
        (when(one.verified_at), names.get(one.device_id, str(one.device_id)), str(one.run_id),
         "yes" if one.as_declared else "NO", one.detail)
        for one in seen
    ]  # fmt: skip
    columns = ("when (UTC)", "device", "run", "as declared", "what was seen")
    return (table(columns, rows, widths=(16, 20, 6, 10, 48), most=MOST),)


def _gates(ctx: Context, runs: Sequence[ChangeRun], names: Mapping[int, str]) -> Sequence[Block]:
    found = ctx.session.scalars(
        select(GateResult)
        .where(GateResult.run_id.in_([one.id for one in runs]))
        .order_by(GateResult.id)
        .limit(MOST + 1)
    )
    rows = [
        (when(one.looked_at), names.get(one.device_id, str(one.device_id)),
         f"{one.name} {one.moment} wave {one.wave + 1}", "passed" if one.passed else "FAILED",
         one.detail)
        for one in found
    ]  # fmt: skip
    columns = ("when (UTC)", "device", "check", "result", "detail")
    return (table(columns, rows, widths=(16, 20, 20, 10, 34), most=MOST),) if rows else ()


def _became(ctx: Context, plan: Plan, seen: Sequence[VerificationResult]) -> Section:
    """By device what it showed before the change and what after its last verification."""
    after = {one.device_id: one.snapshot_id for one in seen}
    query = select(Snapshot.id, Snapshot.digest).where(Snapshot.id.in_(after.values()))
    digests = {row.id: row.digest for row in ctx.session.execute(query)}
    pairs = [
        Pair(
            title=one.hostname,
            before=bytes.fromhex(one.pre_state),
            after=digests.get(after.get(one.device_id) or 0),
        )
        for one in plan.targets[:COMPARED]
    ]
    more = len(plan.targets) - len(pairs)
    blocks = list(compared(ctx, pairs))
    if more:
        blocks.append(Words(text=f"{more} more devices: their configurations are in the pack."))
    return Section(title="What became of each configuration", blocks=blocks)
