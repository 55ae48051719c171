"""Standard changes, templates with variables of many devices, and playbooks over REST."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from fastapi import APIRouter
from pydantic import Field, JsonValue

from api.access import Ctx
from api.rest.changes import ChangeOut, Checks, WindowIn, change_out
from api.shapes import Body, Key, LongText, OfRow, Reason, Text
from changes.catalogue import entries, requesting
from changes.catalogue.rendering import Template
from changes.catalogue.rows import Row
from changes.catalogue.written import Draft, columns_of, rows_of, template_with
from changes.playbooks import catalogue
from changes.requests import Wanted, Window
from core.audit import Fact
from core.errors import InvalidInput
from organization.units import by_code

router = APIRouter(tags=["catalogue"])


class VoteOut(OfRow):
    person_id: int
    digest: str
    note: str
    voted_at: datetime


class StandardOut(OfRow):
    id: int
    name: str
    version: int
    state: str
    title: str
    description: str
    unit_id: int
    units: list[str]
    platforms: list[str]
    playbook: str
    template: str
    rollback_template: str
    inputs: dict[str, JsonValue]
    risk_ceiling: str
    valid_until: datetime | None
    digest: str
    drafted_by_id: int
    drafted_at: datetime
    retired_at: datetime | None
    retired_reason: str
    votes: list[VoteOut]


class DraftIn(Draft):
    unit: Text


class VoteIn(Body):
    digest: Text
    note: Text = ""


class RowIn(Body):
    hostname: Text
    variables: dict[str, JsonValue] = Field(default_factory=dict)


class RowsIn(Body):
    """The devices with their variables: as rows, or as a CSV text with a column `hostname`."""

    rows: list[RowIn] = Field(default_factory=list)
    csv: LongText = ""

    def read(self, inputs: Mapping[str, Fact]) -> Sequence[Row]:
        if bool(self.rows) == bool(self.csv):
            raise InvalidInput("Give either rows, or csv.", field="rows")
        if self.csv:
            return rows_of(self.csv, inputs)
        return [Row(hostname=one.hostname, variables=one.variables) for one in self.rows]


class UseIn(RowsIn):
    reason: Text
    window: WindowIn | None = None
    checks: Checks = None


class TemplateIn(RowsIn):
    """A template that is in no catalogue; without `inputs` its variables may be anything."""

    name: Text = "template"
    template: Text
    rollback_template: Text = ""
    inputs: dict[str, JsonValue] | None = None


class TemplateUseIn(TemplateIn):
    title: Text
    reason: Text
    window: WindowIn | None = None
    checks: Checks = None


class PreviewOut(OfRow):
    hostname: str
    lines: list[str]
    rollback: list[str]


class PlaybookOut(OfRow):
    name: str
    title: str
    risk: str
    platforms: list[str]
    inputs: dict[str, JsonValue]
    check_mode: bool
    verification: str
    digest: str
    own: bool


@router.get("/playbooks")
def list_playbooks(ctx: Ctx) -> list[PlaybookOut]:
    """What comes with Trimtab and what stands in the folder of one's own."""
    ctx.require("change.read")
    return [PlaybookOut.of(one) for one in catalogue()]


@router.get("/catalogue")
def list_entries(ctx: Ctx) -> list[StandardOut]:
    """The newest version of each standard change."""
    return [StandardOut.of(one) for one in entries.listed(ctx)]


@router.get("/catalogue/{entry}")
def list_versions(entry: str, ctx: Ctx) -> list[StandardOut]:
    """Every version of a standard change, the newest first."""
    return [StandardOut.of(one) for one in entries.versions(ctx, entry)]


@router.post("/catalogue", status_code=201)
def draft(body: DraftIn, ctx: Ctx) -> StandardOut:
    """Draft a standard change's next version; two other persons have to approve it."""
    ctx.require("change.request")
    unit = by_code(ctx, body.unit)
    told = Draft.model_validate(body.model_dump(exclude={"unit"}))
    return StandardOut.of(entries.draft(ctx, told.name, told.content, unit=unit))


@router.post("/catalogue/versions/{entry_id}/approvals", status_code=201)
def approve(entry_id: Key, body: VoteIn, ctx: Ctx) -> StandardOut:
    return StandardOut.of(entries.approve(ctx, entry_id, digest=body.digest, note=body.note))


@router.post("/catalogue/versions/{entry_id}/retirement", status_code=201)
def retire(entry_id: Key, body: Reason, ctx: Ctx) -> StandardOut:
    return StandardOut.of(entries.retire(ctx, entry_id, reason=body.reason))


@router.post("/catalogue/{entry}/preview")
def preview(entry: str, body: RowsIn, ctx: Ctx) -> list[PreviewOut]:
    """The lines for each device; nothing is requested."""
    ctx.require("change.request")
    rows = body.read(entries.offered(ctx, entry).inputs)
    return [PreviewOut.of(one) for one in requesting.preview_standard(ctx, entry, rows)]


@router.post("/catalogue/{entry}/requests", status_code=201)
def request(entry: str, body: UseIn, ctx: Ctx) -> ChangeOut:
    """Request a standard change on these devices; it needs no further approval."""
    ctx.require("change.request")
    rows = body.read(entries.offered(ctx, entry).inputs)
    made = requesting.request_standard(
        ctx, entry, rows, reason=body.reason, window=_window(body.window), checks=body.checks
    )
    return change_out(made)


@router.post("/templates/preview")
def preview_template(body: TemplateIn, ctx: Ctx) -> list[PreviewOut]:
    """The lines that a template makes for each device; nothing is requested."""
    ctx.require("change.request")
    template, rows = _laid(body)
    return [PreviewOut.of(one) for one in requesting.preview_template(ctx, template, rows)]


@router.post("/templates/requests", status_code=201)
def request_template(body: TemplateUseIn, ctx: Ctx) -> ChangeOut:
    """Request a normal change of many devices from one template."""
    ctx.require("change.request")
    template, rows = _laid(body)
    wanted = Wanted(
        title=body.title, reason=body.reason, window=_window(body.window), checks=body.checks
    )
    return change_out(requesting.request_from_template(ctx, template, rows, wanted))


def _laid(body: TemplateIn) -> tuple[Template, Sequence[Row]]:
    names = dict.fromkeys(name for one in body.rows for name in one.variables)
    template = template_with(
        body.name, body.template, body.rollback_template, inputs=body.inputs,
        names=columns_of(body.csv) if body.csv else tuple(names),
    )  # fmt: skip
    return template, body.read(template.inputs)


def _window(given: WindowIn | None) -> Window | None:
    return (given.start, given.end) if given else None
