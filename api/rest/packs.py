"""Evidence packs over REST: each is made, recorded and answered as a zip to download."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict

from api.access import Ctx
from api.pack_files import pack_file
from api.shapes import Key, Number, Text
from changes.packs.model import OfChange, OfClause, OfDevice, OfUnit, Period

router = APIRouter(tags=["audit"])

ZIP: dict[int | str, dict[str, object]] = {
    200: {"content": {"application/zip": {}}, "description": "The pack; headers tell its digests."}
}


class Span(BaseModel):
    """From `since` until before `until`; without an offset a time is UTC."""

    model_config = ConfigDict(extra="ignore")

    since: datetime | None = None
    until: datetime | None = None

    @property
    def period(self) -> Period:
        return Period(since=_aware(self.since), until=_aware(self.until))


class Version(Span):
    version: Number | None = None


def _aware(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


@router.post("/packs/change/{change_id}", response_class=FileResponse, responses=ZIP)
def of_change(change_id: Key, ctx: Ctx) -> FileResponse:
    """Everything about a change.

    The header `Trimtab-Pack-Coming` says so while a pack made soon will be another one.
    """
    return pack_file(ctx, OfChange(change_id=change_id))


@router.post("/packs/device/{hostname}", response_class=FileResponse, responses=ZIP)
def of_device(hostname: Text, ctx: Ctx, span: Annotated[Span, Query()]) -> FileResponse:
    """What happened to a device in a period."""
    return pack_file(ctx, OfDevice(hostname=hostname, period=span.period))


@router.post("/packs/unit/{code}", response_class=FileResponse, responses=ZIP)
def of_unit(code: Text, ctx: Ctx, span: Annotated[Span, Query()]) -> FileResponse:
    """What happened in a unit and those below it in a period."""
    return pack_file(ctx, OfUnit(code=code, period=span.period))


@router.post("/packs/clause/{policy}/{number}", response_class=FileResponse, responses=ZIP)
def of_clause(
    policy: Text, number: Text, ctx: Ctx, asked: Annotated[Version, Query()]
) -> FileResponse:
    """How a clause of a policy was watched in a period."""
    wanted = OfClause(policy=policy, number=number, version=asked.version, period=asked.period)
    return pack_file(ctx, wanted)
