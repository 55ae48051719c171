"""Keep what devices showed: each text once, a row only when something changed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal, get_args

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import joinedload

from core.audit import Fact
from core.context import Context
from inventory import trust
from inventory.completeness import Doubt
from inventory.models import Device, Site
from inventory.snapshot_models import Snapshot
from inventory.store import texts
from inventory.store.frames import Packed
from inventory.store.texts import Near, New, digest_of

Source = Literal["running", "startup"]
Last = tuple[int, str, bool]
"""A device, what of it, and whether it is trusted."""

KNOWN = "last snapshots"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    snapshot: Snapshot
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A capture to be kept: its digest and lines, and what gives its text where that is new."""

    device: Device
    source: Source
    digest: bytes
    lines: int
    read: Callable[[], str]
    doubts: Sequence[Doubt]
    facts: dict[str, Fact]


def store(
    ctx: Context, device: Device, *, source: Source, text: str, doubts: Sequence[Doubt],
    facts: dict[str, Fact],
) -> Stored:  # fmt: skip
    """As `store_all`, of one text."""
    [stored] = store_all(ctx, [
        Seen(
            device=device, source=source, digest=digest_of(text), lines=text.count("\n"),
            read=lambda: text, doubts=doubts, facts=facts,
        )
    ])  # fmt: skip
    return stored


def store_all(ctx: Context, seen: Sequence[Seen]) -> list[Stored]:
    """Keep captures of different devices, or of one device one kind each; the caller records.

    When one equals the last of its kind, only its last time moves on. Trusted and untrusted
    captures are two rows of history. A capture doubted only because it shrank is believed once
    another collection showed the very same.
    """
    new = [one for one in seen if _is_new(last_trusted(ctx, one.device.id, one.source), one.digest)]
    texts.put_all(ctx, [
        New(digest=one.digest, read=one.read, near=_near(ctx, one.device, one.source))
        for one in new
    ])  # fmt: skip
    stored = [_stored(ctx, one) for one in seen]
    ctx.session.flush()
    return stored


def _is_new(before: Snapshot | None, digest: bytes) -> bool:
    return before is None or before.digest != digest


def _stored(ctx: Context, seen: Seen) -> Stored:
    device, source, digest = seen.device, seen.source, seen.digest
    doubts = _confirmed(ctx, device, source, digest, seen.doubts)
    verdict = trust.weigh(doubts, threshold=ctx.settings.trust_threshold)
    last = _last(ctx, device.id, source, trusted=verdict.trusted)
    if last is not None and last.digest == digest:
        last.last_seen_at = ctx.now()
        last.facts = seen.facts
        return Stored(snapshot=last, changed=False)
    snapshot = Snapshot(
        device_id=device.id, source=source, digest=digest, lines=seen.lines,
        trusted=verdict.trusted, score=verdict.score, doubts=[str(doubt) for doubt in doubts],
        observed=last.observed if last is not None and last.facts == seen.facts else None,
        facts=seen.facts, first_seen_at=ctx.now(), last_seen_at=ctx.now(),
    )  # fmt: skip
    ctx.session.add(snapshot)
    _know(ctx, snapshot)
    return Stored(snapshot=snapshot, changed=True)


def look_up(ctx: Context, device_ids: Collection[int]) -> None:
    """Read the last snapshots of many devices at once; the session knows them from now on.

    For a transaction that locked these devices: nobody else adds a snapshot meanwhile.
    """
    rows = (
        select(Snapshot)
        .where(Snapshot.device_id.in_(device_ids))
        .ext(distinct_on(Snapshot.device_id, Snapshot.source, Snapshot.trusted))
        .order_by(Snapshot.device_id, Snapshot.source, Snapshot.trusted, Snapshot.id.desc())
        .options(joinedload(Snapshot.observed))
    )
    kinds = product(device_ids, get_args(Source), (True, False))
    known: dict[Last, Snapshot | None] = dict.fromkeys(kinds)
    for row in ctx.session.scalars(rows):
        known[row.device_id, row.source, row.trusted] = row
    ctx.session.info[KNOWN] = known


def _know(ctx: Context, snapshot: Snapshot) -> None:
    """A new snapshot is the last one of its kind, where the session knows these."""
    known: dict[Last, Snapshot | None] = ctx.session.info.get(KNOWN, {})
    key = (snapshot.device_id, snapshot.source, snapshot.trusted)
    if key in known:
        known[key] = snapshot


def _confirmed(
    ctx: Context, device: Device, source: Source, digest: bytes, doubts: Sequence[Doubt]
) -> Sequence[Doubt]:
    """The doubts that are left when the last capture kept aside was the very same."""
    if trust.weigh(doubts, threshold=ctx.settings.trust_threshold).trusted:
        return doubts
    aside = _last(ctx, device.id, source, trusted=False)
    if aside is None or aside.digest != digest or trust.is_final(aside.doubts):
        return doubts
    return trust.confirmed(doubts, kinds=trust.BY_TIME, by="another collection")


def _last(ctx: Context, device_id: int, source: Source, *, trusted: bool) -> Snapshot | None:
    known: dict[Last, Snapshot | None] = ctx.session.info.get(KNOWN, {})
    if (device_id, source, trusted) in known:
        return known[device_id, source, trusted]
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


def put_content(
    ctx: Context, text: str, *, device: Device | None = None, source: Source = "running"
) -> bytes:
    """Keep a text under the SHA-256 of its UTF-8 form; twice is once.

    With a device it is stored beside what that one showed last, which takes far less room.
    """
    near = None if device is None else _near(ctx, device, source)
    digest = digest_of(text)
    texts.put_all(ctx, [New(digest=digest, read=lambda: text, near=near)])
    return digest


def _near(ctx: Context, device: Device, source: Source) -> Near:
    """What the device showed last of that kind, or else as its running configuration."""
    last = last_trusted(ctx, device.id, source) or last_trusted(ctx, device.id, "running")
    return Near(device=device, before=last.digest if last else None)


def packed(ctx: Context, digests: Collection[bytes]) -> Mapping[bytes, Packed]:
    """The texts kept under these digests, as they are stored; permissions as for `text_of`."""
    return texts.packed_texts(ctx, digests)


def text_of(ctx: Context, digest: bytes) -> str:
    """The text kept under a digest. Whoever hands out the digest has checked the permission.

    Raises TextRemoved, or NotFound, for one that is not kept.
    """
    return texts.packed_texts(ctx, [digest])[digest].text()
