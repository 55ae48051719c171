"""Imports as pages: try a text, see what would become of it, take it; or have a server read."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import RedirectResponse, Response

from api.access import PageVisit, Visit
from api.jobs import queue_import
from api.shapes import Number
from api.web.render import page
from api.web.uploads import MOST_BYTES, text_of
from core.context import Context
from core.errors import InvalidInput, NotPermitted, TrimtabError
from inventory import imports
from inventory.candidates.imports import trial
from inventory.candidates.imports.ansible_inventory import read_inventory_text
from inventory.candidates.imports.csv_text import COLUMNS, read_csv
from inventory.candidates.imports.imported import Imported
from inventory.candidates.imports.taking import take
from inventory.candidates.imports.trial import Outcome
from inventory.imports import OPTIONAL, REQUIRED
from organization import units

router = APIRouter(include_in_schema=False)
PATH = "/discovery/imports"
SHOWN = 500  # outcomes of a trial
PASTED = 100_000  # characters that stand in the form again

Kind = Literal["csv", "ansible", "devices"]
Server = Literal["netbox", "nautobot"]
KINDS = (
    ("csv", "CSV, for the review list"),
    ("ansible", "Ansible inventory, for the review list"),
    ("devices", "CSV of complete devices, all or none"),
)
Words = Annotated[str, Form(max_length=2000)]
LongWords = Annotated[str, Form(max_length=MOST_BYTES)]
Adopt = Annotated[Literal["none", "complete"], Form()]
Chosen = Annotated[Kind, Form()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the forms hold; `url` and `token_ref` are of another inventory's server."""

    kind: Kind | Server = "csv"
    unit: str = ""
    adopt: str = "none"
    text: str = ""
    url: str = ""
    token_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What an import came to; `queued` jobs were handed to a worker."""

    candidates: int = 0
    adopted: int = 0
    queued: int = 0


NOTHING_DONE = Done()


@router.get(PATH)
def show_form(
    visit: PageVisit, candidates: Number = 0, adopted: Number = 0, queued: Number = 0
) -> Response:
    """The numbers tell what an import that was just made came to."""
    visit.ctx.require("device.read")
    return _page(visit, Said(), done=Done(candidates=candidates, adopted=adopted, queued=queued))


@router.post(PATH + "/trial")
def try_import(
    visit: PageVisit, unit_code: Words, kind: Chosen = "csv", adopt: Adopt = "none",
    text: LongWords = "", file: Annotated[UploadFile | None, File()] = None,
) -> Response:  # fmt: skip
    """What would become of a file, or of what was pasted; nothing is kept."""
    named = file.filename if file else ""
    said = Said(kind=kind, unit=unit_code, adopt=adopt, text=text)
    try:
        if file and named:
            said = replace(said, text=text_of(file))
        found = _tried(visit.ctx, said, source=named or "pasted")
    except InvalidInput as error:
        return _page(visit, said, refused=error.message)
    return _page(visit, said, source=named or "pasted", found=found)


@router.post(PATH)
def take_import(
    visit: PageVisit, unit_code: Words, kind: Chosen = "csv", adopt: Adopt = "none",
    text: LongWords = "", source: Words = "pasted",
) -> Response:  # fmt: skip
    ctx = visit.ctx
    if kind == "devices":
        devices = imports.import_csv(ctx, text, source=f"csv:{source}")
        return _done(adopted=len(devices))
    unit = units.by_code(ctx, unit_code)
    ctx.require("device.write", unit)
    taken = take(ctx, _read(kind, text), unit=unit, source=f"{kind}:{source}", adopt=adopt)
    return _done(candidates=len(taken.candidates), adopted=len(taken.adopted))


@router.post(PATH + "/web")
def import_web(
    visit: PageVisit, unit_code: Words, url: Words, token_ref: Words,
    kind: Annotated[Server, Form()] = "netbox", adopt: Adopt = "none",
) -> Response:  # fmt: skip
    """Have a worker read the server; what it brings waits on the review list."""
    unit = units.by_code(visit.ctx, unit_code)
    queue_import(visit.ctx, kind, url=url.strip(), token_ref=token_ref.strip(), unit=unit,
                 adopt=adopt)  # fmt: skip
    return _done(queued=1)


@router.post(PATH + "/web/trial")
def try_web(
    visit: PageVisit, unit_code: Words, url: Words, token_ref: Words,
    kind: Annotated[Server, Form()] = "netbox", adopt: Adopt = "none",
) -> Response:  # fmt: skip
    """What would become of a server's devices, read now; nothing is kept."""
    said = Said(
        kind=kind, unit=unit_code, adopt=adopt, url=url.strip(), token_ref=token_ref.strip()
    )
    try:
        found = trial.try_web(
            visit.ctx, kind, url=said.url, token_ref=said.token_ref, adopt=adopt,
            unit=units.by_code(visit.ctx, unit_code),
        )  # fmt: skip
    except NotPermitted:
        raise
    except TrimtabError as error:  # of the server, its token, the unit: told at the form
        return _page(visit, said, refused=error.message)
    return _page(visit, said, source=said.url, found=found)


def _done(**counts: int) -> Response:
    query = "&".join(f"{name}={count}" for name, count in counts.items() if count)
    return RedirectResponse(f"{PATH}?{query}", status_code=303)


def _read(kind: Kind | Server, text: str) -> tuple[Imported, ...]:
    return read_csv(text) if kind == "csv" else read_inventory_text(text)


def _tried(ctx: Context, said: Said, *, source: str) -> tuple[Outcome, ...]:
    if said.kind == "devices":
        return trial.try_devices(ctx, said.text, source=source)
    unit = units.by_code(ctx, said.unit)
    ctx.require("device.write", unit)
    return trial.try_candidates(
        ctx, _read(said.kind, said.text), unit=unit, source=f"{said.kind}:{source}",
        adopt=said.adopt,
    )  # fmt: skip


def _only(codes: Sequence[str]) -> str:
    """The unit where there is no choice."""
    return codes[0] if len(codes) == 1 else ""


def _page(
    visit: Visit, said: Said, *, found: Sequence[Outcome] | None = None,
    source: str = "", refused: str = "", done: Done = NOTHING_DONE,
) -> Response:  # fmt: skip
    ctx, writable = visit.ctx, visit.ctx.units("device.write")
    codes = [one.code for one in units.list_units(ctx) if one.id in writable]
    return page(
        "imports.html", visit, said=replace(said, unit=said.unit or _only(codes)),
        kinds=KINDS, found=found, refused=refused, source=source, units=codes, pasted=PASTED,
        counts=Counter(one.becomes for one in found or ()), shown=(found or ())[:SHOWN],
        done=done, columns=COLUMNS, required=REQUIRED, optional=OPTIONAL,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
    )  # fmt: skip
