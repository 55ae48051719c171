"""The hosts of a run, with the variables that a playbook takes of what the plan says of them."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Literal

from changes.claims import Claim
from changes.plans import PER_HOST, Check, File, Plan, TargetPlan
from changes.playbooks import RELEASE, Playbook, check_variables, named, playbook
from changes.run_folder import Host
from changes.sealed import unsealed_for
from core.audit import Fact
from core.context import Context
from inventory.logins import login_for
from inventory.models import Device

Way = Literal["there", "back"]
GUARDING = ("confirm", "revert")
"""The playbooks that end what a device's own guard began."""


def reached(ctx: Context, target: TargetPlan, variables: Mapping[str, Fact]) -> Host:
    """The host with its login, and the secrets that its lines name by their marks."""
    login = login_for(ctx, ctx.get(Device, target.device_id))
    typed = [json.dumps(variables)] if "trimtab_lines" in variables else []
    secrets = unsealed_for(ctx, target, typed) if typed else {}
    return Host(login=replace(login, unsealed=secrets), variables=variables)


def variables(book: Playbook, target: TargetPlan, *, way: Way, guard: str = "") -> dict[str, Fact]:
    """What the playbook gets of a target: of ours what its schema names; there, all of its own.

    `guard` is the name of the run's guard; with it a target that has one is guarded.
    """
    there = way == "there"
    contents = (
        _contents(target.lines, target.files)
        if there
        else _contents(target.rollback, target.rollback_files)
    )
    taken = named(book)
    told = {name: value for name, value in contents.items() if name in taken}
    own = target.variables.items()
    told |= {name: value for name, value in own if there or name in taken}
    if target.release is not None and RELEASE in taken:
        told[RELEASE] = asdict(target.release)
    if guard and target.guard is not None:
        told["trimtab_guard"] = {
            "kind": target.guard.kind, "minutes": target.guard.minutes, "name": guard,
        }  # fmt: skip
    return told


def require_variables(plan: Plan, shelf: Path) -> None:
    """Raise InvalidVariables unless each playbook takes what it would get, before any runs."""
    book, back = playbook(plan.playbook, shelf), playbook(plan.way_back, shelf)
    for target in plan.targets:
        check_variables(book, variables(book, target, way="there", guard="any"))
        check_variables(back, variables(back, target, way="back"))
        for check in plan.checks:
            looking = playbook(check.playbook, shelf)
            if target.platform in looking.platforms and check.concerns(target):
                check_variables(looking, of_check(check, target))
        for name in GUARDING if target.guard is not None else ():
            ending = playbook(name, shelf)
            check_variables(ending, variables(ending, target, way="back", guard="any"))


def of_check(check: Check, target: TargetPlan) -> dict[str, Fact]:
    """The variables of a check for one host: those for all, then those for it alone."""
    told = {name: value for name, value in check.variables.items() if name != PER_HOST}
    by_host = check.variables.get(PER_HOST)
    own = by_host.get(target.hostname) if isinstance(by_host, Mapping) else None
    return told | dict(own) if isinstance(own, Mapping) else told


def guard_name(held: Claim) -> str:
    """What the guards of this run are called on the devices: no two runs share a name."""
    return f"trimtab-c{held.change_id}-f{held.fence}"


def _contents(lines: tuple[str, ...], files: tuple[File, ...]) -> dict[str, Fact]:
    return {"trimtab_lines": list(lines), "trimtab_files": [asdict(file) for file in files]}
