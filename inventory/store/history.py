"""Since when, and by which change, each line of a device stands there. Reads only."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.context import Context
from core.errors import InvalidInput, NotFound
from inventory.models import Device
from inventory.snapshot_models import Snapshot
from inventory.store import texts
from inventory.store.blame import Since, Version, blamed, sections
from inventory.store.causes import Cause, Causes, unknown

VERSIONS = 1000  # that are looked at, the newest ones
SECONDS = 10.0  # after which older ones are not looked at
BATCH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class BlamedLine:
    """A line, and the snapshot that showed it first since it stands there without a break.

    `at_latest` where older texts in between are not kept: it may have come with one of those.
    `cause` is the change whose effect that snapshot was, None where none is known.
    """

    number: int
    text: str
    section: tuple[str, ...]
    snapshot_id: int
    since: datetime
    at_latest: bool
    cause: Cause | None


def blame(
    ctx: Context, device_id: int, *,
    line: str | None = None, section: str | None = None, snapshot_id: int | None = None,
    causes: Causes = unknown,
) -> tuple[BlamedLine, ...]:  # fmt: skip
    """The lines of the device's running configuration, with when and by what each came.

    As that snapshot of it showed them; without one, as the last trusted one did.

    Only lines equal to `line` (but for the spaces around it), or in or below a section whose line
    starts with `section`. Needs `snapshot.read`.
    """
    device = ctx.get(Device, device_id)
    ctx.require("snapshot.read", device)
    versions = _versions(ctx.session, device_id, until=snapshot_id)
    if snapshot_id is not None and (not versions or versions[0].id != snapshot_id):
        raise InvalidInput(
            f"Snapshot {snapshot_id} is no complete running configuration of {device.hostname}; "
            "only of one it is known since when its lines stand there.",
            field="snapshot_id",
        )
    if not versions:
        raise NotFound(f"{device.hostname} was never collected completely.", device=device.hostname)
    text = texts.packed_texts(ctx, [versions[0].digest])[versions[0].digest].text()
    lines = text.splitlines()
    found = blamed(Version(versions[0].id, lines), _older(ctx, versions[1:]))
    chosen = _chosen(lines, line=line, section=section)
    rows = {one.id: one for one in versions}
    told = causes(ctx, {found[place].key for place in chosen})
    return tuple(
        _line(place, lines[place], above, rows[found[place].key], found[place], told)
        for place, above in chosen.items()
    )


def _versions(session: Session, device_id: int, *, until: int | None) -> Sequence[Snapshot]:
    """The trusted running snapshots up to one, the newest first."""
    query = (
        select(Snapshot)
        .where(Snapshot.device_id == device_id, Snapshot.source == "running", Snapshot.trusted)
        .order_by(Snapshot.id.desc())
        .limit(VERSIONS)
    )
    if until is not None:
        query = query.where(Snapshot.id <= until)
    return session.scalars(query).all()


def _older(ctx: Context, versions: Sequence[Snapshot]) -> Iterator[Version]:
    """Read as far as it is asked for, some at a time."""
    until = time.monotonic() + SECONDS
    for start in range(0, len(versions), BATCH):
        if time.monotonic() > until:
            yield Version(0, None)
            return
        batch = versions[start : start + BATCH]
        kept = texts.kept_texts(ctx, {one.digest for one in batch})
        for one in batch:
            text = kept.get(one.digest)
            yield Version(one.id, None if text is None else text.splitlines())
    if len(versions) + 1 >= VERSIONS:
        yield Version(0, None)


def _chosen(
    lines: Sequence[str], *, line: str | None, section: str | None
) -> dict[int, tuple[str, ...]]:
    """By place the sections above each line that is asked for."""
    wanted = None if line is None else line.strip()
    chosen = {
        place: above
        for place, (text, above) in enumerate(zip(lines, sections(lines), strict=True))
        if wanted in {None, text.strip()}
        and (section is None or any(one.startswith(section) for one in (*above, text.strip())))
    }
    if not chosen:
        raise InvalidInput("No line of the running configuration is as asked for.")
    return chosen


def _line(
    place: int, text: str, above: tuple[str, ...], row: Snapshot, since: Since,
    told: Mapping[int, Cause],
) -> BlamedLine:  # fmt: skip
    return BlamedLine(
        number=place + 1, text=text, section=above, snapshot_id=row.id, since=row.first_seen_at,
        at_latest=since.at_latest, cause=told.get(row.id),
    )  # fmt: skip
