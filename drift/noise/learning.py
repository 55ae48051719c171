"""Learn masks: read a device twice and propose what changed by itself. Approves nothing."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.audit import Fact
from core.context import Context
from core.counting import counted
from core.errors import InvalidInput
from drift.noise import history as past
from drift.noise.history import Corrected, Figures
from drift.noise.models import NoiseMask
from drift.noise.places import refusal_of
from drift.noise.proposing import Proposal, Proposals, Unproposed, propose
from drift.noise.reach import above, parents
from drift.observation import collect_device
from inventory import snapshots
from inventory.models import Device

SHORTEST, USUAL, LONGEST = 1.0, 10.0, 300.0
"""Seconds between the two readings."""


class NotMaskable(InvalidInput):
    """The platform shows its configuration in a way for which no masks are made."""

    code = "not_maskable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What came of it. `outcome` is `learned`, or why a collection failed, told by `detail`.

    `masks` are new proposals, `known` ones that were proposed or active already.
    """

    device_id: int
    hostname: str
    outcome: str
    detail: str = ""
    masks: tuple[NoiseMask, ...] = ()
    known: tuple[NoiseMask, ...] = ()
    others: tuple[Unproposed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a device showed at a time."""

    digest: bytes
    at: datetime

    @property
    def told(self) -> dict[str, Fact]:
        return {"snapshot": self.digest.hex(), "at": self.at.isoformat()}


def learn(
    ctx: Context, device_id: int, *, apart: float = USUAL, corrected: Corrected,
    wait: Callable[[float], None] = time.sleep,
) -> Learned:  # fmt: skip
    """Collect the device twice, so many seconds apart, and keep what changed as proposals.

    Needs `noise.learn` and `device.collect`. No transaction is open while the device answers or
    time passes. A collection that fails, or is not trusted, is an outcome and ends it.
    Raises NotMaskable, or InvalidInput for a time that makes no sense.
    """
    device = ctx.get(Device, device_id)
    ctx.require("noise.learn", device)
    if why := refusal_of(device.platform):
        raise NotMaskable(f"{device.hostname}: {why}.", platform=device.platform)
    if not SHORTEST <= apart <= LONGEST:
        raise InvalidInput(f"Readings are {SHORTEST:.0f} to {LONGEST:.0f} seconds apart.")
    readings = list[Reading]()
    for pause in (0.0, apart):
        if pause:
            with ctx.released():
                wait(pause)
        seen = collect_device(ctx, device_id)
        last = snapshots.last_trusted(ctx, device_id, "running")
        if seen.outcome != "collected" or last is None:
            return _failed(ctx, device, seen.outcome, seen.detail)
        readings.append(Reading(digest=last.digest, at=ctx.now()))
    return _keep(ctx, device, readings, corrected)


def _failed(ctx: Context, device: Device, outcome: str, detail: str) -> Learned:
    ctx.record("noise.not_learned", device, outcome=outcome, detail=detail)
    return Learned(device_id=device.id, hostname=device.hostname, outcome=outcome, detail=detail)


def _keep(
    ctx: Context, device: Device, readings: Sequence[Reading], corrected: Corrected
) -> Learned:
    """Propose, test on the past, and store; one record of it all."""
    first, second = (snapshots.text_of(ctx, one.digest) for one in readings)
    found = propose(first, second, platform=device.platform)
    known = {one: _alive(ctx, device, one) for one in found.proposals}
    new = [one for one, row in known.items() if row is None]
    made = [row for row in _stored(ctx, device, readings, new, corrected) if row is not None]
    ctx.record(
        "noise.learned", device,
        first=readings[0].told, second=readings[1].told,
        proposed=[row.id for row in made], known=[row.id for row in known.values() if row],
        others=[[*one.path, one.line, one.reason] for one in found.others],
    )  # fmt: skip
    return Learned(
        device_id=device.id, hostname=device.hostname, outcome="learned", masks=tuple(made),
        known=tuple(row for row in known.values() if row is not None), others=found.others,
        detail=_told(found),
    )  # fmt: skip


def _told(found: Proposals) -> str:
    """What differed, in a sentence."""
    if not found.proposals and not found.others:
        return "Both readings are the same; nothing changed by itself in this time."
    changed = counted(len(found.proposals), "line changed by itself", "lines changed by themselves")
    return f"{changed}, {counted(len(found.others), 'other differs', 'others differ')}."


def _stored(
    ctx: Context, device: Device, readings: Sequence[Reading], new: Sequence[Proposal],
    corrected: Corrected,
) -> list[NoiseMask | None]:  # fmt: skip
    """The proposals as rows; None for one that somebody else stored at this very moment."""
    unit_id = device.governing_unit_id
    if not new or unit_id is None:
        return []
    kept = past.history(ctx, platform=device.platform, unit_id=unit_id)
    tested = [(one, past.back_test(ctx, one.mask, kept, corrected=corrected)) for one in new]
    return [
        _insert(ctx, device, one, _evidence(device, readings, figures)) for one, figures in tested
    ]


def _evidence(device: Device, readings: Sequence[Reading], figures: Figures) -> dict[str, Fact]:
    first, second = readings
    return {
        "device": device.hostname, "first": first.told, "second": second.told,
        "seconds": round((second.at - first.at).total_seconds(), 1), "history": figures.told,
    }  # fmt: skip


def _insert(
    ctx: Context, device: Device, one: Proposal, evidence: dict[str, Fact]
) -> NoiseMask | None:
    row = insert(NoiseMask).values(
        platform=device.platform, unit_id=device.governing_unit_id, path=list(one.mask.path),
        pattern=one.mask.pattern, example_before=one.before, example_after=one.after,
        state="proposed", evidence=evidence, device_id=device.id, reason="",
        learned_by_id=ctx.person.person_id, learned_at=ctx.now(),
    )  # fmt: skip
    key = ctx.session.scalar(row.on_conflict_do_nothing().returning(NoiseMask.id))
    if key is None:
        return None
    made = ctx.get(NoiseMask, key)
    ctx.record(
        "noise.proposed", made, path=made.path, pattern=made.pattern,
        before=made.example_before, after=made.example_after, evidence=evidence,
    )  # fmt: skip
    return made


def _alive(ctx: Context, device: Device, one: Proposal) -> NoiseMask | None:
    """The same mask, proposed or active already for this device's unit or one above it."""
    units = list(above(device.governing_unit_id, parents(ctx)))
    return ctx.session.scalar(
        select(NoiseMask)
        .where(NoiseMask.platform == device.platform, NoiseMask.unit_id.in_(units))
        .where(NoiseMask.path == list(one.mask.path), NoiseMask.pattern == one.mask.pattern)
        .where(NoiseMask.state.in_(("proposed", "active")))
        .limit(1)
    )
