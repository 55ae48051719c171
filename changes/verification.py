"""Verify: the device is observed again, and the difference must be exactly the declared one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from changes.claims import Claim
from changes.models import VerificationResult
from changes.plans import Mark, TargetPlan, mark
from changes.pre_state import since
from core.context import Context
from inventory import discovery, snapshots
from inventory.models import Device

Standing = Literal["pre_state", "intended", "in_between", "unseen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a device differs in from the pre-state now; `marks` None where it showed nothing."""

    marks: frozenset[Mark] | None
    detail: str = ""
    snapshot_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What one device shows after a run, against what was declared."""

    device_id: int
    hostname: str
    as_declared: bool
    detail: str
    unchanged: bool = False


def observe(ctx: Context, target: TargetPlan) -> Seen:
    """Collect the device in a new session and tell its difference from the pre-state."""
    collected = discovery.collect(ctx, target.device_id)
    if collected.outcome not in {"changed", "unchanged"}:
        detail = f"could not be observed after the run: {collected.outcome} {collected.detail}"
        return Seen(marks=None, detail=detail.strip())
    snapshot = snapshots.latest(ctx, target.device_id)
    if snapshot is None:
        return Seen(marks=None, detail="shows no complete configuration")
    marks = frozenset(mark(one) for one in since(ctx, target, snapshot).differences)
    return Seen(marks=marks, snapshot_id=snapshot.id)


def standing(target: TargetPlan, seen: Seen) -> tuple[Standing, str]:
    """In which of the two states a device is, or that it is in neither, with the lines. Pure."""
    declared = frozenset(target.declared)
    if seen.marks is None:
        return "unseen", seen.detail
    if seen.marks == declared:
        return "intended", "shows exactly what the change declares"
    if not seen.marks:
        return "pre_state", "shows what it showed before the change"
    words = _words(seen.marks - declared, declared - seen.marks)
    return "in_between", f"shows neither of the two states: {words}"


def verify(ctx: Context, held: Claim, target: TargetPlan, *, undone: bool) -> Verified:
    """Collect the device and compare; `undone` expects the pre-state instead of the change."""
    declared = frozenset[Mark]() if undone else frozenset(target.declared)
    seen = observe(ctx, target)
    surplus = seen.marks - declared if seen.marks is not None else frozenset[Mark]()
    missing = declared - seen.marks if seen.marks is not None else declared
    good = seen.marks == declared
    told = seen.detail or ("exactly as declared" if good else _words(surplus, missing))
    ctx.add(
        VerificationResult(
            run_id=held.fence, device_id=target.device_id, snapshot_id=seen.snapshot_id,
            as_declared=good, surplus=_facts(surplus), missing=_facts(missing), detail=told,
            verified_at=ctx.now(),
        )
    )  # fmt: skip
    device = ctx.get(Device, target.device_id)
    ctx.record(
        "change.verified", device, change=held.change_id, fence=held.fence, as_declared=good,
        detail=told,
    )  # fmt: skip
    ctx.commit()
    return Verified(
        device_id=target.device_id, hostname=target.hostname, as_declared=good, detail=told,
        unchanged=seen.marks == frozenset(),
    )  # fmt: skip


def _words(surplus: frozenset[Mark], missing: frozenset[Mark]) -> str:
    parts = []
    if missing:
        parts.append(f"declared but not seen: {_lines(missing)}")
    if surplus:
        parts.append(f"seen but not declared: {_lines(surplus)}")
    return "; ".join(parts)


def _lines(marks: Iterable[Mark]) -> str:
    return ", ".join(sorted(f"{' / '.join((*path, line))} ({side})" for path, line, side in marks))


def _facts(marks: frozenset[Mark]) -> list[list[object]]:
    return [[list(path), line, side] for path, line, side in sorted(marks)]
