"""Judge what a session brought back, and read again where that is suspicious. Stores nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from core.context import Context
from core.errors import TrimtabError
from core.secrets import installation_key
from inventory import reports, snapshots, trust
from inventory.cleaning import clean, told
from inventory.completeness import Doubt, doubts
from inventory.drivers.protocol import Collection, Neighbour
from inventory.drivers.reading import same_host
from inventory.models import Device
from inventory.platforms import Platform, platform_of
from inventory.redaction import redact
from inventory.seals import seal
from inventory.snapshot_models import Snapshot
from inventory.snapshots import Source
from inventory.store.texts import digest_of

NEIGHBOURS = 2_000  # more than that no device has


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One configuration without volatile lines, judged: `original` with its secrets.

    `digest` and `lines` are those of the text with its secrets marked, which `read` gives. The seal
    is what makes the very same known next time, None where something speaks against the text.
    """

    source: Source
    original: str = field(repr=False)
    digest: bytes
    lines: int
    read: Callable[[], str] = field(repr=False)
    doubts: tuple[Doubt, ...]
    seal: bytes | None = None

    @property
    def text(self) -> str:
        """The configuration with its secrets marked; of a known one it is made anew."""
        return self.read()


@dataclass(frozen=True, slots=True, kw_only=True)
class Captures:
    """What one collection came to; `collection` is the session that counts, without its texts."""

    collection: Collection
    running: Capture
    startup: Capture | None


def judge(ctx: Context, device: Device, collection: Collection) -> Captures:
    """Redact and judge a session's texts against the last trusted ones."""
    collection = fit(collection)
    own = _own_doubts(device, collection)
    startup = None
    if collection.startup is not None and not own:
        startup = _capture(ctx, device, "startup", collection.startup, own)
    return Captures(
        collection=replace(collection, running="", startup=None),
        running=_capture(ctx, device, "running", collection.running, own),
        startup=startup,
    )


def is_suspicious(ctx: Context, found: Captures) -> bool:
    """Whether a second read may tell more of the running or startup configuration."""
    threshold = ctx.settings.trust_threshold
    both = (found.running, found.startup)
    return any(trust.suspicious(one.doubts, threshold=threshold) for one in both if one is not None)


def read_again(
    ctx: Context, device: Device, first: Captures, *, read: Callable[[], Collection]
) -> Captures:
    """Compare with a second session's texts. No transaction is open while the device answers."""
    try:
        with ctx.released():
            again = read()
    except TrimtabError as error:
        return unread(first, error)
    return settle(ctx, device, first, again)


def settle(ctx: Context, device: Device, first: Captures, again: Collection) -> Captures:
    """What two sessions with a device come to."""
    second = judge(ctx, device, again)
    threshold = ctx.settings.trust_threshold
    running = trust.settle(_reading(first.running), _reading(second.running), threshold=threshold)
    counts = (first, second)[running.counts]
    return replace(
        counts,
        running=replace(counts.running, doubts=running.doubts),
        startup=_settled_startup(first.startup, second.startup, threshold),
    )


def fit(collection: Collection) -> Collection:
    """The collection with the words that go into tables made printable, short and not too many."""
    return replace(
        collection,
        hostname=told(collection.hostname),
        facts=reports.fit(collection.facts),
        neighbours=tuple(_fit(one) for one in collection.neighbours[:NEIGHBOURS]),
        doubts=tuple(told(one) for one in collection.doubts),
    )


def _fit(seen: Neighbour) -> Neighbour:
    return replace(
        seen, interface=told(seen.interface), peer_name=told(seen.peer_name),
        peer_interface=told(seen.peer_interface),
        peer_address=None if seen.peer_address is None else told(seen.peer_address),
    )  # fmt: skip


def _settled_startup(
    first: Capture | None, second: Capture | None, threshold: int
) -> Capture | None:
    """A startup configuration is looked at twice only where both sessions showed one."""
    if first is None or second is None or not trust.suspicious(first.doubts, threshold=threshold):
        return second
    settled = trust.settle(_reading(first), _reading(second), threshold=threshold)
    return replace((first, second)[settled.counts], doubts=settled.doubts)


def _reading(capture: Capture) -> trust.Reading:
    return trust.Reading(text=capture.text, doubts=capture.doubts)


def unread(first: Captures, error: TrimtabError) -> Captures:
    """What the first session comes to when there is no second one."""
    failed = Doubt(kind="unread", detail=f"the second read failed: {told(error.message)}")
    return replace(first, running=replace(first.running, doubts=(*first.running.doubts, failed)))


def _capture(
    ctx: Context, device: Device, source: Source, text: str, own: tuple[Doubt, ...]
) -> Capture:
    """What is known of the text by its seal, or all of it worked out."""
    platform = platform_of(device.platform)
    original = clean(text, platform)
    marked = partial(
        redact, original, platform=device.platform, key=installation_key(ctx, "redaction")
    )
    last = snapshots.last_trusted(ctx, device.id, source)
    sealed = partial(seal, ctx, device, platform, source=source, original=original)
    known = None if last is None else reports.seal_of(ctx, device, source)
    if last is not None and known is not None and known == sealed(digest=last.digest):
        return Capture(
            source=source, original=original, digest=last.digest, lines=last.lines, read=marked,
            doubts=own, seal=known,
        )  # fmt: skip
    redacted = marked()
    digest = digest_of(redacted)
    found = _doubts(ctx, last, redacted, digest, platform=platform, source=source)
    return Capture(
        source=source, original=original, digest=digest, lines=redacted.count("\n"),
        read=lambda: redacted, doubts=(*own, *found),
        seal=None if found else sealed(digest=digest),
    )  # fmt: skip


def _doubts(
    ctx: Context, last: Snapshot | None, text: str, digest: bytes, *, platform: Platform,
    source: Source,
) -> tuple[Doubt, ...]:  # fmt: skip
    """The signs against a text; what the device showed last is read only where it is another."""
    command = platform.commands.running if source == "running" else platform.commands.startup
    previous = text
    if last is not None and last.digest != digest:
        previous = snapshots.text_of(ctx, last.digest)
    return doubts(text, platform=platform, command=command or "", previous=previous)


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
