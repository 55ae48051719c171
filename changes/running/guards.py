"""The devices' own guards: confirmed once a new session saw the change, or made to revert.

A device whose guard nobody confirms goes back by itself when its time is over; so a worker that
dies, or a change that locks everybody out, ends in the state before.
"""

from collections.abc import Mapping, Sequence

from changes import verification
from changes.plans import TargetPlan
from changes.playbooks import playbook
from changes.running import hosts
from changes.running.crew import OURS, WANTED, Crew, Played
from changes.verification import Verified
from core.context import Context


def confirmed(crew: Crew, targets: Sequence[TargetPlan]) -> Mapping[int, str]:
    """Confirm the guarded ones of these, and see that it is kept; what went wrong, by device."""
    guarded = [one for one in targets if one.guard is not None]
    if not guarded:
        return {}
    played = _play(crew, "confirm", guarded)
    found = crew.each(guarded, lambda ctx, one: _kept(ctx, crew, one))
    told = (
        (one, played.wrong(one.hostname) or words)
        for one, words in zip(guarded, found, strict=True)
    )
    return {one.device_id: f"not confirmed: {words}" for one, words in told if words}


def _kept(ctx: Context, crew: Crew, target: TargetPlan) -> str:
    """What speaks against a confirmed change being there to stay; empty when nothing does.

    Whether it was saved is known from the device's answer to the save: a startup configuration may
    differ from the running one by what moves by itself, or by what was not saved before.
    """
    seen = verification.verify(ctx, crew.held, target, undone=False)
    return "" if seen.as_declared else seen.detail


def reverted(crew: Crew, targets: Sequence[TargetPlan]) -> Mapping[int, Verified]:
    """Have the guarded ones of these revert now; what they show then, by device.

    One that cannot is left to its timer and to the way back.
    """
    guarded = [one for one in targets if one.guard is not None]
    if not guarded or crew.lost:
        return {}
    _play(crew, "revert", guarded)
    found = crew.each(
        guarded, lambda ctx, one: verification.verify(ctx, crew.held, one, undone=True)
    )
    return {one.device_id: one for one in found}


def _play(crew: Crew, name: str, targets: Sequence[TargetPlan]) -> Played:
    book, guard = playbook(name, crew.shelf), hosts.guard_name(crew.held)
    with crew.context() as ctx:
        ready = [
            hosts.reached(ctx, one, hosts.variables(book, one, way="back", guard=guard))
            for one in targets
        ]
    while_ = WANTED if name == "confirm" else OURS
    return crew.play(book, ready, status="guard", while_=while_)
