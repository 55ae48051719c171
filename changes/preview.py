"""Preview a change on its devices in Ansible's check mode. Changes nothing, approves nothing.

Where a platform has configuration sessions or a candidate the device itself judges the lines in one
that is thrown away; on servers Ansible's own check mode tells; elsewhere the difference is computed
from what the device shows now. Each preview says which of these it is.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from changes import ansible
from changes.ansible import Diffed, Told
from changes.errors import AnsibleUnavailable, StaleDigest, WrongState
from changes.models import ChangeRequest
from changes.plans import Plan, TargetPlan, edited
from changes.playbooks import playbook, shelve
from changes.requests import plan_of, require_on_all
from changes.run_folder import Host, private_folder
from changes.running import hosts
from changes.states import State
from core.context import Context, Work
from core.secrets import installation_key
from inventory import held_sessions
from inventory.redaction import redact

SECONDS = 600
PREVIEWED = frozenset({State.PROPOSED, State.APPROVED})

How = Literal["check mode", "config session", "candidate compare", "computed"]
CHECK_MODE: How = "check mode"


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePreview:
    """What the change would do to one device, secrets redacted.

    `how` is what told so, None where nothing did; `problem` says why. In a config session or a
    candidate compare the device itself judged the lines; check mode is Ansible's, on servers.
    """

    device_id: int
    hostname: str
    how: How | None = None
    diff: str = ""
    refused: tuple[str, ...] = ()
    problem: str = ""


def preview(ctx: Context, change_id: int) -> tuple[DevicePreview, ...]:
    """Rehearse a proposed or approved change; one result a device, in the order of the plan.

    Needs `change.read` and `device.collect` on each device. No transaction is open while Ansible
    works. Raises WrongState, and StaleDigest when a playbook is not the planned one any more.
    """
    change = ctx.get(ChangeRequest, change_id)
    require_on_all(ctx, change, "change.read")
    require_on_all(ctx, change, "device.collect")
    if change.state not in PREVIEWED:
        raise WrongState(f"Change {change_id} is {change.state}; there is nothing to preview.")
    plan, digest = plan_of(change), change.digest
    book = playbook(plan.playbook)
    ready = [
        hosts.reached(ctx, one, hosts.variables(book, one, way="there")) for one in plan.targets
    ]
    key = installation_key(ctx, "redaction")
    told: list[Told] = []
    ctx.work = Work(change_id=change_id)
    try:
        with ctx.released():
            _rehearse(ctx, plan, ready, heard=told)
    finally:  # what was typed for it is recorded however it ended
        held = [session for one in told for session in one.sessions]
        ctx.record_all(held_sessions.records_of(ctx, held))
        ctx.commit()
    found = tuple(_device(target, told, key) for target in plan.targets)
    ctx.record(
        "change.previewed", change, digest=digest,
        devices={one.hostname: one.problem or one.how for one in found},
        refused=[f"{one.hostname}: {line}" for one in found for line in one.refused],
    )  # fmt: skip
    return found


def _rehearse(ctx: Context, plan: Plan, ready: Sequence[Host], *, heard: list[Told]) -> None:
    """Hear all that Ansible tells of the plan's playbook in check mode."""
    runs = ctx.settings.home / "runs"
    with private_folder(runs) as place:
        shelf = shelve(place)
        name = edited(plan, shelf)
        if name is not None:
            raise StaleDigest(f"The playbook {name} was edited since the plan. Renew the plan.")
        result = ansible.run(
            playbook(plan.playbook, shelf), ready, runs=runs, forks=ctx.settings.ansible_forks,
            seconds=SECONDS, tell=heard.append, go_on=lambda: True, mode="check",
        )  # fmt: skip
    if result.status not in {"successful", "failed"}:
        raise AnsibleUnavailable(f"The preview ended as {result.status} after {SECONDS} s at most.")


def _device(target: TargetPlan, heard: Sequence[Told], key: bytes) -> DevicePreview:
    told = [one for one in heard if one.host == target.hostname]
    nothing = DevicePreview(device_id=target.device_id, hostname=target.hostname)
    refused = tuple(line for one in told for line in one.refused)
    failed = [one for one in told if one.status in {"failed", "unreachable"}]
    if failed and not refused:
        return replace(nothing, problem=failed[0].text or "Ansible reported a failure")
    if not told:
        return replace(nothing, problem="Ansible said nothing of it")
    diffs = [_shown(diff, target, key) for one in told for diff in one.diffs]
    return replace(
        nothing, how=next((cast("How", one.how) for one in told if one.how), CHECK_MODE),
        diff="\n".join(diff for diff in diffs if diff), refused=refused,
    )  # fmt: skip


def _shown(diff: Diffed, target: TargetPlan, key: bytes) -> str:
    """One difference as a text, secrets redacted."""
    if diff.prepared:
        lines = diff.prepared.splitlines()
        bare = _redacted([line[1:] for line in lines], target, key)
        return "\n".join(line[:1] + rest for line, rest in zip(lines, bare, strict=False))
    before, after = (
        _redacted(text.splitlines(), target, key) for text in (diff.before, diff.after)
    )
    return "\n".join(
        difflib.unified_diff(before, after, lineterm="", fromfile=diff.place, tofile=diff.place)
    )


def _redacted(lines: Sequence[str], target: TargetPlan, key: bytes) -> Sequence[str]:
    """Lines with their secrets marked, read as lines of a file where the platform has files."""
    section = "[file -]\n"
    text = section + "\n".join(f" {line}" for line in lines)
    marked = redact(text, platform=target.platform, key=key).removeprefix(section)
    return [line.removeprefix(" ") for line in marked.split("\n")]
