"""Backups proven by a restore: decrypted, compared by digest, loaded and read back.

Loads into a RestoreTarget, never into a device of the CMDB.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from changes.maintenance.seen import About, Seen
from core.context import Context
from core.errors import NotFound, TrimtabError
from core.secrets import installation_key
from drift import assess
from drift.engine.apply import applied
from drift.platforms import platform
from inventory import originals, snapshots
from inventory.redaction import redact
from inventory.snapshot_models import Snapshot
from inventory.store.texts import digest_of


class RestoreTarget(Protocol):
    """Where a backup is restored to, to see whether it works."""

    @property
    def name(self) -> str:
        """What results call it."""
        ...

    def restored(self, text: str, *, platform: str) -> str | None:
        """What an empty device of the platform shows after taking the text; None: cannot tell."""
        ...


class Replay:
    """The default: the engine's model of the platform takes the text line by line, from nothing."""

    name = "replay"

    def restored(self, text: str, *, platform: str) -> str | None:
        """None for platforms whose configurations are no lines that are typed."""
        if _style(platform) != "indent" or platform == "linux":
            return None
        return applied("", tuple(text.splitlines()), platform=platform)


def _style(name: str) -> str:
    return platform(name).style


def look(ctx: Context, devices: Sequence[About], target: RestoreTarget, *, days: int) -> list[Seen]:
    """Restore the last trusted capture of each device."""
    return [_seen(ctx, about, target, timedelta(days=days)) for about in devices]


def _seen(ctx: Context, about: About, target: RestoreTarget, lasting: timedelta) -> Seen:
    shown = snapshots.last_trusted(ctx, about.device_id, "running")
    if shown is None:
        return about.seen("failed", "There is no backup: it was never collected completely.")
    try:
        text, how = _opened(ctx, about, shown)
    except TrimtabError as error:
        return about.seen("failed", f"Snapshot {shown.id} does not open: {error.message}")
    if text is None:
        return about.seen("failed", f"Snapshot {shown.id} is not what its digest says: {how}.")
    back = target.restored(text, platform=about.platform)
    if back is not None and not assess(text, back, platform=about.platform).in_sync:
        first = assess(text, back, platform=about.platform).differences[0]
        return about.seen(
            "failed",
            f"Restored ({target.name}), snapshot {shown.id} comes out differently at "
            f"{' / '.join((*first.path, first.line))} ({first.side}).",
        )
    told = "opened only, for this platform" if back is None else f"restored ({target.name})"
    if ctx.now() - shown.last_seen_at > lasting:
        return about.seen(
            "attention",
            f"Snapshot {shown.id} was {told}, but is of {shown.last_seen_at:%F %H:%M %Z}.",
        )
    return about.seen("passed", f"Snapshot {shown.id} was {told}; {how}.")


def _opened(ctx: Context, about: About, shown: Snapshot) -> tuple[str | None, str]:
    """The text to restore and how it was compared; None where a digest does not fit."""
    kept = snapshots.text_of(ctx, shown.digest)
    if digest_of(kept) != shown.digest:
        return None, "the text that is kept has another one"
    try:
        original = originals.original_of(ctx, shown)
    except NotFound:
        return kept, "its digest fits, and it holds no secret"
    marked = redact(original, platform=about.platform, key=installation_key(ctx, "redaction"))
    if digest_of(marked) != shown.digest:
        return None, "the decrypted original has another one"
    return original, "the decrypted original fits its digest"
