"""The way back: the approved rollback, and seeing on each device that it is in effect.

Says of each device which of the two states it is in, or that it is in neither.
"""

from collections.abc import Mapping, Sequence

from changes import claims, verification
from changes.claims import End
from changes.logins import switching
from changes.models import ChangeRequest
from changes.plans import Plan, TargetPlan
from changes.playbooks import WAY_BACK, playbook
from changes.running import hosts
from changes.running.crew import OURS, Crew
from changes.states import Target
from changes.verification import Verified
from core.context import Context


def undo(
    crew: Crew, plan: Plan, targets: Sequence[TargetPlan], seen: Mapping[int, Verified],
    why: Mapping[int, str],
) -> list[End]:  # fmt: skip
    """Bring touched devices back, but for those last seen in the state before; verify that too."""
    changed = [one for one in targets if not _is_back(plan, seen, one)]
    if not crew.lost:
        book = playbook(plan.way_back, crew.shelf)
        with crew.context() as ctx:
            back = [
                hosts.reached(ctx, one, hosts.variables(book, one, way="back")) for one in changed
            ]
        crew.play(book, back, status="wave", while_=OURS)
    found = crew.each(targets, lambda ctx, one: verify_undone(ctx, crew, one))
    return [_end(one, why.get(one.device_id, "")) for one in found]


def _is_back(plan: Plan, seen: Mapping[int, Verified], target: TargetPlan) -> bool:
    """Whether nothing is to be played: of what leaves no trace in a configuration nobody knows."""
    found = seen.get(target.device_id)
    if not target.declared and plan.way_back != WAY_BACK:
        return False
    return found is not None and found.unchanged


def verify_undone(ctx: Context, crew: Crew, target: TargetPlan) -> Verified:
    return verification.verify(ctx, crew.held, target, undone=True)


def _end(found: Verified, why: str) -> End:
    if found.as_declared:
        told = f"back in its state before: {why}" if why else "back in its state before"
        return End(device_id=found.device_id, state=Target.ROLLED_BACK, result=told)
    told = f"in between: {found.detail}"
    return End(
        device_id=found.device_id,
        state=Target.INTERRUPTED,
        result=f"{told} ({why})" if why else told,
    )


def undo_done(crew: Crew, plan: Plan, why: str) -> list[End]:
    """Take back every device that the change left as declared, after looking at each anew.

    One that shows neither of the two states was changed since: it is not touched, and named.
    """
    done = _held(crew, plan)
    looked = crew.each(
        done, lambda ctx, one: verification.standing(one, verification.observe(ctx, one))
    )
    found = {one.device_id: state for one, state in zip(done, looked, strict=True)}
    ends = [
        _left(one, *found[one.device_id]) for one in done
        if found[one.device_id][0] not in {"intended", "pre_state"}
    ]  # fmt: skip
    others = {one.device_id for one in ends}
    back = [one for one in done if one.device_id not in others]
    with crew.context() as ctx:
        switching.begin(ctx, crew.held.change_id, back, back=True)
    return [*ends, *undo(crew, plan, back, {}, dict.fromkeys(found, why))]


def _left(target: TargetPlan, state: str, words: str) -> End:
    told = f"in between, and left so: {words}" if state == "in_between" else f"unknown: {words}"
    return End(device_id=target.device_id, state=Target.INTERRUPTED, result=told)


def _held(crew: Crew, plan: Plan) -> list[TargetPlan]:
    """The devices to take back, held again; a claim to undo holds them from the start."""
    with crew.context() as ctx:
        change = ctx.get(ChangeRequest, crew.held.change_id)
        done = {one.device_id for one in change.targets if one.state == Target.DONE}
        held = {
            one.device_id for one in change.targets
            if crew.held.undo and one.state == Target.RUNNING
        }  # fmt: skip
        held |= claims.take_back(ctx, crew.held, done) if done or held else frozenset()
    return [one for one in plan.targets if one.device_id in held]
