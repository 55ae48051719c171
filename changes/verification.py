"""Verify: the device is observed again, and the difference must be exactly the declared one.

Of an upgrade the device must also run the declared version, and say that it boots its image.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from changes.claims import Claim
from changes.logins import switching
from changes.models import VerificationResult
from changes.plans import Mark, TargetPlan, mark
from changes.pre_state import since
from core.context import Context
from inventory import discovery, snapshots
from inventory.drivers.images import images_of
from inventory.logins import login_by
from inventory.models import Device
from inventory.results import CollectionOutcome
from inventory.snapshot_models import Snapshot

Standing = Literal["pre_state", "intended", "in_between", "unseen"]
Which = Literal["former", "new", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Which of an upgrade's two releases a device runs and boots, and what it is in words."""

    which: Which
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a device differs in from the pre-state now; `marks` None where it showed nothing.

    `runs` is what it runs, of an upgrade; None of any other change.
    """

    marks: frozenset[Mark] | None
    detail: str = ""
    snapshot_id: int | None = None
    runs: Runs | None = None

    def shows(self, marks: frozenset[Mark], which: Which) -> bool:
        """Whether it is exactly this, and runs this release where it is about one."""
        return self.marks == marks and (self.runs is None or self.runs.which == which)

    @property
    def beside(self) -> str:
        """What it runs, to be told behind what it shows."""
        return f" and {self.runs.words}" if self.runs else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What one device shows after a run, against what was declared."""

    device_id: int
    hostname: str
    as_declared: bool
    detail: str
    unchanged: bool = False


def observe(ctx: Context, target: TargetPlan, *, by: str | None = None) -> Seen:
    """Collect the device in a new session and tell its difference from the pre-state.

    With `by` that session gets in by the password of this reference, or not at all.
    """
    collected = _collected(ctx, target, by)
    if collected.outcome not in {"changed", "unchanged"}:
        detail = f"could not be observed after the run: {collected.outcome} {collected.detail}"
        return Seen(marks=None, detail=detail.strip())
    snapshot = snapshots.latest(ctx, target.device_id)
    if snapshot is None:
        return Seen(marks=None, detail="shows no complete configuration")
    marks = frozenset(mark(one) for one in since(ctx, target, snapshot).differences)
    return Seen(marks=marks, snapshot_id=snapshot.id, runs=_runs(ctx, target, snapshot))


def _collected(ctx: Context, target: TargetPlan, by: str | None) -> CollectionOutcome:
    if by is None:
        return discovery.collect(ctx, target.device_id)
    find = partial(login_by, reference=by)
    return discovery.collect(ctx, target.device_id, find_login=find)


def _runs(ctx: Context, target: TargetPlan, shown: Snapshot) -> Runs | None:
    release = target.release
    if release is None:
        return None
    version = ctx.get(Device, target.device_id).os_version
    images = images_of(target.platform)
    before, now = (
        images.booted(snapshots.text_of(ctx, one))[:1]
        for one in (bytes.fromhex(target.pre_state), shown.digest)
    )
    which: Which = "other"
    if version == release.version and now in {(), (release.image,)}:
        which = "new"
    elif version == release.former_version and now == before:
        which = "former"
    boots = f", and boots {now[0]}" if now else ""
    return Runs(which=which, words=f"runs {version or 'an unknown version'}{boots}")


def standing(target: TargetPlan, seen: Seen) -> tuple[Standing, str]:
    """In which of the two states a device is, or that it is in neither, with the lines. Pure."""
    declared = frozenset(target.declared)
    if seen.marks is None:
        return "unseen", seen.detail
    if seen.shows(declared, "new"):
        return "intended", f"shows exactly what the change declares{seen.beside}"
    if seen.shows(frozenset(), "former"):
        return "pre_state", f"shows what it showed before the change{seen.beside}"
    words = _words(seen.marks - declared, declared - seen.marks)
    told = "; ".join(filter(None, [words, seen.runs.words if seen.runs else ""]))
    return "in_between", f"shows neither of the two states: {told}"


def verify(ctx: Context, held: Claim, target: TargetPlan, *, undone: bool) -> Verified:
    """Collect the device and compare; `undone` expects the pre-state instead of the change."""
    declared = frozenset[Mark]() if undone else frozenset(target.declared)
    seen = observe(ctx, target, by=switching.expected(target, undone=undone))
    surplus = seen.marks - declared if seen.marks is not None else frozenset[Mark]()
    missing = declared - seen.marks if seen.marks is not None else declared
    good = seen.shows(declared, "former" if undone else "new")
    told = seen.detail or (
        f"exactly as declared{seen.beside}" if good
        else "; ".join(filter(None, [_words(surplus, missing), seen.beside.removeprefix(" and ")]))
    )  # fmt: skip
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
        unchanged=seen.shows(frozenset(), "former"),
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
