"""The gates before and after a wave: checks as playbooks, and neighbours. Changes no device.

That a device shows exactly what was declared is `changes.verification`'s; here is what it does for
others.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from changes.models import ChangeRequest
from changes.plans import Check, Plan, TargetPlan
from changes.playbooks import playbook
from changes.running import hosts, neighbours
from changes.running.crew import WANTED, Crew
from changes.running.models import GateResult
from changes.running.neighbours import Link
from core.context import Context

Moment = Literal["before", "after"]
Troubles = Mapping[int, str]
"""What is wrong, by device; whom it does not name nothing is wrong with."""


def checked(
    crew: Crew, plan: Plan, targets: Sequence[TargetPlan], *, wave: int, moment: Moment
) -> Troubles:
    """Run the plan's checks of this moment on these devices, one playbook run each."""
    troubles: dict[int, str] = {}
    for check in plan.checks:
        if check.when in {moment, "both"}:
            found = _run(crew, check, targets)
            keep(crew, found, wave=wave, moment=moment, name=check.name)
            troubles = _bad(check.name, found) | troubles
    return troubles


def _run(crew: Crew, check: Check, targets: Sequence[TargetPlan]) -> Troubles:
    """Empty words for a device that passed; those that it is not about are left out."""
    book = playbook(check.playbook, crew.shelf)
    known = [one for one in targets if one.platform in book.platforms and check.concerns(one)]
    if not known:
        return {}
    with crew.context() as ctx:
        ready = [hosts.reached(ctx, one, hosts.of_check(check, one)) for one in known]
    played = crew.play(book, ready, status="gate", while_=WANTED)
    return {one.device_id: played.wrong(one.hostname) for one in known}


def _bad(name: str, found: Troubles) -> dict[int, str]:
    return {key: f"the check {name} failed: {words}" for key, words in found.items() if words}


def neighbours_of(crew: Crew, targets: Sequence[TargetPlan]) -> Mapping[int, frozenset[Link]]:
    """Whom each device saw in its last collection."""
    with crew.context() as ctx:
        return {one.device_id: neighbours.seen(ctx, one.device_id) for one in targets}


def lost_neighbours(
    crew: Crew, targets: Sequence[TargetPlan], before: Mapping[int, frozenset[Link]], *, wave: int
) -> Troubles:
    """Devices that lost a neighbour which their change does not give up."""

    def gone(ctx: Context, target: TargetPlan) -> tuple[Link, ...]:
        return neighbours.still_lost(
            ctx, target.device_id, before[target.device_id], target.declared,
            patience=lambda: crew.heart.hold() in WANTED, release=target.release,
        )  # fmt: skip

    found = {
        one.device_id: _told(links)
        for one, links in zip(targets, crew.each(targets, gone), strict=True)
    }
    keep(crew, found, wave=wave, moment="after", name="neighbours")
    return {key: words for key, words in found.items() if words}


def _told(links: Iterable[Link]) -> str:
    names = ", ".join(map(str, links))
    return f"lost its neighbour {names}" if names else ""


def keep(crew: Crew, found: Troubles, *, wave: int, moment: Moment, name: str) -> None:
    """Keep what one check saw of each device, and record who did not pass."""
    if not found:
        return
    with crew.context() as ctx:
        ctx.session.add_all(
            GateResult(
                run_id=crew.held.fence, device_id=key, wave=wave, moment=moment, name=name,
                passed=not words, detail=words or "passed", looked_at=ctx.now(),
            )
            for key, words in found.items()
        )  # fmt: skip
        failed = {str(key): words for key, words in found.items() if words}
        ctx.record(
            "change.gate_failed" if failed else "change.gate_passed",
            ctx.get(ChangeRequest, crew.held.change_id), fence=crew.held.fence, wave=wave,
            moment=moment, name=name, devices=len(found), failed=failed,
        )  # fmt: skip
