"""Queues: how deep they are, who serves them, what they hold; queues near the devices."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from api.access import PageVisit, Visit
from api.shapes import Key
from api.web.render import page
from changes import leases
from core.errors import NotFound
from operations import queue_depths, queue_roles, queues
from operations.job_kinds import QUEUES
from operations.queue_roles import RoleGiven
from organization.units import by_code, list_units

router = APIRouter(include_in_schema=False)
Words = Annotated[str, Form(max_length=200)]


@router.get("/queues")
def list_queues(visit: PageVisit) -> Response:
    ctx = visit.ctx
    found = queues.list_queues(ctx)
    writable = ctx.units("organization.write")
    taken = {one.unit_id for one in found}
    return page(
        "queues.html", visit, central=queue_depths.central(ctx),
        standing=[queues.standing(ctx, one) for one in found], leases=leases.under_way(ctx),
        units=[
            one.code for one in list_units(ctx) if one.id in writable and one.id not in taken
        ],
    )  # fmt: skip


@router.post("/queues")
def create(visit: PageVisit, name: Words, unit_code: Words, if_away: Words = "wait") -> Response:
    unit = by_code(visit.ctx, unit_code)
    return _to(queues.create_queue(visit.ctx, name=name, unit=unit, if_away=if_away).id)


@router.get("/queues/central/{name}")
def show_central(visit: PageVisit, name: str) -> Response:
    ctx = visit.ctx
    if name not in QUEUES:
        raise NotFound(f"There is no queue {name} of everybody's; there are {', '.join(QUEUES)}.")
    [depth] = [one for one in queue_depths.central(ctx) if one.name == name]
    return page(
        "queue.html", visit, queue_name=name, depth=depth, queue=None, given=None,
        jobs=queue_depths.jobs(ctx, name),
    )  # fmt: skip


@router.get("/queues/{queue_id}")
def show_queue(visit: PageVisit, queue_id: Key) -> Response:
    return _shown(visit, queue_id, None)


@router.post("/queues/{queue_id}/role")
def give_role(visit: PageVisit, queue_id: Key) -> Response:
    """The role of its workers, with its password in this one answer."""
    queue = queues.get_queue(visit.ctx, queue_id)
    return _shown(visit, queue_id, queue_roles.give_role(visit.ctx, queue))


@router.post("/queues/{queue_id}/handover")
def hand_over(visit: PageVisit, queue_id: Key) -> Response:
    queues.hand_over(visit.ctx, queues.get_queue(visit.ctx, queue_id))
    return _to(queue_id)


@router.post("/queues/{queue_id}/removal")
def remove(visit: PageVisit, queue_id: Key) -> Response:
    queue_roles.remove_queue(visit.ctx, queues.get_queue(visit.ctx, queue_id))
    return RedirectResponse("/queues", status_code=HTTPStatus.SEE_OTHER)


def _shown(visit: Visit, queue_id: int, given: RoleGiven | None) -> Response:
    ctx = visit.ctx
    queue = queues.get_queue(ctx, queue_id)
    return page(
        "queue.html", visit, queue_name=queue.name, queue=queue, given=given,
        depth=queues.standing(ctx, queue), jobs=queue_depths.jobs(ctx, queue),
    )  # fmt: skip


def _to(queue_id: int) -> Response:
    return RedirectResponse(f"/queues/{queue_id}", status_code=HTTPStatus.SEE_OTHER)
