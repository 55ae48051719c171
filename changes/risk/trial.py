"""A formula tried on the changes of the past: what it would have said. Publishes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from changes import requests
from changes.models import ChangeRequest
from changes.plans import Plan
from changes.requests import plan_of
from changes.risk.assessment import judged
from changes.risk.facts import About, devices_of, gather
from changes.risk.formula import Formula, parse
from changes.risk.model import Risk
from changes.risk.policies import InForce, in_force
from changes.risk.recorded import Topology, recorded
from core.context import Context

MOST = 200
"""So many changes are tried at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A change with the risk it was approved with (None: it has none), and what is said of it now.

    `now` is by the formulas in force and `then` by the one tried, both from today's records.
    """

    change: ChangeRequest
    devices: int
    approved: Risk | None
    now: Risk
    then: Risk

    @property
    def differs(self) -> bool:
        return (self.now.level, self.now.approvals) != (self.then.level, self.then.approvals)


def try_formula(ctx: Context, text: str, *, limit: int = 20) -> list[Tried]:
    """What the formula would have said of the newest changes one may read, `limit` of them.

    Needs `policy.read`. Raises PolicyBroken for a formula that cannot be used.
    """
    ctx.require("policy.read")
    formula, holding, topology = parse(text), in_force(ctx), recorded(ctx)
    changes = requests.list_changes(ctx, limit=min(limit, MOST))
    return [_tried(ctx, one, formula, holding, topology) for one in changes]


def _tried(
    ctx: Context, change: ChangeRequest, formula: Formula, holding: InForce, topology: Topology
) -> Tried:
    plan: Plan = plan_of(change)
    known = devices_of(ctx, [one.device_id for one in plan.targets])
    about = About(
        kind=plan.kind, method=plan.method, playbook=plan.playbook,
        source=plan.source.name if plan.source else "",
    )  # fmt: skip
    facts = gather(ctx, plan.targets, about, known=known, topology=topology)
    return Tried(
        change=change, devices=len(plan.targets), approved=plan.risk,
        now=judged(facts, holding.of(one.unit_id for one in known.values())),
        then=judged(facts, [formula]),
    )  # fmt: skip


def differing(tried: Sequence[Tried]) -> int:
    """Of how many changes the tried formula says another level or asks other approvals."""
    return sum(one.differs for one in tried)
