"""The stages of an approval: how many persons with which permission, one stage after another.

Says who is needed; counts and records no vote.
"""

from dataclasses import dataclass
from typing import Protocol

from changes.plans import Plan

APPROVE, AUTHORISE = "change.approve", "change.authorise"
PLAIN_APPROVALS = 2  # where no risk was told: two persons beside the requester


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """So many persons have to approve who hold the permission on every device of the change."""

    name: str
    needed: int
    permission: str


class ApprovalRules(Protocol):
    """From whom a change needs an approval."""

    def stages(self, plan: Plan) -> tuple[Stage, ...]:
        """The stages in their order; none where the plan was approved beforehand."""
        ...


class PlainRules:
    """As the plan's risk says: its number of persons, the last ones for its later stages.

    A standard change was approved with its entry in the catalogue, and needs nobody any more.
    """

    def stages(self, plan: Plan) -> tuple[Stage, ...]:
        if plan.kind == "standard" and plan.source is not None:
            return ()
        needed = PLAIN_APPROVALS if plan.risk is None else plan.risk.approvals
        first, *later = (plan.risk.stages if plan.risk else ()) or ("approval",)
        return (
            Stage(name=first, needed=max(1, needed - len(later)), permission=APPROVE),
            *(Stage(name=name, needed=1, permission=AUTHORISE) for name in later),
        )


RULES: ApprovalRules = PlainRules()
