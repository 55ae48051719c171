"""Sites, devices and relations over REST."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, JsonValue

from api.access import Ctx
from api.pages import Limit
from api.shapes import OfRow
from inventory import credentials, devices, relations, sites
from organization.units import by_code

router = APIRouter(tags=["inventory"])


class SiteOut(OfRow):
    id: int
    code: str
    name: str
    unit_id: int


class SiteIn(BaseModel):
    code: str
    name: str
    unit_code: str


class DeviceOut(OfRow):
    id: int
    hostname: str
    site: str
    platform: str
    driver: str
    address: str
    port: int
    state: str
    role: str
    model: str | None
    serial: str | None
    os_version: str | None
    attempted_at: datetime | None
    outcome: str | None
    outcome_detail: str | None


class DeviceIn(BaseModel):
    hostname: str
    site: str
    platform: str
    address: str
    credential: str
    port: int = Field(22, ge=1, le=65535)
    driver: str | None = None
    role: str = ""
    options: dict[str, JsonValue] = {}


class DevicePage(BaseModel):
    items: list[DeviceOut]
    next: str | None = Field(description="Send it as `after` for the next page; null at the end.")


class RelationOut(OfRow):
    kind: str
    interface: str
    peer_name: str
    peer_interface: str
    peer_id: int | None
    seen_at: datetime


class Retirement(BaseModel):
    reason: str


def device_out(row: object) -> DeviceOut:
    """The device with its site's code."""
    return DeviceOut.model_validate(
        {name: getattr(row, name) for name in DeviceOut.model_fields if name != "site"}
        | {"site": row.site.code}  # type: ignore[attr-defined]
    )


@router.get("/sites")
def list_sites(ctx: Ctx) -> list[SiteOut]:
    return [SiteOut.of(site) for site in sites.list_sites(ctx)]


@router.post("/sites", status_code=201)
def create_site(body: SiteIn, ctx: Ctx) -> SiteOut:
    unit = by_code(ctx, body.unit_code)
    return SiteOut.of(sites.create_site(ctx, code=body.code, name=body.name, unit=unit))


@router.get("/devices")
def list_devices(
    ctx: Ctx,
    limit: Limit = 50,
    after: Annotated[str | None, Query(description="`next` of the page before.")] = None,
    site: str | None = None,
    platform: str | None = None,
    state: str | None = None,
) -> DevicePage:
    rows = devices.list_devices(
        ctx, site=site, platform=platform, state=state, after=after, limit=limit
    )
    last = rows[-1].hostname if len(rows) == limit else None
    return DevicePage(items=[device_out(row) for row in rows], next=last)


@router.post("/devices", status_code=201)
def add_device(body: DeviceIn, ctx: Ctx) -> DeviceOut:
    credential = credentials.credential_by_name(ctx, body.credential)
    return device_out(
        devices.add_device(
            ctx, hostname=body.hostname, site_code=body.site, platform=body.platform,
            address=body.address, credential=credential, port=body.port, driver=body.driver,
            role=body.role, options=body.options,
        )
    )  # fmt: skip


@router.get("/devices/{device_id}")
def get_device(device_id: int, ctx: Ctx) -> DeviceOut:
    return device_out(devices.get_device(ctx, device_id))


@router.post("/devices/{device_id}/retirement", status_code=201)
def retire_device(device_id: int, body: Retirement, ctx: Ctx) -> DeviceOut:
    return device_out(devices.retire_device(ctx, device_id, reason=body.reason))


@router.get("/devices/{device_id}/relations")
def list_relations(device_id: int, ctx: Ctx) -> list[RelationOut]:
    return [RelationOut.of(row) for row in relations.list_relations(ctx, device_id)]
