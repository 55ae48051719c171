"""Keep what devices showed: each text once, a row only when something changed."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import zstandard
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.audit import Fact
from core.context import Context
from core.errors import NotFound
from inventory.completeness import Doubt
from inventory.models import Device, Site
from inventory.snapshot_models import Content, Snapshot

Source = Literal["running", "startup"]
LEVEL = 9  # zstd: small rows matter more than the microseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    snapshot: Snapshot
    changed: bool


def store(
    ctx: Context, device: Device, *, source: Source, text: str, doubts: Sequence[Doubt],
    facts: dict[str, Fact],
) -> Stored:  # fmt: skip
    """Keep a capture; when it equals the last one of its kind, only its last time moves on.

    Trusted and untrusted captures are two rows of history. A capture doubted only because it
    shrank is believed once a second session showed the very same. The caller records.
    """
    digest = put_content(ctx, text)
    believed = not doubts or _confirmed(ctx, device, source, digest, doubts)
    last = _last(ctx, device.id, source, trusted=believed)
    if last is not None and last.digest == digest:
        last.last_seen_at = ctx.now()
        last.facts = facts
        return Stored(snapshot=last, changed=False)
    snapshot = Snapshot(
        device_id=device.id,
        source=source,
        digest=digest,
        lines=text.count("\n"),
        trusted=believed,
        doubts=[] if believed else [str(doubt) for doubt in doubts],
        facts=facts,
        first_seen_at=ctx.now(),
        last_seen_at=ctx.now(),
    )
    return Stored(snapshot=ctx.add(snapshot), changed=True)


def _confirmed(
    ctx: Context, device: Device, source: Source, digest: bytes, doubts: Sequence[Doubt]
) -> bool:
    if any(doubt.kind != "shrunk" for doubt in doubts):
        return False
    aside = _last(ctx, device.id, source, trusted=False)
    return (
        aside is not None
        and aside.digest == digest
        and all(doubt.startswith("shrunk") for doubt in aside.doubts)
    )


def _last(ctx: Context, device_id: int, source: Source, *, trusted: bool) -> Snapshot | None:
    return ctx.session.scalar(
        select(Snapshot)
        .where(Snapshot.device_id == device_id, Snapshot.source == source)
        .where(Snapshot.trusted == trusted)
        .order_by(Snapshot.id.desc())
        .limit(1)
    )


def last_trusted(ctx: Context, device_id: int, source: Source) -> Snapshot | None:
    """For the platform's own use; `latest` checks the permission."""
    return _last(ctx, device_id, source, trusted=True)


def latest(ctx: Context, device_id: int, source: Source = "running") -> Snapshot | None:
    """The last trusted snapshot of a device, None before the first."""
    device = ctx.get(Device, device_id)
    ctx.require("snapshot.read", device)
    return _last(ctx, device_id, source, trusted=True)


def get_snapshot(ctx: Context, snapshot_id: int) -> Snapshot:
    snapshot = ctx.get(Snapshot, snapshot_id)
    ctx.require("snapshot.read", snapshot)
    return snapshot


def list_snapshots(
    ctx: Context, *, device_id: int | None = None, source: Source | None = None,
    before: int | None = None, limit: int = 50,
) -> list[Snapshot]:  # fmt: skip
    """Snapshots that the person may read, newest first; `before` is the last id already seen."""
    query = (
        select(Snapshot)
        .join(Device)
        .join(Site)
        .where(Device.owned_by(ctx.units("snapshot.read")))
        .order_by(Snapshot.id.desc())
        .limit(limit)
    )
    if device_id is not None:
        query = query.where(Snapshot.device_id == device_id)
    if source is not None:
        query = query.where(Snapshot.source == source)
    if before is not None:
        query = query.where(Snapshot.id < before)
    return list(ctx.session.scalars(query))


def put_content(ctx: Context, text: str) -> bytes:
    """Keep a text under the SHA-256 of its UTF-8 form; twice is once."""
    plain = text.encode()
    digest = hashlib.sha256(plain).digest()
    body = zstandard.ZstdCompressor(level=LEVEL).compress(plain)
    row = insert(Content).values(digest=digest, body=body, size=len(plain))
    ctx.session.execute(row.on_conflict_do_nothing())
    return digest


def bodies(ctx: Context, digests: Collection[bytes]) -> Mapping[bytes, bytes]:
    """The texts kept under these digests, zstd-compressed; permissions as for `text_of`."""
    rows = select(Content.digest, Content.body).where(Content.digest.in_(digests))
    return {row.digest: row.body for row in ctx.session.execute(rows)}


def text_of(ctx: Context, digest: bytes) -> str:
    """The text kept under a digest. Whoever hands out the digest has checked the permission."""
    content = ctx.session.get(Content, digest)
    if content is None:
        raise NotFound(f"No text is kept under {digest.hex()[:12]}.", digest=digest.hex())
    return zstandard.ZstdDecompressor().decompress(content.body).decode()
