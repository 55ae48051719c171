"""Plans whose lines hold secrets by their marks: restores and rotations. Never sees them in a plan.

A mark is the keyed digest of the secret: approvers sign which one it is without seeing it. Only the
run's own folder gets its value, and only for the hosts that type it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from changes.errors import NothingToDo, SecretInPlan
from changes.logins.secrets import secrets_of
from changes.planning import completed, correction, observed, refuse_unsafe
from changes.plans import Mark, TargetPlan, mark
from changes.pre_state import inventory_of
from changes.typeable import require_typeable
from core.audit import Fact
from core.context import Context
from core.errors import InvalidInput
from core.secrets import SecretUnavailable, installation_key, read_secret
from drift import assess
from drift.engine import Assessment
from drift.engine.apply import applied
from drift.engine.places import SECRET
from drift.intent import sections
from inventory.models import Device
from inventory.redaction import mark as mark_of
from inventory.redaction import redact
from inventory.unsealing import marks_in, unsealed

PLAIN = "<sealed:"  # what the engine takes for a word like any other
PLACE = "{secret}"
SHORTEST = 4  # characters of a secret
REFERENCES = "trimtab_references"
"""The variable of a target with the references of marks whose secret no device has shown yet."""
NOTHING: Mapping[str, Fact] = {}
OUTSIDE = frozenset({"env", "file"})  # they would send this machine's own to a device


def restoration(
    ctx: Context, device: Device, intended: str, *, managed: Sequence[str] = ()
) -> TargetPlan:
    """The plan that brings a device to a text that it showed once, its secrets included.

    Raises SecretInPlan where a secret that has to be typed is in no original that is kept.
    """
    pre, running = observed(ctx, device)
    judged = sections.assess(
        _plain(running), _plain(intended), platform=device.platform, sections=managed
    )
    told = "\n".join((*judged.remediation, *judged.rollback))
    if PLAIN not in told:
        return correction(ctx, device, intended, managed=managed)
    refuse_unsafe(device, judged)
    target = _target(device, pre, judged, {})
    _require_known(ctx, device, target)
    return completed(ctx, device, running, target)


def rotation(ctx: Context, device: Device, lines: Sequence[str], *, reference: str) -> TargetPlan:
    """The plan of lines with `{secret}` where the referenced secret is typed.

    A secret that is replaced stands in them by its mark, as the configuration shows it.
    The reference holds the secret as the device shows it: for one that is hashed, the hash.
    """
    value = readable(ctx, reference)
    key = installation_key(ctx, "redaction")
    name = mark_of(value, key)
    _require_covered(device, lines, value, key)
    told = [line.replace(PLACE, name) for line in lines]
    return typed(ctx, device, told, variables={REFERENCES: {name: reference}})


def readable(ctx: Context, reference: str) -> str:
    """The secret of a reference that may be sent to a device, or InvalidInput."""
    scheme = reference.partition(":")[0]
    if scheme in OUTSIDE:
        raise InvalidInput(
            f"{reference} is a secret of the machine where Trimtab runs; rotate with db:NAME or "
            "one of a vault.",
            field="reference",
        )
    value = read_secret(ctx, reference)
    if len(value) < SHORTEST or not value.isprintable() or " " in value:
        raise InvalidInput(
            f"{reference} is no secret that a configuration line can hold: it needs at least "
            f"{SHORTEST} printable characters without spaces.",
            field="reference",
        )
    return value


def typed(
    ctx: Context, device: Device, lines: Sequence[str], *, variables: Mapping[str, Fact] = NOTHING
) -> TargetPlan:
    """The plan of lines in which secrets stand by their marks.

    `variables` say where those are that no device has shown yet; the others are in the device's
    originals, or SecretInPlan.
    """
    require_typeable(device.hostname, lines, platform=device.platform)
    pre, running = observed(ctx, device)
    wanted = tuple(_plain(line.rstrip()) for line in lines if line.strip())
    before = _plain(running)
    judged = assess(
        before, applied(before, wanted, platform=device.platform), platform=device.platform
    )
    if judged.in_sync:
        raise NothingToDo(f"{device.hostname} shows these lines, with these very secrets, already.")
    refuse_unsafe(device, judged)
    target = replace(_target(device, pre, judged, variables), lines=tuple(map(_marked, wanted)))
    _require_known(ctx, device, target)
    return completed(ctx, device, running, target)


def rotated_again(ctx: Context, device: Device, target: TargetPlan) -> TargetPlan:
    """A rotation planned anew: the same lines, with what the reference holds now."""
    [(name, reference)] = _references(target).items()
    lines = [line.replace(name, PLACE) for line in target.lines]
    return rotation(ctx, device, lines, reference=reference)


def is_rotation(target: TargetPlan) -> bool:
    return bool(_references(target))


def unsealed_for(ctx: Context, target: TargetPlan, texts: Sequence[str] = ()) -> dict[str, str]:
    """The secrets of these texts, by mark; for the run of an approved plan.

    Without texts it is the target's lines there and back.
    """
    marks = marks_in(texts or (*target.lines, *target.rollback))
    if not marks:
        return {}
    references = {one: ref for one, ref in _references(target).items() if one in marks}
    device, made = ctx.get(Device, target.device_id), secrets_of(ctx, target, marks)
    return made | unsealed(ctx, device, marks - made.keys(), references=references)


def _references(target: TargetPlan) -> dict[str, str]:
    """Where the secrets are that no device has shown yet, by mark."""
    told = target.variables.get(REFERENCES)
    return {one: str(ref) for one, ref in told.items()} if isinstance(told, Mapping) else {}


def _require_known(ctx: Context, device: Device, target: TargetPlan) -> None:
    try:
        unsealed_for(ctx, target)
    except SecretUnavailable as error:
        raise SecretInPlan(error.message, hostname=device.hostname) from error


def _require_covered(device: Device, lines: Sequence[str], value: str, key: bytes) -> None:
    """Refuse lines that would show the secret, and the login that Trimtab itself uses."""
    others = [line for line in lines if PLACE not in line]
    if any(redact(line, platform=device.platform, key=key) != line for line in others):
        raise SecretInPlan(
            f"The lines for {device.hostname} hold a secret in clear. Write the one to be replaced "
            "as its configuration shows it, such as <secret:0123456789ab>.",
            hostname=device.hostname,
        )
    holding = [line for line in lines if PLACE in line]
    if not holding:
        raise InvalidInput(f"Write {PLACE} where the new secret goes.", field="lines")
    for line in holding:
        shown = redact(line.replace(PLACE, value), platform=device.platform, key=key)
        if shown != line.replace(PLACE, mark_of(value, key)):
            raise SecretInPlan(
                f"{device.hostname} would show the secret of {line.strip()!r} to everybody who "
                "reads its configuration. Only lines that hold a secret take one.",
                hostname=device.hostname,
            )
        words = line.split()
        if device.credential.username in words or words[:1] == ["enable"]:
            raise SecretInPlan(
                f"{line.strip()!r} is the login with which Trimtab itself reaches "
                f"{device.hostname}; its verification would be locked out. Replace a password by "
                "`trimtab change rotate-login`; an enable secret by hand, and give the device "
                "another credential.",
                hostname=device.hostname,
            )


def _target(
    device: Device, pre: str, judged: Assessment, variables: Mapping[str, Fact]
) -> TargetPlan:
    return TargetPlan(
        device_id=device.id, hostname=device.hostname, platform=device.platform, pre_state=pre,
        lines=tuple(map(_marked, judged.remediation)),
        rollback=tuple(map(_marked, judged.rollback)), files=(), rollback_files=(),
        declared=tuple(_declared(mark(one)) for one in judged.differences), variables=variables,
        inventory=inventory_of(device),
    )  # fmt: skip


def _declared(one: Mark) -> Mark:
    path, line, side = one
    return tuple(map(_marked, path)), _marked(line), side


def _plain(text: str) -> str:
    return text.replace(SECRET, PLAIN)


def _marked(text: str) -> str:
    return text.replace(PLAIN, SECRET)
