"""Compliance: how devices stand to the rules, by rule and by device, with the clauses watched."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from api.access import PageVisit
from api.web.render import page
from core.context import Context
from core.errors import NotFound
from drift import compliance, rule_standing
from drift.rule_standing import Sought
from organization import policies

router = APIRouter(include_in_schema=False)
LIMIT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A clause of a policy in force that a rule watches."""

    id: int
    policy: str
    number: str


def sought(
    rule: Annotated[str, Query(max_length=200)] = "", severity: str = "", site: str = ""
) -> Sought:
    return Sought(rule=rule, severity=severity, site=site)


Filter = Annotated[Sought, Depends(sought)]


@router.get("/compliance")
def by_rule(visit: PageVisit, wanted: Filter) -> Response:
    visit.ctx.require("drift.read")
    return page(
        "compliance.html", visit, rules=rule_standing.by_rule(visit.ctx, wanted), sought=wanted,
        clauses=_clauses(visit.ctx),
    )  # fmt: skip


@router.get("/compliance/devices")
def by_device(visit: PageVisit, wanted: Filter, after: str = "") -> Response:
    visit.ctx.require("drift.read")
    found = rule_standing.by_device(visit.ctx, wanted, after=after or None, limit=LIMIT)
    return page(
        "compliance_devices.html", visit, devices=found, sought=wanted,
        more=found[-1].hostname if len(found) == LIMIT else "",
    )  # fmt: skip


@router.get("/compliance/rules/{rule_id}")
def show_rule(visit: PageVisit, rule_id: str, site: str = "", after: str = "") -> Response:
    ctx = visit.ctx
    ctx.require("drift.read")
    wanted = Sought(site=site)
    standing = [one for one in rule_standing.by_rule(ctx, wanted) if one.rule_id == rule_id]
    known = [one for one in compliance.rules(ctx.settings) if one.id == rule_id]
    if not (standing or known):
        raise NotFound(f"There is no rule {rule_id}; the list of rules names all.")
    found = rule_standing.by_device(ctx, wanted, rule_id=rule_id, after=after or None, limit=LIMIT)
    return page(
        "compliance_rule.html", visit, rule_id=rule_id, rule=known[0] if known else None,
        asked=standing[0].asked if standing else 0, broken=standing[0].broken if standing else 0,
        devices=found, clauses=_clauses(ctx).get(rule_id, ()), site=site,
        more=found[-1].hostname if len(found) == LIMIT else "",
    )  # fmt: skip


def _clauses(ctx: Context) -> Mapping[str, Sequence[Watched]]:
    """The clauses in force by the rules that watch them; none where one may not read policies."""
    found = defaultdict[str, list[Watched]](list)
    for version in policies.current(ctx) if ctx.units("policy.read") else ():
        for clause in version.clauses:
            for rule_id in clause.rules:
                found[rule_id].append(
                    Watched(id=clause.id, policy=version.policy.code, number=clause.number)
                )
    return found
