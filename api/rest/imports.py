"""Imports of other inventories over REST, tried or taken. No device is contacted."""

from typing import Literal

from fastapi import APIRouter

from api.access import Ctx
from api.jobs import queue_import
from api.rest.discovery import AlikeOut, CandidateOut
from api.rest.snapshots import QueuedOut
from api.shapes import Body, LongText, OfRow, Text
from inventory.candidates.imports import trial
from inventory.candidates.imports.ansible_inventory import read_inventory_text
from inventory.candidates.imports.csv_text import read_csv
from inventory.candidates.imports.imported import Imported
from inventory.candidates.imports.taking import take
from organization import units

router = APIRouter(tags=["discovery"])


class TextImportIn(Body):
    """An inventory as text; `source` is what to call it."""

    kind: Literal["csv", "ansible"]
    text: LongText
    source: Text = "request"
    unit_code: Text
    adopt: Literal["none", "complete"] = "none"


class WebImportIn(Body):
    """The token is given by reference: `env:NAME`, `file:PATH`, `db:NAME` or a plugin's."""

    kind: Literal["netbox", "nautobot"]
    url: Text
    token_ref: Text
    unit_code: Text
    adopt: Literal["none", "complete"] = "none"


class OutcomeOut(OfRow):
    """What an entry would become: a device, waiting (new for review), or known.

    Of a known one it would change what `changed` names; its state stays.
    """

    hostname: str
    address: str
    platform: str | None
    becomes: str
    state: str
    problem: str
    alike: list[AlikeOut]
    changed: list[str]


@router.post("/candidates/import", status_code=201)
def import_text(body: TextImportIn, ctx: Ctx) -> list[CandidateOut]:
    """Candidates of a CSV text or an Ansible inventory (INI or YAML); no device is contacted."""
    unit = units.by_code(ctx, body.unit_code)
    ctx.require("device.write", unit)
    source = f"{body.kind}:{body.source}"
    taken = take(ctx, _read(body), unit=unit, source=source, adopt=body.adopt)
    return [CandidateOut.of(one) for one in taken.candidates]


@router.post("/candidates/import-from", status_code=202)
def import_web(body: WebImportIn, ctx: Ctx) -> QueuedOut:
    """Have a worker take the active devices of a NetBox or Nautobot. Needs `credential.write`."""
    unit = units.by_code(ctx, body.unit_code)
    return QueuedOut.of(
        queue_import(
            ctx, body.kind, url=body.url, token_ref=body.token_ref, unit=unit, adopt=body.adopt
        )
    )


@router.post("/candidates/import-trial")
def try_text(body: TextImportIn, ctx: Ctx) -> list[OutcomeOut]:
    """What would become of a CSV text or an Ansible inventory; nothing is kept."""
    unit = units.by_code(ctx, body.unit_code)
    ctx.require("device.write", unit)
    source = f"{body.kind}:{body.source}"
    tried = trial.try_candidates(ctx, _read(body), unit=unit, source=source, adopt=body.adopt)
    return [OutcomeOut.of(one) for one in tried]


@router.post("/candidates/import-from-trial")
def try_web(body: WebImportIn, ctx: Ctx) -> list[OutcomeOut]:
    """What would become of the devices of a NetBox or Nautobot, read now; nothing is kept."""
    unit = units.by_code(ctx, body.unit_code)
    tried = trial.try_web(
        ctx, body.kind, url=body.url, token_ref=body.token_ref, unit=unit, adopt=body.adopt
    )
    return [OutcomeOut.of(one) for one in tried]


def _read(body: TextImportIn) -> tuple[Imported, ...]:
    return read_csv(body.text) if body.kind == "csv" else read_inventory_text(body.text)
