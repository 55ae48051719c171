"""Does a standard change need no further approval? Looks at the catalogue; moves no change."""

from sqlalchemy import select

from changes.catalogue.entries import VOTES, not_in_force
from changes.catalogue.models import StandardChange
from changes.models import ChangeRequest
from changes.plans import PLAN, Plan
from changes.risk.model import LEVELS
from core.context import Context


def pre_approved(ctx: Context, change: ChangeRequest) -> bool:
    """Whether the change is what the catalogue's approvers released, as all stands now."""
    return why_not(ctx, PLAN.validate_python(change.plan)) == ""


def why_not(ctx: Context, plan: Plan) -> str:
    """Why a plan is not approved by the catalogue, in words; nothing where it is."""
    if plan.kind != "standard" or plan.source is None:
        return "it comes from no standard change"
    source = plan.source
    entry = ctx.session.scalar(
        select(StandardChange).where(
            StandardChange.name == source.name, StandardChange.version == source.version
        )
    )
    if entry is None or entry.digest != source.digest:
        return f"{source.name} version {source.version} is not the one that it was made from"
    why = not_in_force(ctx, entry)
    if why:
        return f"{entry.label} {why}"
    voters = {vote.person_id for vote in entry.votes if vote.digest == entry.digest}
    if len(voters - {entry.drafted_by_id}) < VOTES:
        return f"{entry.label} lacks approvals"
    if (plan.playbook, plan.playbook_digest) != (entry.playbook, entry.playbook_digest):
        return f"it runs another playbook than {entry.label}"
    return risk_above(plan, entry)


def risk_above(plan: Plan, entry: StandardChange) -> str:
    """Why the plan's risk is more than the entry was approved for; nothing where it is not."""
    if plan.risk is None:
        return "nobody has judged its risk"
    if LEVELS.index(plan.risk.level) > LEVELS.index(entry.risk_ceiling):
        return (
            f"its risk is {plan.risk.level}, {entry.label} was approved up to {entry.risk_ceiling}"
        )
    return ""
