"""The approved configuration of each device, versioned. Never changes what a version says."""

from collections.abc import Collection

from sqlalchemy import select

from core.context import Context
from core.errors import Conflict, InvalidInput
from core.secrets import installation_key
from drift.models import Baseline
from inventory import snapshots
from inventory.cleaning import clean
from inventory.models import Device
from inventory.platforms import platform_of
from inventory.redaction import redact
from inventory.snapshot_models import Snapshot


class UntrustedSnapshot(Conflict):
    """A capture whose completeness is in doubt can never be an approved configuration."""

    code = "untrusted_snapshot"


def approve_snapshot(ctx: Context, snapshot_id: int, *, reason: str) -> Baseline:
    """Make what a snapshot shows the device's baseline; the same content again changes nothing.

    Raises UntrustedSnapshot when the capture was kept aside, InvalidInput without a reason.
    """
    snapshot = ctx.get(Snapshot, snapshot_id)
    ctx.require("baseline.approve", snapshot)
    if not snapshot.trusted:
        raise UntrustedSnapshot(
            f"Snapshot {snapshot_id} of {snapshot.device.hostname} is kept aside as untrusted "
            f"({'; '.join(snapshot.doubts)}). Collect the device again and approve that snapshot.",
            snapshot=snapshot_id,
        )
    return _succeed(
        ctx, snapshot.device_id, snapshot.digest,
        source="snapshot", snapshot_id=snapshot_id, reason=reason,
    )  # fmt: skip


def set_intended(ctx: Context, device_id: int, text: str, *, reason: str) -> Baseline:
    """Make a written configuration the device's baseline; secrets in it are redacted first.

    Raises InvalidInput when the text is empty, holds control characters, or has no reason.
    """
    device = ctx.get(Device, device_id)
    ctx.require("baseline.approve", device)
    if not text.strip():
        raise InvalidInput(f"The intended configuration of {device.hostname} is empty.")
    for number, line in enumerate(text.splitlines(), start=1):
        if any(ord(char) < 32 and char not in "\t\x03" for char in line):  # ^C ends IOS banners
            raise InvalidInput(
                f"The intended configuration of {device.hostname} is no text: line {number} holds "
                "control characters. Give the file as the device prints it, in UTF-8."
            )
    known = clean(text, platform_of(device.platform))
    hidden = redact(known, platform=device.platform, key=installation_key(ctx, "redaction"))
    digest = snapshots.put_content(ctx, hidden)
    return _succeed(ctx, device_id, digest, source="intended", snapshot_id=None, reason=reason)


def baseline_for(ctx: Context, device_id: int) -> Baseline | None:
    """The device's valid baseline, if it has one."""
    return ctx.session.scalar(
        select(Baseline).where(Baseline.device_id == device_id, Baseline.valid_until.is_(None))
    )


def versions(ctx: Context, device_id: int) -> tuple[Baseline, ...]:
    """All baselines of a device, the newest first. Needs `snapshot.read`."""
    ctx.require("snapshot.read", ctx.get(Device, device_id))
    rows = select(Baseline).where(Baseline.device_id == device_id).order_by(Baseline.version.desc())
    return tuple(ctx.session.scalars(rows))


def approved_among(ctx: Context, device_ids: Collection[int]) -> frozenset[int]:
    """Those of these devices that have a valid baseline, where the person may read it."""
    rows = (
        select(Baseline.device_id)
        .join(Baseline.device)
        .join(Device.site)
        .where(Baseline.valid_until.is_(None), Baseline.device_id.in_(device_ids))
        .where(Device.owned_by(ctx.units("snapshot.read")))
    )
    return frozenset(ctx.session.scalars(rows))


def list_baselines(ctx: Context) -> tuple[Baseline, ...]:
    """The valid baselines in the acting person's jurisdictions, by hostname."""
    rows = (
        select(Baseline)
        .join(Baseline.device)
        .join(Device.site)
        .where(Baseline.valid_until.is_(None), Device.owned_by(ctx.units("snapshot.read")))
        .order_by(Device.hostname)
    )
    return tuple(ctx.session.scalars(rows))


def text(ctx: Context, baseline: Baseline) -> str:
    """The configuration that a baseline asks for, redacted as it is kept."""
    ctx.require("snapshot.read", baseline)
    return snapshots.text_of(ctx, baseline.digest)


def lock_device(ctx: Context, device_id: int) -> Device:
    """One judgement or approval of a device at a time, until the transaction ends."""
    ctx.session.execute(
        select(Device.id).where(Device.id == device_id).with_for_update(key_share=True)
    )
    return ctx.get(Device, device_id)


def _succeed(
    ctx: Context, device_id: int, digest: bytes, *,
    source: str, snapshot_id: int | None, reason: str,
) -> Baseline:  # fmt: skip
    if not reason.strip():
        raise InvalidInput("A baseline needs a reason that an auditor will understand.")
    device = lock_device(ctx, device_id)
    current = baseline_for(ctx, device_id)
    if current is not None and current.digest == digest:
        return current
    if current is not None:
        current.valid_until = ctx.now()
        ctx.session.flush()
    baseline = ctx.add(
        Baseline(
            device_id=device_id, version=current.version + 1 if current else 1, digest=digest,
            source=source, snapshot_id=snapshot_id, reason=reason,
            approved_by_id=ctx.person.person_id, valid_from=ctx.now(),
        )
    )  # fmt: skip
    ctx.record(
        "baseline.approved", baseline,
        device=device.hostname, digest=digest.hex(), source=source, reason=reason,
    )  # fmt: skip
    return baseline
