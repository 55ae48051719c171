"""Plan the way back of a succeeded change from its own plan. Requests and runs nothing.

Each way is planned from what the device shows now: a change of its own, for approvals of its own.
"""

from collections.abc import Mapping
from dataclasses import replace

from changes import sealed
from changes.errors import InvalidVariables, NoSafeCommands, NoWayBack
from changes.logins import planning as logins
from changes.logins.secrets import ROTATE_LOGIN, login_told
from changes.models import ChangeRequest
from changes.planning import by_playbook, filed, typed
from changes.plans import Plan, TargetPlan, mark
from changes.playbook_syntax import usable
from changes.playbooks import WAY_BACK, Playbook, check_variables, named
from changes.pre_state import since
from changes.requests import Wanted, plan_of
from changes.upgrading import UPGRADE, downgraded
from core.audit import Fact
from core.context import Context
from core.errors import InvalidInput
from drift.platforms import platform
from inventory import snapshots
from inventory.models import Device
from inventory.unsealing import marks_in

UNDOES = "undoes"
"""In a target's `intent`: the number of the change that it takes back."""


def wanted_back(change: ChangeRequest, *, reason: str) -> Wanted:
    """The terms of the change that takes this one back: its way back, and its playbook to undo."""
    plan = plan_of(change)
    title = f"Roll back C{change.id}: {change.title}"
    if any(one.release for one in plan.targets):
        return Wanted(title=title, reason=reason, playbook=UPGRADE)
    if plan.playbook == ROTATE_LOGIN:
        return Wanted(title=title, reason=reason, playbook=ROTATE_LOGIN)
    if plan.way_back == WAY_BACK:
        return Wanted(title=title, reason=reason, playbook=WAY_BACK, way_back=WAY_BACK)
    again = plan.playbook if _fits_again(plan) else WAY_BACK
    return Wanted(title=title, reason=reason, playbook=plan.way_back, way_back=again)


def all_back(ctx: Context, change: ChangeRequest) -> list[TargetPlan]:
    """What takes a change back on each of its devices. Needs `change.request` on them."""
    plan = plan_of(change)
    return [_taken_back(ctx, change, plan, one) for one in plan.targets]


def _taken_back(
    ctx: Context, change: ChangeRequest, plan: Plan, target: TargetPlan
) -> TargetPlan:  # fmt: skip
    """What takes a change back on one of its devices.

    Former files whole, former lines with the former secrets by their marks, or the variables of the
    playbook that undoes it. Raises NoWayBack with the reason where there is none.
    """
    device = ctx.get(Device, target.device_id)
    ctx.require("change.request", device)
    if target.release is not None:
        made = downgraded(ctx, device, target.release)
        return replace(made, intent={UNDOES: change.id})
    made = _back(ctx, plan, device, target)
    own = _variables(usable(plan.way_back), target.variables) if target.variables else {}
    return replace(made, variables={**own, **made.variables}, intent={UNDOES: change.id})


def undone_again(ctx: Context, target: TargetPlan) -> TargetPlan:
    """A target that takes a change back, planned anew from what its device shows now."""
    number = target.intent[UNDOES]
    if not isinstance(number, int):
        raise InvalidInput(f"The plan does not say what is taken back on {target.hostname}.")
    change = ctx.get(ChangeRequest, number)
    plan = plan_of(change)
    former = next(one for one in plan.targets if one.device_id == target.device_id)
    return _taken_back(ctx, change, plan, former)


def _back(ctx: Context, plan: Plan, device: Device, target: TargetPlan) -> TargetPlan:
    if login_told(target) is not None:
        return logins.taken_back(ctx, device, target)
    if target.rollback_files:
        return filed(ctx, device, target.rollback_files)
    if marks_in((*target.lines, *target.rollback)):
        return sealed.typed(ctx, device, target.rollback)
    if target.rollback and platform(device.platform).style == "indent":
        return _typed(ctx, device, target)
    if target.declared:
        return _whole(ctx, device, target)
    if plan.way_back == WAY_BACK:
        raise NoWayBack(_none(plan))
    return by_playbook(ctx, device, _variables(usable(plan.way_back), target.variables))


def _typed(ctx: Context, device: Device, target: TargetPlan) -> TargetPlan:
    """The rollback lines; what was typed then undoes them where it leads to what is shown now."""
    try:
        return typed(ctx, device, target.rollback, way_back=target.lines)
    except NoSafeCommands:
        return typed(ctx, device, target.rollback)


def _whole(ctx: Context, device: Device, target: TargetPlan) -> TargetPlan:
    """Back to the whole pre-state, as long as nothing but the change parts the device from it."""
    shown = snapshots.latest(ctx, device.id)
    now = {mark(one) for one in since(ctx, target, shown).differences} if shown else set()
    if now != set(target.declared):
        raise NoWayBack(
            f"{device.hostname} was changed since, and {device.platform} is not taken back line by "
            "line. Restore the sections that are meant from a version (`trimtab change restore`)."
        )
    return sealed.restoration(ctx, device, snapshots.text_of(ctx, bytes.fromhex(target.pre_state)))


def _none(plan: Plan) -> str:
    """Why a playbook that leaves the configuration as it is has no way back, in words."""
    told = usable(plan.playbook).rollback
    if "none" in told.how:
        return f"There is no way back from {plan.playbook}. It says of itself: {told.words}"
    return (
        f"The plan holds neither lines nor files to take {plan.playbook} back by. For the next "
        "time name the playbook that undoes it in its meta.yml (rollback: {how: [playbook], "
        "playbook: NAME})."
    )


def _variables(book: Playbook, told: Mapping[str, Fact]) -> dict[str, Fact]:
    """Those of a playbook's own variables that another one takes."""
    taken = named(book)
    return {name: value for name, value in told.items() if name in taken}


def _fits_again(plan: Plan) -> bool:
    """Whether the playbook takes the variables that its way back leaves of a target's."""
    book, back = usable(plan.playbook), usable(plan.way_back)
    try:
        for target in plan.targets:
            check_variables(book, _variables(book, _variables(back, target.variables)))
    except InvalidVariables:
        return False
    return True
