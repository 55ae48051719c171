"""Expected facts of devices: approved, versioned, compared with what devices say they are.

Reads snapshots and relations; changes no device and no CMDB entry.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

from pydantic import TypeAdapter
from sqlalchemy import func, select

from core.context import Context
from core.errors import Conflict, InvalidInput
from drift import baselines, findings, locks, recording
from drift.attribution import Verdict
from drift.device_facts import (
    KINDS,
    DeviceFacts,
    Kind,
    compare,
    interfaces_of,
    packages_of,
)
from drift.engine import Assessment
from drift.models import Baseline, ExpectedFacts, Finding
from drift.recording import Shown
from inventory import snapshots
from inventory.models import Device, Relation
from inventory.relations import LLDP
from inventory.report_models import DeviceReport
from inventory.snapshot_models import Snapshot

FACTS = TypeAdapter(DeviceFacts)
FINDING = "facts"
MOST, LONGEST = 100_000, 500  # lines of one kind, characters of one line


class SnapshotOutdated(Conflict):
    """The device has shown something newer than the snapshot whose facts were to be approved."""

    code: ClassVar[str] = "snapshot_outdated"


class NoBaseline(Conflict):
    """Facts are judged beside a configuration; a device without a baseline has no findings."""

    code: ClassVar[str] = "no_baseline"


def approve_snapshot(
    ctx: Context, snapshot_id: int, *, reason: str, kinds: Collection[Kind] = KINDS
) -> ExpectedFacts:
    """Expect what the device says of itself now; kinds that are left out stay as they were.

    Needs `baseline.approve`. Raises SnapshotOutdated unless it is the last trusted snapshot.
    """
    snapshot = ctx.get(Snapshot, snapshot_id)
    ctx.require("baseline.approve", snapshot)
    last = snapshots.last_trusted(ctx, snapshot.device_id, "running")
    if last is None or last.id != snapshot.id:
        raise SnapshotOutdated(
            f"Snapshot {snapshot_id} is not the last trusted one of {snapshot.device.hostname}. "
            "Look at the last one and approve that.",
            snapshot=snapshot_id,
        )
    seen = observed(ctx, [snapshot])[snapshot.device_id].only(kinds)
    return _succeed(ctx, snapshot.device, seen, (), reason=reason, snapshot=snapshot)


def expect(
    ctx: Context, device_id: int, given: DeviceFacts, *,
    reason: str, forget: Collection[Kind] = (),
) -> ExpectedFacts:  # fmt: skip
    """Expect given facts; kinds that are not given stay as they were, forgotten ones may be any.

    Needs `baseline.approve`.
    """
    device = ctx.get(Device, device_id)
    ctx.require("baseline.approve", device)
    return _succeed(ctx, device, _checked(given), forget, reason=reason, snapshot=None)


def expected_for(ctx: Context, device_id: int) -> ExpectedFacts | None:
    """The facts expected of a device now, if any are."""
    return ctx.session.scalar(
        select(ExpectedFacts).where(
            ExpectedFacts.device_id == device_id, ExpectedFacts.valid_until.is_(None)
        )
    )


def versions(ctx: Context, device_id: int) -> tuple[ExpectedFacts, ...]:
    """All that was ever expected of a device, the newest first. Needs `snapshot.read`."""
    ctx.require("snapshot.read", ctx.get(Device, device_id))
    rows = select(ExpectedFacts).where(ExpectedFacts.device_id == device_id)
    return tuple(ctx.session.scalars(rows.order_by(ExpectedFacts.version.desc())))


def facts_of(row: ExpectedFacts) -> DeviceFacts:
    """The facts of a version as a value."""
    return FACTS.validate_python(row.facts)


def seen_now(ctx: Context, device_id: int) -> DeviceFacts | None:
    """What the device's last trusted snapshot and relations say. Needs `snapshot.read`."""
    last = snapshots.latest(ctx, device_id)
    return observed(ctx, [last])[device_id] if last else None


def check(ctx: Context, device_id: int) -> Assessment | None:
    """Compare without keeping anything; None where nothing is expected or was seen."""
    expected, seen = expected_for(ctx, device_id), seen_now(ctx, device_id)
    return compare(facts_of(expected), seen) if expected and seen else None


def judge_devices(ctx: Context, device_ids: Collection[int]) -> tuple[Finding, ...]:
    """Open, update or resolve these devices' findings of kind `facts`; those that stand now.

    Needs `drift.scan` on each device that differs or did. Devices of which nothing is expected,
    or that have no baseline or trusted snapshot, are left out.
    """
    rows = ctx.session.scalars(
        select(ExpectedFacts).where(
            ExpectedFacts.device_id.in_(device_ids), ExpectedFacts.valid_until.is_(None)
        )
    ).all()
    expected = {one.device_id: facts_of(one) for one in rows}
    if not expected:
        return ()
    last = {one.device_id: one for one in _latest(ctx, expected)}
    seen = observed(ctx, tuple(last.values()))
    alive = findings.alive_among(ctx, list(last), kind=FINDING)
    found = {key: compare(expected[key], said) for key, said in seen.items()}
    telling = {key: one for key, one in found.items() if not one.in_sync or key in alive}
    if not telling:
        return ()
    kept = recording.record(ctx, _shown(ctx, last, telling), attribute=explained, kind=FINDING)
    return tuple(one for one in kept if one is not None)


def observed(ctx: Context, of: Sequence[Snapshot]) -> Mapping[int, DeviceFacts]:
    """By device, what these snapshots and the devices' relations say."""
    ids = [one.device_id for one in of]
    neighbours: dict[int, list[str]] = defaultdict(list)
    rows = select(Relation).where(Relation.device_id.in_(ids), Relation.kind == LLDP)
    for row in ctx.session.scalars(rows):
        told = f"{row.interface} {row.peer_name} {row.peer_interface}"
        neighbours[row.device_id].append(told.strip())
    reports = select(DeviceReport).where(DeviceReport.device_id.in_(ids))
    modules = {one.device_id: _modules(one) for one in ctx.session.scalars(reports)}
    return {
        one.device_id: _said(ctx, one, neighbours[one.device_id], modules.get(one.device_id))
        for one in of
    }


def _modules(report: DeviceReport) -> tuple[str, ...] | None:
    """Name, part and serial number of what stands in the device; None where it told none."""
    lines = (f"{one['name']} {one['part']} {one['serial']}" for one in report.items)
    return tuple(sorted({" ".join(line.split()) for line in lines})) or None


def explained(_ctx: Context, _device_id: int, assessment: Assessment) -> Verdict:
    """No change of configuration explains that a device is another one than expected."""
    kinds = dict.fromkeys(one.line.partition(" ")[0] for one in assessment.differences)
    return Verdict(verdict="unexplained", reason=f"Not as expected: {', '.join(kinds)}.")


def _said(
    ctx: Context, snapshot: Snapshot, neighbours: Sequence[str], modules: tuple[str, ...] | None
) -> DeviceFacts:
    text = snapshots.text_of(ctx, snapshot.digest)
    platform = snapshot.device.platform
    said = {kind: str(value) for kind, value in snapshot.facts.items() if value}
    return DeviceFacts(
        os_version=said.get("os_version"),
        serial=said.get("serial"),
        model=said.get("model"),
        interfaces=interfaces_of(text, platform),
        modules=modules,
        neighbours=tuple(sorted(neighbours)),
        packages=packages_of(text) if platform == "linux" else None,
    )


def _latest(ctx: Context, device_ids: Collection[int]) -> Sequence[Snapshot]:
    """The last trusted running snapshots of these devices."""
    last = (
        select(func.max(Snapshot.id))
        .where(Snapshot.device_id.in_(device_ids), Snapshot.source == "running", Snapshot.trusted)
        .group_by(Snapshot.device_id)
    )
    return ctx.session.scalars(select(Snapshot).where(Snapshot.id.in_(last))).all()


def _shown(
    ctx: Context, last: Mapping[int, Snapshot], found: Mapping[int, Assessment]
) -> list[Shown]:
    """What the devices of these show that have a baseline."""
    rows = select(Baseline).where(Baseline.device_id.in_(found), Baseline.holds_at(ctx.now()))
    return [
        Shown(
            device=last[one.device_id].device, baseline=one, snapshot=last[one.device_id],
            assessment=found[one.device_id],
        )
        for one in ctx.session.scalars(rows.order_by(Baseline.device_id))
    ]  # fmt: skip


def _succeed(
    ctx: Context, device: Device, given: DeviceFacts, forget: Collection[Kind], *,
    reason: str, snapshot: Snapshot | None,
) -> ExpectedFacts:  # fmt: skip
    if not reason.strip():
        raise InvalidInput("Expected facts need a reason that an auditor will understand.")
    locks.lock_device(ctx, device.id)
    if baselines.newest(ctx, device.id) is None:
        raise NoBaseline(
            f"{device.hostname} has no baseline yet. Approve one first "
            f"(`trimtab baseline approve {device.hostname}`); facts are judged beside it."
        )
    last = expected_for(ctx, device.id)
    before = facts_of(last) if last else DeviceFacts()
    wanted = given.over(before).only(set(KINDS) - set(forget))
    if wanted == before and last is not None:
        return last
    if wanted == DeviceFacts():
        raise InvalidInput(f"Nothing would be expected of {device.hostname}. Give a fact.")
    if last is not None:
        last.valid_until = ctx.now()
        ctx.session.flush()
    row = ctx.add(
        ExpectedFacts(
            device_id=device.id, version=last.version + 1 if last else 1,
            facts=FACTS.dump_python(wanted, mode="json"),
            source="snapshot" if snapshot else "given",
            snapshot_id=snapshot.id if snapshot else None, reason=reason,
            approved_by_id=ctx.person.person_id, valid_from=ctx.now(),
        )
    )  # fmt: skip
    ctx.record(
        "facts.approved", row, device=device.hostname, source=row.source, reason=reason,
        facts=row.facts,
    )  # fmt: skip
    return row


def _checked(given: DeviceFacts) -> DeviceFacts:
    """The facts as they are compared, or InvalidInput."""
    for line in given.told:
        if len(line) > LONGEST or not line.isprintable() or line.split() == line.split()[:1]:
            raise InvalidInput(
                f"{line[:60]!r} is no fact: give one line of text, at most {LONGEST} characters."
            )
    if len(given.told) > MOST:
        raise InvalidInput(f"More than {MOST} facts are too many.")
    return given.tidy()
