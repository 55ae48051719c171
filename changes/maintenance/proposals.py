"""Propose a standard change from the catalogue, again and again. Approves and runs nothing.

It is asked for in the name of who made the plan, whose posts have to allow that still.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from changes.catalogue.requesting import request_standard
from changes.catalogue.rows import Row
from changes.maintenance.models import MaintenancePlan
from changes.maintenance.options import Standard
from changes.maintenance.seen import About, Contexts, Seen
from changes.models import ChangeRequest
from changes.states import FINAL
from core.context import Context
from core.errors import TrimtabError
from organization.people import actor_of

SUBJECT = "standard change"


def propose(contexts: Contexts, plan_id: int, devices: Sequence[About]) -> list[Seen]:
    """One change of all devices; none as long as the one before is not over."""
    try:
        with contexts() as ctx:
            return [_proposed(ctx, ctx.get(MaintenancePlan, plan_id), devices)]
    except TrimtabError as error:
        return [Seen(subject=SUBJECT, outcome="failed", detail=error.message)]


def _proposed(ctx: Context, plan: MaintenancePlan, devices: Sequence[About]) -> Seen:
    title = reason_of(plan)
    before = ctx.session.scalar(
        select(ChangeRequest).where(
            ChangeRequest.reason == title, ChangeRequest.kind == "standard",
            ChangeRequest.state.not_in(FINAL),
        ).limit(1)
    )  # fmt: skip
    if before is not None:
        words = f"{before.label} of the last time is still {before.state}; none was proposed."
        return Seen(subject=SUBJECT, outcome="attention", detail=words)
    asked = Standard.model_validate(plan.options)
    rows = [Row(hostname=one.hostname, variables=asked.variables) for one in devices]
    acting = replace(ctx, person=actor_of(plan.created_by))
    change = request_standard(acting, asked.entry, rows, reason=title)
    return Seen(
        subject=SUBJECT, outcome="passed", detail=f"{change.label} is {change.state}: {asked.entry}"
    )


def reason_of(plan: MaintenancePlan) -> str:
    """What the change says of why: the plan, by its number, and its purpose."""
    return f"Maintenance plan {plan.id} {plan.name}. {plan.purpose}".strip()
