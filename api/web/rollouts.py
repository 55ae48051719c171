"""Roll-outs of new baselines: their cohorts, and how the devices of each stand."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.access import PageVisit
from api.shapes import LARGEST, Key
from api.web.render import page
from drift import rollouts
from drift.rollouts import Standing

router = APIRouter(include_in_schema=False)
LIMIT = 50
Cohort = Annotated[int, Query(ge=0, le=LARGEST)]


@router.get("/rollouts")
def list_rollouts(visit: PageVisit, state: str = "under_way") -> Response:
    visit.ctx.require("drift.read")
    found = rollouts.list_rollouts(visit.ctx)
    shown = [one for one in found if one.under_way is (state != "finished")]
    return page("rollouts.html", visit, rollouts=shown, state=state)


@router.get("/rollouts/{baseline_id}")
def show_rollout(
    visit: PageVisit, baseline_id: Key, cohort: Cohort = 0, standing: Standing | None = None,
    after: str = "",
) -> Response:  # fmt: skip
    found = rollouts.members(
        visit.ctx, baseline_id, cohort=cohort or None, standing=standing, after=after or None,
        limit=LIMIT,
    )  # fmt: skip
    return page(
        "rollout.html", visit, rollout=rollouts.rollout_of(visit.ctx, baseline_id),
        members=found, cohort=cohort, standing=standing or "", standings=rollouts.STANDINGS,
        more=found[-1].hostname if len(found) == LIMIT else "",
    )  # fmt: skip
