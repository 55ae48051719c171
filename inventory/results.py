"""What collections come to: stored and recorded, many in one transaction. Opens no session."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from core.audit import Fact
from core.context import Action, Context
from core.errors import TrimtabError
from inventory import host_keys, originals, relations, reports, snapshots
from inventory.captures import Capture, Captures
from inventory.cleaning import told
from inventory.collecting.rest import rests_until
from inventory.drivers.errors import (
    AuthenticationRefused,
    DeviceTimeout,
    DeviceUnreachable,
    HostKeyChanged,
    UnsupportedPlatform,
)
from inventory.drivers.protocol import Collection
from inventory.drivers.reading import same_host
from inventory.models import Device, HostKey
from inventory.report_models import DeviceReport
from inventory.snapshots import Stored

Outcome = Literal[
    "changed", "unchanged", "untrusted", "unreachable", "refused", "host_key_changed", "timeout",
    "unsupported", "error",
]  # fmt: skip

RESTING: frozenset[Outcome] = frozenset({"unreachable", "refused", "host_key_changed", "timeout"})
"""Outcomes after which schedules leave a device alone for a while."""

GOOD: frozenset[Outcome] = frozenset({"changed", "unchanged"})
DETAIL = 2_000  # characters; some of an error's may be the device's own

OUTCOMES: tuple[tuple[type[TrimtabError], Outcome], ...] = (
    (DeviceUnreachable, "unreachable"),
    (AuthenticationRefused, "refused"),
    (HostKeyChanged, "host_key_changed"),
    (DeviceTimeout, "timeout"),
    (UnsupportedPlatform, "unsupported"),
    (TrimtabError, "error"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionOutcome:
    """How the collection of one device ended. `snapshot_id` is the running configuration's."""

    device_id: int
    hostname: str
    outcome: Outcome
    snapshot_id: int | None = None
    detail: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A collection that is over: what it brought, or why it brought nothing."""

    device: Device
    found: Captures | TrimtabError
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    ended: Ended
    outcome: Outcome
    detail: str
    running: Stored | None = None


def lock(ctx: Context, device_ids: Sequence[int]) -> dict[int, Device]:
    """The devices as they are now, locked against a second collection's result.

    Relations may come to point at them meanwhile.
    """
    rows = (
        select(Device)
        .where(Device.id.in_(device_ids))
        .order_by(Device.id)
        .with_for_update(key_share=True)
    )
    found = ctx.session.scalars(rows, execution_options={"populate_existing": True})
    return {device.id: device for device in found}


def look_up(ctx: Context, device_ids: Sequence[int]) -> list[object]:
    """Read what keeping these devices' results asks for, in a few statements.

    It is known to the session as long as the caller holds what this returns.
    """
    snapshots.look_up(ctx, device_ids)
    reported = select(DeviceReport).where(DeviceReport.device_id.in_(device_ids))
    keys = select(HostKey).where(HostKey.device_id.in_(device_ids))
    return [*ctx.session.scalars(reported), *ctx.session.scalars(keys)]


def keep_all(ctx: Context, ended: Sequence[Ended]) -> list[CollectionOutcome]:
    """Store what collections came to and record each; the caller locked them and commits."""
    with ctx.session.no_autoflush:
        kept = [_kept(ctx, one) for one in ended]
        relations.observed_all(ctx, [
            (one.ended.device, one.ended.found.collection.neighbours)
            for one in kept
            if one.outcome in GOOD and isinstance(one.ended.found, Captures)
        ])  # fmt: skip
    ctx.record_all([_action(one) for one in kept])
    return [_outcome(one) for one in kept]


def keep(ctx: Context, ended: Ended) -> CollectionOutcome:
    """As `keep_all`, of one device."""
    [outcome] = keep_all(ctx, [ended])
    return outcome


def _kept(ctx: Context, ended: Ended) -> _Kept:
    device, found = ended.device, ended.found
    kept = _failed(ctx, ended, found) if isinstance(found, TrimtabError) else (
        _stored(ctx, ended, found)
    )  # fmt: skip
    device.attempted_at = ctx.now()
    device.outcome = kept.outcome
    device.outcome_detail = kept.detail or None
    device.failures = device.failures + 1 if kept.outcome in RESTING else 0
    device.rests_until = rests_until(device.failures, ctx.now())
    return kept


def _stored(ctx: Context, ended: Ended, found: Captures) -> _Kept:
    device, collection = ended.device, found.collection
    if collection.host_key is not None and same_host(collection.hostname, device.hostname):
        host_keys.pin(ctx, device, collection.host_key)
    running = _store(ctx, device, found.running, collection)
    startup = None if found.startup is None else _store(ctx, device, found.startup, collection)
    if not running.snapshot.trusted:
        why = "; ".join(running.snapshot.doubts)
        return _Kept(ended=ended, outcome="untrusted", detail=why, running=running)
    device.model = collection.facts.model or device.model
    device.serial = collection.facts.serial or device.serial
    device.os_version = collection.facts.os_version or device.os_version
    reports.take(
        ctx, device, collection.facts, running=found.running.text,
        startup=None if found.startup is None else found.startup.text,
    )  # fmt: skip
    changed = running.changed or (startup is not None and startup.changed)
    return _Kept(
        ended=ended, outcome="changed" if changed else "unchanged", detail="", running=running
    )


def _store(ctx: Context, device: Device, capture: Capture, collection: Collection) -> Stored:
    """Keep a capture, and of a trusted one that held secrets its encrypted original."""
    stored = snapshots.store(
        ctx, device, source=capture.source, text=capture.text, doubts=capture.doubts,
        facts=_facts(collection),
    )  # fmt: skip
    if stored.changed and stored.snapshot.trusted and capture.original != capture.text:
        originals.keep(ctx, device, digest=stored.snapshot.digest, text=capture.original)
    return stored


def _facts(collection: Collection) -> dict[str, Fact]:
    """What identifies the device; what else it said changes by itself and is in its report."""
    said = collection.facts
    return {
        "hostname": collection.hostname, "model": said.model, "serial": said.serial,
        "os_version": said.os_version,
    }  # fmt: skip


def _failed(ctx: Context, ended: Ended, error: TrimtabError) -> _Kept:
    outcome = next(name for kind, name in OUTCOMES if isinstance(error, kind))
    if isinstance(error, HostKeyChanged):
        ctx.record("host_key.changed", ended.device, **error.facts)
    return _Kept(ended=ended, outcome=outcome, detail=told(error.message, longest=DETAIL))


def _action(kept: _Kept) -> Action:
    snapshot = kept.running.snapshot if kept.running else None
    facts: dict[str, Fact] = {
        "outcome": kept.outcome, "detail": kept.detail,
        "snapshot_id": snapshot.id if snapshot else None,
        "digest": snapshot.digest.hex() if snapshot else None,
    }  # fmt: skip
    return Action(action="device.collected", subject=kept.ended.device, facts=facts)


def _outcome(kept: _Kept) -> CollectionOutcome:
    device = kept.ended.device
    return CollectionOutcome(
        device_id=device.id, hostname=device.hostname, outcome=kept.outcome,
        snapshot_id=kept.running.snapshot.id if kept.running else None, detail=kept.detail,
        seconds=round(kept.ended.seconds, 3),
    )  # fmt: skip
