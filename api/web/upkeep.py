"""Maintenance plans with what their runs found, and what remains of a device, as pages."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from api.access import PageVisit
from api.shapes import Key
from api.web.render import page
from changes.lifecycle import decommission, letting_go
from changes.maintenance import plans
from changes.maintenance.options import KINDS
from changes.maintenance.plans import Planned
from core.audit import Fact
from core.errors import InvalidInput
from inventory import devices
from organization.units import by_code

router = APIRouter(include_in_schema=False)
Words = Annotated[str, Form(max_length=2000)]


@router.get("/maintenance")
def list_plans(visit: PageVisit) -> Response:
    found = plans.list_plans(visit.ctx)
    results = {one.id: plans.last_results(visit.ctx, one) for one in found}
    return page("maintenance.html", visit, plans=found, results=results, kinds=tuple(KINDS))


@router.post("/maintenance")
def create(
    visit: PageVisit, unit_code: Words, name: Words, trigger: Words,
    kind: Words = "", hostnames: Words = "", options: Words = "", purpose: Words = "",
) -> Response:  # fmt: skip
    ctx = visit.ctx
    told = Planned(
        name=name, kind=kind, trigger=trigger, purpose=purpose, options=_options(options),
        device_ids=tuple(devices.by_hostname(ctx, one).id for one in hostnames.split()),
    )  # fmt: skip
    return _to(plans.create(ctx, by_code(ctx, unit_code), told).id)


@router.get("/maintenance/{plan_id}")
def show_plan(visit: PageVisit, plan_id: Key) -> Response:
    plan = plans.get(visit.ctx, plan_id)
    found = plans.last_results(visit.ctx, plan)
    return page("maintenance_plan.html", visit, plan=plan, results=found)


@router.post("/maintenance/{plan_id}/run")
def run_now(visit: PageVisit, plan_id: Key) -> Response:
    return _to(plans.run_now(visit.ctx, plan_id).id)


@router.post("/maintenance/{plan_id}/end")
def end(visit: PageVisit, plan_id: Key, reason: Words) -> Response:
    return _to(plans.end(visit.ctx, plan_id, reason=reason).id)


@router.get("/devices/{device_id}/remains")
def remains(visit: PageVisit, device_id: Key) -> Response:
    device = devices.get_device(visit.ctx, device_id)
    found = decommission.remains(visit.ctx, device_id)
    return page("remains.html", visit, device=device, remains=found)


@router.post("/devices/{device_id}/letting-go")
def let_go(visit: PageVisit, device_id: Key) -> Response:
    letting_go.let_go(visit.ctx, device_id)
    return _remains(device_id)


@router.post("/devices/{device_id}/login-end")
def end_login(visit: PageVisit, device_id: Key) -> Response:
    letting_go.end_login(visit.ctx, device_id)
    return _remains(device_id)


@router.post("/devices/{device_id}/finish")
def finish(visit: PageVisit, device_id: Key) -> Response:
    decommission.finish(visit.ctx, device_id)
    return RedirectResponse(f"/devices/{device_id}", status_code=HTTPStatus.SEE_OTHER)


def _remains(device_id: int) -> Response:
    return RedirectResponse(f"/devices/{device_id}/remains", status_code=HTTPStatus.SEE_OTHER)


def _to(plan_id: int) -> Response:
    return RedirectResponse(f"/maintenance/{plan_id}", status_code=HTTPStatus.SEE_OTHER)


def _options(text: str) -> Mapping[str, Fact]:
    try:
        told = json.loads(text or "{}")
    except json.JSONDecodeError as error:
        raise InvalidInput(f"The options are no JSON: {error}.", field="options") from error
    if not isinstance(told, dict):
        raise InvalidInput("The options are no JSON object.", field="options")
    return told
