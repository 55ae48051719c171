"""Collect devices: one session each, proven, redacted, stored, recorded. Judges no drift."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

from core.audit import Fact
from core.context import Context
from core.errors import Conflict, TrimtabError
from core.secrets import installation_key
from inventory import host_keys, relations, snapshots
from inventory.cleaning import clean
from inventory.completeness import Doubt, doubts
from inventory.drivers.errors import (
    AuthenticationRefused,
    DeviceTimeout,
    DeviceUnreachable,
    HostKeyChanged,
    UnsupportedPlatform,
)
from inventory.drivers.protocol import Collection, Driver
from inventory.drivers.reading import same_host
from inventory.drivers.registry import driver_for
from inventory.logins import login_for
from inventory.models import Device
from inventory.platforms import platform_of
from inventory.redaction import redact
from inventory.snapshots import Source, Stored

Outcome = Literal[
    "changed", "unchanged", "untrusted", "unreachable", "refused", "host_key_changed", "timeout",
    "unsupported", "error",
]  # fmt: skip

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


def collect(
    ctx: Context, device_id: int, *, find_driver: Callable[[str], Driver] = driver_for
) -> CollectionOutcome:
    """Collect one device and commit what came of it; a failing device is an outcome, no error.

    No transaction is open while the device answers.
    """
    device = ctx.get(Device, device_id)
    ctx.require("device.collect", device)
    if device.state == "retired":
        raise Conflict(f"{device.hostname} is retired; it is not collected any more.")
    ctx.commit()
    begun = time.perf_counter()
    try:
        login = login_for(ctx, device)
        driver = find_driver(device.driver)
        with ctx.released():
            collection = driver.collect(login)
        ended = _keep(ctx, device, collection)
    except TrimtabError as error:
        ctx.session.rollback()
        ended = _failed(ctx, device, error)
    seconds = round(time.perf_counter() - begun, 3)
    return _finish(ctx, device, ended, seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    outcome: Outcome
    detail: str
    running: Stored | None = None


def _keep(ctx: Context, device: Device, collection: Collection) -> _Ended:
    """Store what one session brought back, locked against a second session's result."""
    _lock(ctx, device)
    own = _own_doubts(device, collection)
    if collection.host_key is not None and same_host(collection.hostname, device.hostname):
        host_keys.pin(ctx, device, collection.host_key)
    running = _store(ctx, device, "running", collection.running, collection, own)
    startup = None
    if collection.startup is not None and not own:
        startup = _store(ctx, device, "startup", collection.startup, collection, own)
    if not running.snapshot.trusted:
        return _Ended(
            outcome="untrusted", detail="; ".join(running.snapshot.doubts), running=running
        )
    _take_facts(ctx, device, collection)
    changed = running.changed or (startup is not None and startup.changed)
    return _Ended(outcome="changed" if changed else "unchanged", detail="", running=running)


def _lock(ctx: Context, device: Device) -> None:
    """Against other writers of this device, not against relations that come to point at it."""
    ctx.session.refresh(device, with_for_update={"key_share": True})


def _own_doubts(device: Device, collection: Collection) -> tuple[Doubt, ...]:
    found = [Doubt(kind="driver", detail=detail) for detail in collection.doubts]
    if not same_host(collection.hostname, device.hostname):
        found.append(
            Doubt(
                kind="hostname",
                detail=f"the device at {device.address}:{device.port} calls itself "
                f"{collection.hostname or 'nothing'}, recorded is {device.hostname}",
            )
        )
    return tuple(found)


def _store(
    ctx: Context, device: Device, source: Source, text: str, collection: Collection,
    own: tuple[Doubt, ...],
) -> Stored:  # fmt: skip
    platform = platform_of(device.platform)
    last = snapshots.last_trusted(ctx, device.id, source)
    found = doubts(
        clean(text, platform),
        platform=platform,
        previous=snapshots.text_of(ctx, last.digest) if last else None,
    )
    redacted = redact(
        clean(text, platform), platform=device.platform, key=installation_key(ctx, "redaction")
    )
    return snapshots.store(
        ctx, device, source=source, text=redacted, doubts=(*own, *found), facts=_facts(collection)
    )


def _facts(collection: Collection) -> dict[str, Fact]:
    return {"hostname": collection.hostname, **asdict(collection.facts)}


def _take_facts(ctx: Context, device: Device, collection: Collection) -> None:
    device.model = collection.facts.model or device.model
    device.serial = collection.facts.serial or device.serial
    device.os_version = collection.facts.os_version or device.os_version
    relations.observed(ctx, device, collection.neighbours)


def _failed(ctx: Context, device: Device, error: TrimtabError) -> _Ended:
    outcome = next(name for kind, name in OUTCOMES if isinstance(error, kind))
    if isinstance(error, HostKeyChanged):
        ctx.record("host_key.changed", device, **error.facts)
    return _Ended(outcome=outcome, detail=error.message)


def _finish(ctx: Context, device: Device, ended: _Ended, seconds: float) -> CollectionOutcome:
    _lock(ctx, device)
    device.attempted_at = ctx.now()
    device.outcome = ended.outcome
    device.outcome_detail = ended.detail or None
    snapshot = ended.running.snapshot if ended.running else None
    ctx.record(
        "device.collected",
        device,
        outcome=ended.outcome,
        detail=ended.detail,
        snapshot_id=snapshot.id if snapshot else None,
        digest=snapshot.digest.hex() if snapshot else None,
    )
    ctx.commit()
    return CollectionOutcome(
        device_id=device.id,
        hostname=device.hostname,
        outcome=ended.outcome,
        snapshot_id=snapshot.id if snapshot else None,
        detail=ended.detail,
        seconds=seconds,
    )
