"""Verify: the device is observed again, and the difference must be exactly the declared one."""

from collections.abc import Iterable
from dataclasses import dataclass

from changes.claims import Claim
from changes.models import VerificationResult
from changes.plans import Mark, TargetPlan, mark
from changes.pre_state import since
from core.context import Context
from inventory import discovery, snapshots
from inventory.models import Device


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What one device shows after a run, against what was declared."""

    device_id: int
    hostname: str
    as_declared: bool
    detail: str
    unchanged: bool = False


def verify(ctx: Context, held: Claim, target: TargetPlan, *, undone: bool) -> Verified:
    """Collect the device and compare; `undone` expects the pre-state instead of the change."""
    declared = frozenset[Mark]() if undone else frozenset(target.declared)
    collected = discovery.collect(ctx, target.device_id)
    if collected.outcome not in {"changed", "unchanged"}:
        detail = f"could not be observed after the run: {collected.outcome} {collected.detail}"
        return _keep(ctx, held, target, declared, None, detail.strip())
    snapshot = snapshots.latest(ctx, target.device_id)
    if snapshot is None:
        return _keep(ctx, held, target, declared, None, "shows no complete configuration")
    seen = frozenset(mark(one) for one in since(ctx, target, snapshot).differences)
    return _keep(ctx, held, target, declared, seen, "", snapshot.id)


def _keep(
    ctx: Context, held: Claim, target: TargetPlan, declared: frozenset[Mark],
    seen: frozenset[Mark] | None, detail: str, snapshot_id: int | None = None,
) -> Verified:  # fmt: skip
    surplus = seen - declared if seen is not None else frozenset[Mark]()
    missing = declared - seen if seen is not None else declared
    good = seen is not None and not surplus and not missing
    told = detail or ("exactly as declared" if good else _words(surplus, missing))
    ctx.add(
        VerificationResult(
            run_id=held.fence, device_id=target.device_id, snapshot_id=snapshot_id,
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
        unchanged=seen == frozenset(),
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
