"""Plan what happens to one device: the commands, their way back, the declared difference.

Reads what the device showed last; runs and approves nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from changes.errors import NoSafeCommands, NotActive, NothingToDo, SecretInPlan
from changes.plans import File, Guard, TargetPlan, mark
from changes.pre_state import ACTIVE, inventory_of
from changes.typeable import require_inert, require_typeable
from core.audit import Fact
from core.context import Context
from drift import assess
from drift.engine import Assessment
from drift.engine.apply import applied
from drift.engine.places import SECRET
from drift.engine.sections import file_of
from drift.intent import sections
from drift.noise.masks import Mask, masked
from drift.noise.reach import active
from drift.platforms import platform
from inventory import snapshots
from inventory.drivers.guards import guard_for, unguarded
from inventory.models import Device
from inventory.redaction import redact

SWITCHED_OFF = "guards are switched off (the setting guard_minutes is 0)"


def correction(
    ctx: Context, device: Device, intended: str, *, managed: Sequence[str] = (),
    state: str = ACTIVE,
) -> TargetPlan:  # fmt: skip
    """The plan that brings a device from what it shows now to the intended text.

    Only the `managed` sections, without any all of them; no line that a mask says moves by itself.
    """
    pre, running = observed(ctx, device, state=state)
    noise = noise_of(ctx, device)
    steady = masked(running, intended, noise, platform=device.platform)
    judged = sections.assess(steady, intended, platform=device.platform, sections=managed)
    if judged.in_sync:
        raise NothingToDo(f"{device.hostname} is in sync already; there is nothing to correct.")
    if device.platform == "linux":
        wanted = masked(intended, running, noise, platform=device.platform)
        target = _files(device, pre, running, wanted, judged)
    else:
        refuse_unsafe(device, judged)
        target = _target(device, pre, judged)
    return _with_guard(ctx, device, running, _with_masks(noise, target))


def typed(
    ctx: Context, device: Device, lines: Sequence[str], *, way_back: Sequence[str] = (),
    state: str = ACTIVE,
) -> TargetPlan:  # fmt: skip
    """The plan of typing given lines; the declared difference is computed from the pre-state.

    Refused where the platform has no lines to type, and where there would be no safe way back:
    that is computed too, or it is the given lines, which must lead to the pre-state.
    """
    if platform(device.platform).style != "indent":
        raise NoSafeCommands(
            f"{device.hostname} ({device.platform}) is not changed by typing lines.",
            hostname=device.hostname,
        )
    pre, running = observed(ctx, device, state=state)
    told = tuple(line.rstrip() for line in lines if line.strip())
    require_typeable(device.hostname, told, platform=device.platform)
    _refuse_secrets(device, told)
    after = applied(running, told, platform=device.platform)
    judged = assess(running, after, platform=device.platform)
    if judged.in_sync:
        raise NothingToDo(f"The lines would change nothing on {device.hostname}.")
    undoing = tuple(line.rstrip() for line in way_back if line.strip())
    if undoing:
        _refuse_false(device, after, undoing, running)
        judged = replace(judged, rollback=undoing, refusals=())
    refuse_unsafe(device, judged)
    return completed(ctx, device, running, replace(_target(device, pre, judged), lines=told))


def retyped(ctx: Context, device: Device, target: TargetPlan, *, state: str) -> TargetPlan:
    """The plan of the same lines from what the device shows now.

    The former way back is kept where it still leads there, as it may be a person's own; else it is
    computed.
    """
    try:
        return typed(ctx, device, target.lines, way_back=target.rollback, state=state)
    except NoSafeCommands:
        return typed(ctx, device, target.lines, state=state)


def filed(
    ctx: Context, device: Device, files: Sequence[File], *, state: str = ACTIVE
) -> TargetPlan:
    """The plan that puts whole files of a server in place, and takes those without content away."""
    held = [(one.path, one.content) for one in files if one.content is not None]
    text = "".join(f"[file {path}]\n{_indented(content)}" for path, content in held)
    managed = [f"file {one.path}" for one in files]
    return correction(ctx, device, text, managed=managed, state=state)


def _indented(content: str) -> str:
    lines = content.removesuffix("\n").split("\n") if content else []
    return "".join(f" {line}\n" for line in lines)


def by_playbook(ctx: Context, device: Device, variables: Mapping[str, Fact]) -> TargetPlan:
    """The plan of a playbook that takes variables of its own and leaves the configuration as it is.

    Whoever asks has checked the variables against the playbook's schema.
    """
    pre, running = observed(ctx, device)
    _refuse_secrets(device, tuple(_texts(variables)))
    target = TargetPlan(
        device_id=device.id, hostname=device.hostname, platform=device.platform, pre_state=pre,
        lines=(), rollback=(), files=(), rollback_files=(), declared=(), variables=variables,
        inventory=inventory_of(device),
    )  # fmt: skip
    return completed(ctx, device, running, target)


def _texts(value: Fact) -> Iterator[str]:
    """Every text in it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, Sequence):
        for one in value:
            yield from _texts(one)


def _refuse_false(device: Device, after: str, undoing: tuple[str, ...], before: str) -> None:
    """Raise unless the lines lead back to what was before."""
    back = applied(after, undoing, platform=device.platform)
    if not assess(back, before, platform=device.platform).in_sync:
        raise NoSafeCommands(
            f"The rollback lines given for {device.hostname} do not lead back to what it shows "
            "now. Correct them, or leave them out to have them computed.",
            hostname=device.hostname,
        )


def refuse_unsafe(device: Device, judged: Assessment) -> None:
    """Raise NoSafeCommands where the engine knows no commands for a place."""
    if judged.refusals:
        first = judged.refusals[0]
        raise NoSafeCommands(
            f"There are no safe commands for {device.hostname} at {' / '.join(first.path)}: "
            f"{first.reason}. Correct that place by hand, or accept it as baseline.",
            hostname=device.hostname,
        )


def observed(ctx: Context, device: Device, *, state: str = ACTIVE) -> tuple[str, str]:
    """The hash and the text of what the device showed last; NotActive or NothingToDo."""
    if device.state != state:
        raise NotActive(
            f"{device.hostname} is {device.state}; only {state} devices are changed like this.",
            hostname=device.hostname,
        )
    snapshot = snapshots.latest(ctx, device.id)
    if snapshot is None:
        raise NothingToDo(
            f"{device.hostname} was never collected completely; collect it first "
            f"(`trimtab collect {device.hostname}`)."
        )
    return snapshot.digest.hex(), snapshots.text_of(ctx, snapshot.digest)


def noise_of(ctx: Context, device: Device) -> tuple[Mask, ...]:
    """The masks that hold for the device now."""
    return active(ctx).of(device.platform, device.governing_unit_id)


def completed(ctx: Context, device: Device, running: str, target: TargetPlan) -> TargetPlan:
    """The plan with the masks that hold, and what the device does by itself if nobody confirms."""
    return _with_guard(ctx, device, running, _with_masks(noise_of(ctx, device), target))


def _with_guard(ctx: Context, device: Device, running: str, target: TargetPlan) -> TargetPlan:
    minutes = ctx.settings.guard_minutes
    if minutes == 0:
        return replace(target, unguarded=SWITCHED_OFF)
    kind = guard_for(device.platform, running, options=device.options)
    if kind is None:
        why = unguarded(device.platform, running, options=device.options)
        return replace(target, unguarded=why)
    return replace(target, guard=Guard(kind=kind, minutes=minutes))


def _with_masks(noise: Sequence[Mask], target: TargetPlan) -> TargetPlan:
    """The plan with its masks; a line that the change itself declares is verified to the letter."""
    declared = [(path, line) for path, line, _ in target.declared]
    kept = (one for one in noise if not any(one.fits(*place) for place in declared))
    return replace(target, masks=tuple(kept))


def _target(device: Device, pre: str, judged: Assessment) -> TargetPlan:
    _refuse_secrets(device, (*judged.remediation, *judged.rollback))
    require_inert(device.hostname, (*judged.remediation, *judged.rollback))
    return TargetPlan(
        device_id=device.id, hostname=device.hostname, platform=device.platform, pre_state=pre,
        lines=judged.remediation, rollback=judged.rollback, files=(), rollback_files=(),
        declared=tuple(mark(one) for one in judged.differences), inventory=inventory_of(device),
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
        declared=tuple(mark(one) for one in judged.differences), inventory=inventory_of(device),
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
