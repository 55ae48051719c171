"""Devices, their lifecycle and relations over REST."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi import Body as RawBody
from pydantic import BaseModel, Field, JsonValue

from api.access import Ctx
from api.pages import AfterName, Limit, NamedPage, named_page_of
from api.shapes import Body, Key, LongText, OfRow, Reason, Text
from inventory import credentials, devices, host_keys, imports, relations, reports
from inventory.models import Device

router = APIRouter(tags=["devices"])

State = Literal["planned", "active", "maintenance", "retired"]


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
    failures: int
    rests_until: datetime | None


class DeviceIn(Body):
    hostname: Text
    site: Text
    platform: Text
    address: Text
    credential: Text
    port: int = Field(22, ge=1, le=65535)
    driver: Text | None = None
    role: Text = ""
    state: State = "active"
    options: dict[str, JsonValue] = Field(default_factory=dict)


class StateIn(Body):
    state: Literal["active", "maintenance"]


class RelationOut(OfRow):
    kind: str
    interface: str
    peer_name: str
    peer_interface: str
    peer_id: int | None
    seen_at: datetime


class InterfaceOut(BaseModel):
    name: str
    up: bool
    description: str
    speed: int | None
    addresses: list[str]


class ItemOut(BaseModel):
    name: str
    part: str
    serial: str


class ReportOut(OfRow):
    """`saved`: the startup configuration is the running one; `uptime` in s, `speed` in Mbit/s."""

    saved: bool | None
    uptime: int | None
    interfaces: list[InterfaceOut]
    items: list[ItemOut]
    seen_at: datetime


def device_out(row: Device) -> DeviceOut:
    """The device with its site's code."""
    return DeviceOut(
        **{name: getattr(row, name) for name in DeviceOut.model_fields if name != "site"},
        site=row.site.code,
    )


@router.get("/devices")
def list_devices(
    ctx: Ctx, limit: Limit = 50, after: AfterName = None, site: Text | None = None,
    platform: Text | None = None, state: State | None = None,
) -> NamedPage[DeviceOut]:  # fmt: skip
    rows = devices.list_devices(
        ctx, site=site, platform=platform, state=state, after=after, limit=limit
    )
    return named_page_of(rows, device_out, lambda row: row.hostname, limit=limit)


@router.post("/devices", status_code=201)
def add_device(body: DeviceIn, ctx: Ctx) -> DeviceOut:
    credential = credentials.credential_by_name(ctx, body.credential)
    return device_out(
        devices.add_device(
            ctx, hostname=body.hostname, site_code=body.site, platform=body.platform,
            address=body.address, credential=credential, port=body.port, driver=body.driver,
            role=body.role, state=body.state, options=body.options,
        )
    )  # fmt: skip


@router.post("/devices/import", status_code=201)
def import_devices(
    text: Annotated[LongText, RawBody(media_type="text/csv")], ctx: Ctx,
    source: Annotated[Text, Query(description="What to call it in messages.")] = "request",
) -> list[DeviceOut]:  # fmt: skip
    """Add the devices of a CSV text, all or none; every mistake is named by line and column."""
    return [device_out(device) for device in imports.import_csv(ctx, text, source=source)]


@router.get("/devices/by-hostname/{hostname}")
def find_device(hostname: Text, ctx: Ctx) -> DeviceOut:
    return device_out(devices.by_hostname(ctx, hostname))


@router.get("/devices/{device_id}")
def get_device(device_id: Key, ctx: Ctx) -> DeviceOut:
    return device_out(devices.get_device(ctx, device_id))


@router.post("/devices/{device_id}/state", status_code=201)
def set_state(device_id: Key, body: StateIn, ctx: Ctx) -> DeviceOut:
    return device_out(devices.set_state(ctx, device_id, body.state))


@router.post("/devices/{device_id}/host-key-removal", status_code=204)
def forget_host_key(device_id: Key, body: Reason, ctx: Ctx) -> None:
    """Unpin the SSH host key; the next contact pins the one the device then shows."""
    host_keys.forget(ctx, device_id, reason=body.reason)


@router.get("/devices/{device_id}/report")
def get_report(device_id: Key, ctx: Ctx) -> ReportOut | None:
    """What the device last said of itself; null before the first trusted collection."""
    report = reports.of_device(ctx, device_id)
    return None if report is None else ReportOut.of(report)


@router.get("/devices/{device_id}/relations")
def list_relations(device_id: Key, ctx: Ctx) -> list[RelationOut]:
    return [RelationOut.of(row) for row in relations.list_relations(ctx, device_id)]
