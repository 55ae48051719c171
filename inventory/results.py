"""What collections come to: stored and recorded, many in one transaction. Opens no session."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import select

from core.audit import Fact
from core.context import Action, Context
from core.errors import TrimtabError
from inventory import commitments, host_keys, originals, relations, reports, snapshots
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
from inventory.drivers.transcript import Held
from inventory.held_sessions import commands_told
from inventory.models import Device, HostKey
from inventory.report_models import DeviceReport
from inventory.saved import is_saved
from inventory.snapshots import Seen, Source, Stored

Outcome = Literal[
    "changed", "unchanged", "untrusted", "unreachable", "refused", "host_key_changed", "timeout",
    "unsupported", "error",
]  # fmt: skip

RESTING: frozenset[Outcome] = frozenset({"unreachable", "refused", "host_key_changed", "timeout"})
"""Outcomes after which schedules leave a device alone for a while."""

SOURCES: tuple[Source, ...] = get_args(Source)
Kind = tuple[int, Source]
"""A device, and what of it."""

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
    """A collection that is over: what it brought, or why it brought nothing, by what sessions."""

    device: Device
    found: Captures | TrimtabError
    seconds: float
    held: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    ended: Ended
    outcome: Outcome
    detail: str
    running: Stored | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """By device its last report and its pinned host key, where there are any."""

    reports: Mapping[int, DeviceReport]
    keys: Mapping[int, HostKey]


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


def look_up(ctx: Context, device_ids: Sequence[int]) -> Known:
    """Read what judging and keeping these devices' results asks for, in a few statements."""
    snapshots.look_up(ctx, device_ids)
    return known(ctx, device_ids)


def known(ctx: Context, device_ids: Sequence[int]) -> Known:
    """The devices' reports and pinned keys as they are."""
    reported = select(DeviceReport).where(DeviceReport.device_id.in_(device_ids))
    keys = select(HostKey).where(HostKey.device_id.in_(device_ids))
    return Known(
        reports={row.device_id: row for row in ctx.session.scalars(reported)},
        keys={row.device_id: row for row in ctx.session.scalars(keys)},
    )


def keep_all(ctx: Context, ended: Sequence[Ended], held: Known) -> list[CollectionOutcome]:
    """Store what collections came to and record each; the caller locked them and commits."""
    with ctx.session.no_autoflush:
        pinned = _pinned(ctx, ended, held)
        stored = _stored(ctx, ended)
        redactions = _redactions(ctx, ended, held)
        kept = [_kept(ctx, one, stored, held) for one in ended]
        relations.observed_all(ctx, [
            (one.ended.device, one.ended.found.collection.neighbours)
            for one in kept
            if one.outcome in GOOD and isinstance(one.ended.found, Captures)
        ])  # fmt: skip
    ctx.record_all([
        action for one in kept
        for action in (
            *pinned.get(one.ended.device.id, ()), *_changed_key(one), _action(ctx, one, redactions)
        )
    ])  # fmt: skip
    return [_outcome(one) for one in kept]


def keep(ctx: Context, ended: Ended) -> CollectionOutcome:
    """As `keep_all`, of one device."""
    [outcome] = keep_all(ctx, [ended], known(ctx, [ended.device.id]))
    return outcome


def _pinned(ctx: Context, ended: Sequence[Ended], held: Known) -> dict[int, list[Action]]:
    """Pin the keys of first contacts; by device what is to be recorded of it."""
    return {
        one.device.id: [host_keys.pinned(ctx, one.device, key)]
        for one in ended
        if isinstance(one.found, Captures)
        and (key := one.found.collection.host_key) is not None
        and one.device.id not in held.keys
        and same_host(one.found.collection.hostname, one.device.hostname)
    }


def _stored(ctx: Context, ended: Sequence[Ended]) -> dict[Kind, Stored]:
    """Keep the captures, by device and source, and of trusted ones their encrypted originals.

    Startup configurations come second: they are probably like the running ones.
    """
    done = dict[Kind, Stored]()
    shown = list[originals.Shown]()
    for source in SOURCES:
        found = [(one, seen) for one in ended if (seen := _capture(one, source)) is not None]
        kept = snapshots.store_all(ctx, [_seen(one, capture) for one, capture in found])
        for (one, capture), stored in zip(found, kept, strict=True):
            done[one.device.id, source] = stored
            if stored.changed and stored.snapshot.trusted and capture.original != capture.text:
                shown.append(originals.Shown(
                    device_id=one.device.id, digest=capture.digest, text=capture.original
                ))  # fmt: skip
    originals.keep_all(ctx, shown)
    return done


def _redactions(ctx: Context, ended: Sequence[Ended], held: Known) -> Mapping[int, bytes | None]:
    """By device the commitment to what its running configuration hides."""
    return commitments.tell_all(ctx, [
        commitments.Shown.of(one.device.id, running, held.reports.get(one.device.id))
        for one in ended if (running := _capture(one, "running")) is not None
    ])  # fmt: skip


def _capture(ended: Ended, source: Source) -> Capture | None:
    if isinstance(ended.found, TrimtabError):
        return None
    return ended.found.running if source == "running" else ended.found.startup


def _seen(ended: Ended, capture: Capture) -> Seen:
    facts = _facts(ended.found.collection) if isinstance(ended.found, Captures) else {}
    return Seen(
        device=ended.device, source=capture.source, digest=capture.digest, lines=capture.lines,
        read=capture.read, doubts=capture.doubts, facts=facts,
    )  # fmt: skip


def _kept(ctx: Context, ended: Ended, stored: Mapping[Kind, Stored], held: Known) -> _Kept:
    device, found = ended.device, ended.found
    kept = _failed(ended, found) if isinstance(found, TrimtabError) else (
        _brought(ctx, ended, found, stored, held)
    )  # fmt: skip
    device.attempted_at = ctx.now()
    device.outcome = kept.outcome
    device.outcome_detail = kept.detail or None
    device.failures = device.failures + 1 if kept.outcome in RESTING else 0
    device.rests_until = rests_until(device.failures, ctx.now())
    return kept


def _brought(
    ctx: Context, ended: Ended, found: Captures, stored: Mapping[Kind, Stored], held: Known
) -> _Kept:
    device, facts = ended.device, found.collection.facts
    running, startup = stored[device.id, "running"], stored.get((device.id, "startup"))
    if not running.snapshot.trusted:
        why = "; ".join(running.snapshot.doubts)
        return _Kept(ended=ended, outcome="untrusted", detail=why, running=running)
    device.model = facts.model or device.model
    device.serial = facts.serial or device.serial
    device.os_version = facts.os_version or device.os_version
    before = held.reports.get(device.id)
    row = reports.take(ctx, device, facts, saved=_saved(found, before), before=before)
    row.running_seal = found.running.seal
    trusted = found.startup is not None and startup is not None and startup.snapshot.trusted
    row.startup_seal = found.startup.seal if found.startup is not None and trusted else None
    changed = running.changed or (startup is not None and startup.changed)
    return _Kept(
        ended=ended, outcome="changed" if changed else "unchanged", detail="", running=running
    )


def _saved(found: Captures, before: DeviceReport | None) -> bool | None:
    """Whether the startup configuration is the running one; known where both are sealed."""
    if found.startup is None:
        return None
    seals = (found.running.seal, found.startup.seal)
    if before is not None and None not in seals and (
        seals == (before.running_seal, before.startup_seal)
    ):  # fmt: skip
        return before.saved
    same = found.running.digest == found.startup.digest
    return same or is_saved(found.running.text, found.startup.text)


def _facts(collection: Collection) -> dict[str, Fact]:
    """What identifies the device; what else it said changes by itself and is in its report."""
    said = collection.facts
    return {
        "hostname": collection.hostname, "model": said.model, "serial": said.serial,
        "os_version": said.os_version,
    }  # fmt: skip


def _failed(ended: Ended, error: TrimtabError) -> _Kept:
    outcome = next(name for kind, name in OUTCOMES if isinstance(error, kind))
    return _Kept(ended=ended, outcome=outcome, detail=told(error.message, longest=DETAIL))


def _changed_key(kept: _Kept) -> list[Action]:
    """That a device showed another host key is a record of its own."""
    error = kept.ended.found
    if not isinstance(error, HostKeyChanged):
        return []
    return [Action(action="host_key.changed", subject=kept.ended.device, facts=error.facts)]


def _action(ctx: Context, kept: _Kept, redactions: Mapping[int, bytes | None]) -> Action:
    snapshot = kept.running.snapshot if kept.running else None
    redaction = redactions.get(kept.ended.device.id)
    facts: dict[str, Fact] = {
        "outcome": kept.outcome, "detail": kept.detail,
        "snapshot_id": snapshot.id if snapshot else None,
        "digest": snapshot.digest.hex() if snapshot else None,
        "redaction": redaction.hex() if redaction else None,
        **commands_told(ctx, kept.ended.device.platform, kept.ended.held),
    }  # fmt: skip
    return Action(action="device.collected", subject=kept.ended.device, facts=facts)


def _outcome(kept: _Kept) -> CollectionOutcome:
    device = kept.ended.device
    return CollectionOutcome(
        device_id=device.id, hostname=device.hostname, outcome=kept.outcome,
        snapshot_id=kept.running.snapshot.id if kept.running else None, detail=kept.detail,
        seconds=round(kept.ended.seconds, 3),
    )  # fmt: skip
