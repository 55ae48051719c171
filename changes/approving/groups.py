"""Devices of a plan to which exactly the same happens, and plans that do the same. Pure."""

import hashlib
from dataclasses import dataclass, replace

import rfc8785
from pydantic import TypeAdapter

from changes.plans import Plan, TargetPlan

TARGET = TypeAdapter(TargetPlan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Devices whose lines, way back, files, variables and declared difference are the same."""

    likeness: str
    targets: tuple[TargetPlan, ...]

    @property
    def shown(self) -> TargetPlan:
        """Any of them: what it says of the difference holds for all."""
        return self.targets[0]


def groups(plan: Plan) -> tuple[Group, ...]:
    """The plan's devices by what happens to them, in the order of their first ones."""
    found: dict[str, list[TargetPlan]] = {}
    for target in plan.targets:
        found.setdefault(likeness(target), []).append(target)
    return tuple(Group(likeness=key, targets=tuple(those)) for key, those in found.items())


def likeness(target: TargetPlan) -> str:
    """A digest (hex) of what happens to a device, whichever device it is."""
    what = replace(target, device_id=0, hostname="", pre_state="", inventory={})
    told = TARGET.dump_python(what, mode="json", exclude_defaults=True)
    return hashlib.sha256(rfc8785.dumps(told)).hexdigest()


def does(plan: Plan) -> frozenset[str]:
    """What a plan does, whichever devices it does it to: equal for alike changes."""
    content = (plan.method, plan.playbook_digest, plan.way_back_digest)
    return frozenset({*content, *(group.likeness for group in groups(plan))})
