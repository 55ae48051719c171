"""The catalogue as pages: standard changes, templates, what they would type, and requests."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from api.access import PageVisit, Visit
from api.shapes import Key
from api.web.render import page
from api.web.uploads import text_of
from changes import playbooks
from changes.catalogue import entries, requesting
from changes.catalogue.content import properties
from changes.catalogue.rendering import Template
from changes.catalogue.requesting import Preview
from changes.catalogue.rows import HOSTNAME
from changes.catalogue.written import columns_of, read_draft, rows_of, template_with
from changes.checks import KINDS, chosen
from changes.requests import Wanted
from core.audit import Fact
from core.errors import Conflict, InvalidInput, NotFound
from organization.units import by_code

router = APIRouter(include_in_schema=False)
VARIABLE = "variable_"  # how a form names the variables of a schema
EXPECTED = (InvalidInput, Conflict, NotFound)

Words = Annotated[str, Form(max_length=2000)]
LongWords = Annotated[str, Form(max_length=10_000_000)]
Ticked = Annotated[tuple[str, ...], Form()]
Upload = Annotated[UploadFile | None, File()]


async def typed_variables(request: Request) -> dict[str, str]:
    """The form's variables that are not empty, by their names in the schema."""
    form = await request.form()
    return {
        name.removeprefix(VARIABLE): value
        for name, value in form.items()
        if name.startswith(VARIABLE) and isinstance(value, str) and value
    }


Typed = Annotated[dict[str, str], Depends(typed_variables)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a form came to: the lines of each device, or why there are none."""

    text: str = ""  # the CSV that is requested
    found: tuple[Preview, ...] | None = None
    refused: str = ""
    hostnames: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    template: str = ""
    rollback: str = ""
    title: str = ""


NOTHING = Tried()


@router.get("/catalogue")
def show_catalogue(visit: PageVisit) -> Response:
    return page(
        "catalogue.html", visit, entries=entries.listed(visit.ctx), books=playbooks.catalogue(),
    )  # fmt: skip


@router.post("/catalogue")
def draft(visit: PageVisit, unit_code: Words, body: LongWords) -> Response:
    unit = by_code(visit.ctx, unit_code)
    visit.ctx.require("change.request", unit)
    told = read_draft(body)
    entry = entries.draft(visit.ctx, told.name, told.content, unit=unit)
    return RedirectResponse(f"/catalogue/{entry.name}", status_code=303)


@router.get("/catalogue/{entry}")
def show_entry(visit: PageVisit, entry: str) -> Response:
    return _entry(visit, entry, NOTHING)


@router.post("/catalogue/versions/{entry_id}/approvals")
def approve(visit: PageVisit, entry_id: Key, digest: Words, note: Words = "") -> Response:
    row = entries.approve(visit.ctx, entry_id, digest=digest, note=note)
    return RedirectResponse(f"/catalogue/{row.name}", status_code=303)


@router.post("/catalogue/versions/{entry_id}/retirement")
def retire(visit: PageVisit, entry_id: Key, reason: Words) -> Response:
    row = entries.retire(visit.ctx, entry_id, reason=reason)
    return RedirectResponse(f"/catalogue/{row.name}", status_code=303)


@router.post("/catalogue/{entry}/preview")
def preview(
    visit: PageVisit, entry: str, typed: Typed, hostnames: Words = "", text: LongWords = "",
    file: Upload = None,
) -> Response:  # fmt: skip
    """The lines for each device, or every mistake; nothing is requested."""
    visit.ctx.require("change.request")
    tried = Tried(hostnames=hostnames, variables=typed, text=text)
    try:
        offered = entries.offered(visit.ctx, entry)
        tried = replace(tried, text=_csv_of(file, text, hostnames, typed))
        rows = rows_of(tried.text, offered.inputs)
        tried = replace(tried, found=requesting.preview_standard(visit.ctx, entry, rows))
    except EXPECTED as error:
        tried = replace(tried, refused=error.message)
    return _entry(visit, entry, tried)


@router.post("/catalogue/{entry}/requests")
def request(
    visit: PageVisit, entry: str, text: LongWords = "", reason: Words = "", checks: Ticked = ()
) -> Response:
    visit.ctx.require("change.request")
    rows = rows_of(text, entries.offered(visit.ctx, entry).inputs)
    change = requesting.request_standard(
        visit.ctx, entry, rows, reason=reason, checks=chosen(checks)
    )
    return RedirectResponse(f"/changes/{change.id}", status_code=303)


@router.get("/templates")
def show_template(visit: PageVisit) -> Response:
    visit.ctx.require("change.read")
    return page("template.html", visit, tried=NOTHING, checks=KINDS)


@router.post("/templates/preview")
def preview_template(
    visit: PageVisit, template: LongWords = "", rollback: LongWords = "", text: LongWords = "",
    title: Words = "", file: Upload = None,
) -> Response:  # fmt: skip
    """The lines that a template makes for each device, or every mistake."""
    visit.ctx.require("change.request")
    tried = Tried(template=template, rollback=rollback, text=text, title=title)
    try:
        tried = replace(tried, text=_csv_of(file, text, "", {}))
        made = _template(tried)
        rows = rows_of(tried.text, made.inputs)
        tried = replace(tried, found=requesting.preview_template(visit.ctx, made, rows))
    except EXPECTED as error:
        tried = replace(tried, refused=error.message)
    return page("template.html", visit, tried=tried, checks=KINDS, status=_status(tried))


@router.post("/templates/requests")
def request_template(
    visit: PageVisit, template: LongWords = "", rollback: LongWords = "", text: LongWords = "",
    title: Words = "", reason: Words = "", checks: Ticked = (),
) -> Response:  # fmt: skip
    visit.ctx.require("change.request")
    made = _template(Tried(template=template, rollback=rollback, text=text))
    wanted = Wanted(title=title, reason=reason, checks=chosen(checks))
    change = requesting.request_from_template(visit.ctx, made, rows_of(text, made.inputs), wanted)
    return RedirectResponse(f"/changes/{change.id}", status_code=303)


def _template(tried: Tried) -> Template:
    return template_with("template", tried.template, tried.rollback, names=columns_of(tried.text))


def _status(tried: Tried) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if tried.refused else HTTPStatus.OK


def _entry(visit: Visit, name: str, tried: Tried) -> Response:
    found = entries.versions(visit.ctx, name)
    used = next((one for one in found if one.state == "approved"), None)
    why = entries.not_in_force(visit.ctx, used) if used else ""
    shown = found[0]
    person = visit.ctx.person.person_id
    return page(
        "catalogue_entry.html", visit, shown=shown, versions=found, used=used, why=why,
        fields=_fields((used or shown).inputs), tried=tried, needed=entries.VOTES,
        status=_status(tried), voted=any(one.person_id == person for one in shown.votes),
        own=shown.drafted_by_id == person, checks=KINDS,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A variable as a form asks for it."""

    name: str
    words: str
    required: bool
    choices: tuple[str, ...]
    default: str
    kind: str


def _fields(inputs: Mapping[str, Fact]) -> Sequence[Field]:
    listed = inputs.get("required")
    required = listed if isinstance(listed, Sequence) else ()
    return [
        Field(
            name=name, words=str(one.get("description") or one.get("title") or ""),
            required=name in required and "default" not in one, choices=_choices(one),
            default=str(one.get("default", "")),
            kind="number" if one.get("type") == "integer" else "text",
        )
        for name, one in properties(inputs).items()
    ]  # fmt: skip


def _choices(schema: Mapping[str, Fact]) -> tuple[str, ...]:
    if schema.get("type") == "boolean":
        return ("true", "false")
    listed = schema.get("enum")
    return tuple(map(str, listed)) if isinstance(listed, Sequence) else ()


def _csv_of(
    file: UploadFile | None, text: str, hostnames: str, variables: Mapping[str, str]
) -> str:
    """What was uploaded, else pasted, else the form's devices with its variables as CSV."""
    if file is not None and file.filename:
        return text_of(file)
    if text.strip() or not hostnames.split():
        return text
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow([HOSTNAME, *variables])
    writer.writerows([one, *variables.values()] for one in hostnames.split())
    return made.getvalue()
