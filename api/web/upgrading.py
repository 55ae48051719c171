"""Images put onto devices, and booted: the forms of the two requests."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import RedirectResponse, Response

from api.access import PageVisit
from api.shapes import LARGEST
from api.web.changes import window_of
from api.web.render import page
from changes import upgrading
from changes.requests import Wanted
from changes.upgrading import BACK_SECONDS, COPY_SECONDS, ROOM, Staging, Upgrade
from core.context import Context
from inventory import devices
from inventory.models import Device

router = APIRouter(include_in_schema=False)
Words = Annotated[str, Form(max_length=2000)]
Count = Annotated[int, Form(ge=0, le=LARGEST)]
DeviceId = Annotated[int, Query(ge=0, le=LARGEST)]


@router.get("/stagings/new")
def offer_staging(visit: PageVisit, device: DeviceId = 0) -> Response:
    visit.ctx.require("change.request")
    row = _device(visit.ctx, device)
    return page("image_new.html", visit, device=row, staging=True, wait=COPY_SECONDS, room=0)


@router.get("/upgrades/new")
def offer_upgrade(visit: PageVisit, device: DeviceId = 0) -> Response:
    visit.ctx.require("change.request")
    row = _device(visit.ctx, device)
    return page("image_new.html", visit, device=row, staging=False, wait=BACK_SECONDS, room=ROOM)


@router.post("/stagings")
def request_staging(  # noqa: PLR0913 - a request's parts
    visit: PageVisit, *, hostnames: Words, image: Words, checksum: Words, source: Words,
    size: Count, title: Words, reason: Words, vrf: Words = "", replace: Words = "",
    wait: Count = COPY_SECONDS, start: Words = "", end: Words = "",
) -> Response:  # fmt: skip
    """Request that an image is copied onto devices and verified."""
    staging = Staging(
        source=source.strip(), image=image.strip(), checksum=checksum, size=size,
        vrf=vrf.strip(), replace=bool(replace), wait=wait,
    )  # fmt: skip
    wanted = Wanted(title=title, reason=reason, window=window_of(start, end))
    ids = _ids(visit.ctx, hostnames)
    return _to(upgrading.request_staging(visit.ctx, ids, staging, wanted).id)


@router.post("/upgrades")
def request_upgrade(  # noqa: PLR0913 - a request's parts
    visit: PageVisit, *, hostnames: Words, image: Words, version: Words, checksum: Words,
    title: Words, reason: Words, former: Words = "", wait: Count = BACK_SECONDS,
    room: Count = ROOM, start: Words = "", end: Words = "",
) -> Response:  # fmt: skip
    """Request that devices reload into an image that is on them."""
    upgrade = Upgrade(
        image=image.strip(), version=version.strip(), checksum=checksum, former=former.strip(),
        room=room, wait=wait,
    )  # fmt: skip
    wanted = Wanted(title=title, reason=reason, window=window_of(start, end))
    ids = _ids(visit.ctx, hostnames)
    return _to(upgrading.request_upgrade(visit.ctx, ids, upgrade, wanted).id)


def _device(ctx: Context, device_id: int) -> Device | None:
    return devices.get_device(ctx, device_id) if device_id else None


def _ids(ctx: Context, hostnames: str) -> list[int]:
    return [devices.by_hostname(ctx, name).id for name in dict.fromkeys(hostnames.split())]


def _to(change_id: int) -> Response:
    return RedirectResponse(f"/changes/{change_id}", status_code=HTTPStatus.SEE_OTHER)
