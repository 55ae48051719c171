"""Plans: exactly what will run, and its digest. Builds them; never runs or approves one.

The digest is SHA-256 over RFC 8785 canonical JSON of the plan. It covers, per device, the lines and
files, their rollback, the hash of the observed pre-state, the difference that the change declares
and the masks of lines that may move meanwhile; and for the whole the content of the playbooks there
and back, the kind, the window and a revision, so that a plan made anew never has an old plan's
digest.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import rfc8785
from pydantic import TypeAdapter

from changes.errors import NoSafeCommands, NotActive, NothingToDo, SecretInPlan, StaleDigest
from changes.playbooks import FOLDER, playbook
from core.audit import Fact
from core.context import Context
from drift import assess
from drift.engine import Assessment, Difference
from drift.engine.apply import applied
from drift.engine.places import SECRET
from drift.engine.sections import file_of
from drift.intent import sections
from drift.noise.masks import Mask, masked
from drift.noise.reach import active
from drift.platforms import platform
from inventory import snapshots
from inventory.models import Device
from inventory.redaction import redact
from inventory.snapshot_models import Snapshot

Mark = tuple[tuple[str, ...], str, str]  # path, line, side


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A whole file of a server; without content it is taken away."""

    path: str
    content: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPlan:
    """What happens to one device. `declared` reads from the pre-state: extra lines go.

    `masks` are those that held at planning; a line that fits one may move without being judged.
    """

    device_id: int
    hostname: str
    platform: str
    pre_state: str  # SHA-256 (hex) of the observed configuration
    lines: tuple[str, ...]
    rollback: tuple[str, ...]
    files: tuple[File, ...]
    rollback_files: tuple[File, ...]
    declared: tuple[Mark, ...]
    masks: tuple[Mask, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    kind: str
    method: str
    playbook: str
    playbook_digest: str
    way_back: str
    way_back_digest: str
    revision: int
    window_start: str | None
    window_end: str | None
    targets: tuple[TargetPlan, ...]


PLAN = TypeAdapter(Plan)


def stored(plan: Plan) -> dict[str, Fact]:
    """The plan as JSON, as it is kept and digested; without masks none are spoken of."""
    told: dict[str, Fact] = PLAN.dump_python(plan, mode="json", exclude_defaults=True)
    return told


def digest_of(plan: Plan) -> str:
    """The digest that approvers sign, in hex."""
    return hashlib.sha256(rfc8785.dumps(stored(plan))).hexdigest()


def make_plan(
    targets: Sequence[TargetPlan], *, kind: str, method: str,
    window: tuple[datetime, datetime] | None, revision: int = 1,
) -> Plan:  # fmt: skip
    book, back = playbook("correct_drift"), playbook("restore")
    for target in targets:
        if method == "playbook" and target.platform not in book.platforms:
            raise NoSafeCommands(
                f"The playbook {book.name} does not work on {target.platform}; {target.hostname} "
                "is changed by hand (method by_hand).",
                hostname=target.hostname,
            )
    return Plan(
        kind=kind, method=method, playbook=book.name, playbook_digest=book.digest,
        way_back=back.name, way_back_digest=back.digest, revision=revision,
        window_start=window[0].isoformat() if window else None,
        window_end=window[1].isoformat() if window else None,
        targets=tuple(targets),
    )  # fmt: skip


def edited(plan: Plan, shelf: Path = FOLDER) -> str | None:
    """The name of the plan's first playbook whose content is not the approved one, or None."""
    pinned = {plan.playbook: plan.playbook_digest, plan.way_back: plan.way_back_digest}
    return next((name for name, was in pinned.items() if playbook(name, shelf).digest != was), None)


def correction(
    ctx: Context, device: Device, intended: str, *, managed: Sequence[str] = ()
) -> TargetPlan:
    """The plan that brings a device from what it shows now to the intended text.

    Only the `managed` sections, without any all of them; no line that a mask says moves by itself.
    """
    pre, running = _observed(ctx, device)
    noise = _noise(ctx, device)
    steady = masked(running, intended, noise, platform=device.platform)
    judged = sections.assess(steady, intended, platform=device.platform, sections=managed)
    if judged.in_sync:
        raise NothingToDo(f"{device.hostname} is in sync already; there is nothing to correct.")
    if device.platform == "linux":
        wanted = masked(intended, running, noise, platform=device.platform)
        return _with(noise, _files(device, pre, running, wanted, judged))
    _refuse_unsafe(device, judged)
    return _with(noise, _target(device, pre, judged))


def typed(ctx: Context, device: Device, lines: Sequence[str]) -> TargetPlan:
    """The plan of typing given lines; the declared difference is computed from the pre-state.

    Refused where the platform has no lines to type, and where there would be no safe way back.
    """
    if platform(device.platform).style != "indent":
        raise NoSafeCommands(
            f"{device.hostname} ({device.platform}) is not changed by typing lines.",
            hostname=device.hostname,
        )
    pre, running = _observed(ctx, device)
    told = tuple(line.rstrip() for line in lines if line.strip())
    _refuse_secrets(device, told)
    after = applied(running, told, platform=device.platform)
    judged = assess(running, after, platform=device.platform)
    if judged.in_sync:
        raise NothingToDo(f"The lines would change nothing on {device.hostname}.")
    _refuse_unsafe(device, judged)
    return _with(_noise(ctx, device), replace(_target(device, pre, judged), lines=told))


def _refuse_unsafe(device: Device, judged: Assessment) -> None:
    if judged.refusals:
        first = judged.refusals[0]
        raise NoSafeCommands(
            f"There are no safe commands for {device.hostname} at {' / '.join(first.path)}: "
            f"{first.reason}. Correct that place by hand, or accept it as baseline.",
            hostname=device.hostname,
        )


def since(ctx: Context, target: TargetPlan, shown: Snapshot) -> Assessment:
    """What is different on the device since the pre-state, read from there: extra lines went.

    Judged with the masks of the plan and no others: these were approved with it.
    """
    before = snapshots.text_of(ctx, bytes.fromhex(target.pre_state))
    now = snapshots.text_of(ctx, shown.digest)
    steady = masked(now, before, target.masks, platform=target.platform)
    return assess(before, steady, platform=target.platform)


def same_state(ctx: Context, target: TargetPlan, shown: Snapshot) -> bool:
    """Whether a snapshot shows the state that was planned from, whatever moved by itself."""
    return shown.digest.hex() == target.pre_state or since(ctx, target, shown).in_sync


def require_masks(ctx: Context, plan: Plan) -> None:
    """Raise StaleDigest unless each mask of the plan still holds for its device."""
    held = active(ctx)
    for target in plan.targets:
        device = ctx.get(Device, target.device_id)
        holding = held.of(device.platform, device.governing_unit_id)
        gone = next((one for one in target.masks if one not in holding), None)
        if gone is not None:
            raise StaleDigest(
                f"{target.hostname} was planned with a mask that does not hold any more "
                f"({gone.label}). Renew the plan.",
                hostname=target.hostname,
            )


def mark(difference: Difference) -> Mark:
    return difference.path, difference.line, difference.side


def _observed(ctx: Context, device: Device) -> tuple[str, str]:
    if device.state != "active":
        raise NotActive(
            f"{device.hostname} is {device.state}; only active devices are changed.",
            hostname=device.hostname,
        )
    snapshot = snapshots.latest(ctx, device.id)
    if snapshot is None:
        raise NothingToDo(
            f"{device.hostname} was never collected completely; collect it first "
            f"(`trimtab collect {device.hostname}`)."
        )
    return snapshot.digest.hex(), snapshots.text_of(ctx, snapshot.digest)


def _noise(ctx: Context, device: Device) -> tuple[Mask, ...]:
    return active(ctx).of(device.platform, device.governing_unit_id)


def _with(noise: Sequence[Mask], target: TargetPlan) -> TargetPlan:
    """The plan with its masks; a line that the change itself declares is verified to the letter."""
    declared = [(path, line) for path, line, _ in target.declared]
    kept = (one for one in noise if not any(one.fits(*place) for place in declared))
    return replace(target, masks=tuple(kept))


def _target(device: Device, pre: str, judged: Assessment) -> TargetPlan:
    _refuse_secrets(device, (*judged.remediation, *judged.rollback))
    return TargetPlan(
        device_id=device.id, hostname=device.hostname, platform=device.platform, pre_state=pre,
        lines=judged.remediation, rollback=judged.rollback, files=(), rollback_files=(),
        declared=tuple(mark(one) for one in judged.differences),
    )  # fmt: skip


def _files(device: Device, pre: str, running: str, intended: str, judged: Assessment) -> TargetPlan:
    """A server's files are put back whole; anything else on it has no safe commands."""
    places = dict.fromkeys(one.path[0] for one in judged.differences)
    others = [place for place in places if not place.startswith("[file ")]
    if others:
        raise NoSafeCommands(
            f"{device.hostname} differs in {', '.join(others)}, which Trimtab does not correct; "
            "correct it by hand, or accept it as baseline.",
            hostname=device.hostname,
        )
    new = tuple(File(path=_path(p), content=file_of(intended, p)) for p in places)
    old = tuple(File(path=_path(p), content=file_of(running, p)) for p in places)
    _refuse_secrets(device, tuple(file.content or "" for file in (*new, *old)))
    return TargetPlan(
        device_id=device.id, hostname=device.hostname, platform=device.platform, pre_state=pre,
        lines=(), rollback=(), files=new, rollback_files=old,
        declared=tuple(mark(one) for one in judged.differences),
    )  # fmt: skip


def _path(section: str) -> str:
    return section.removeprefix("[file ").removesuffix("]")


def _refuse_secrets(device: Device, lines: Sequence[str]) -> None:
    text = "\n".join(lines)
    if redact(text, platform=device.platform, key=b"to compare only") != text:
        raise SecretInPlan(
            f"The lines for {device.hostname} hold a secret in clear, which everybody who reads "
            "the change would see. Set the secret by hand and accept the result as baseline.",
            hostname=device.hostname,
        )
    if SECRET in text:
        raise SecretInPlan(
            f"The change of {device.hostname} would write a redacted secret, which Trimtab does "
            "not know in clear. Set the secret by hand and accept the result as baseline.",
            hostname=device.hostname,
        )
