"""Noise: masks for lines that change by themselves, what they rest on, and decisions on them."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from api.access import PageVisit
from api.jobs import queue_learning
from api.shapes import Key
from api.web.render import page
from changes.acted import corrected
from core.context import Context
from drift.noise import decisions
from drift.noise.evidence import Evidence, evidence_of
from drift.noise.learning import LONGEST, SHORTEST, USUAL
from drift.noise.models import STATES, NoiseMask
from drift.noise.reach import PERSONS
from inventory import snapshots

router = APIRouter(include_in_schema=False)
LIMIT = 50
Words = Annotated[str, Form()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """How a mask stands with its approvers, and with the visitor.

    `counting` are the persons whose approval counts, `lapsed` those who approved and may no more;
    `own`: the visitor approved; `may`: a post of the visitor's gives a vote.
    """

    counting: tuple[str, ...]
    lapsed: tuple[str, ...]
    own: bool
    may: bool

    @property
    def missing(self) -> int:
        """How many approvals are needed yet; the last one is never given by itself."""
        return max(1, PERSONS - len(self.counting))


@router.get("/noise")
def list_masks(
    visit: PageVisit,
    state: Literal["", "proposed", "active", "rejected", "withdrawn"] = "",
    platform: str = "", after: int = 0,
) -> Response:  # fmt: skip
    visit.ctx.require("drift.read")
    found = decisions.listing(
        visit.ctx, state=state or None, platform=platform or None, after=after or None,
        limit=LIMIT,
    )  # fmt: skip
    return page(
        "noise.html", visit, masks=found, state=state, states=STATES, platform=platform,
        evidence={one.id: evidence_of(one) for one in found}, required=PERSONS,
        more=found[-1].id if len(found) == LIMIT else 0,
    )  # fmt: skip


@router.get("/noise/{mask_id}")
def show_mask(visit: PageVisit, mask_id: Key) -> Response:
    row = decisions.get(visit.ctx, mask_id)
    evidence = evidence_of(row)
    return page(
        "noise_mask.html", visit, mask=row, evidence=evidence, required=PERSONS,
        votes=_votes(visit.ctx, row), kept=_kept(visit.ctx, row, evidence),
    )  # fmt: skip


@router.post("/noise/{mask_id}/approvals")
def approve(visit: PageVisit, mask_id: Key, note: Words) -> Response:
    decisions.approve(visit.ctx, mask_id, note=note, corrected=corrected)
    return _back(mask_id)


@router.post("/noise/{mask_id}/rejection")
def reject(visit: PageVisit, mask_id: Key, note: Words) -> Response:
    decisions.reject(visit.ctx, mask_id, reason=note)
    return _back(mask_id)


@router.post("/noise/{mask_id}/withdrawal")
def withdraw(visit: PageVisit, mask_id: Key, reason: Words) -> Response:
    decisions.withdraw(visit.ctx, mask_id, reason=reason)
    return _back(mask_id)


@router.post("/devices/{device_id}/noise")
def learn(
    visit: PageVisit, device_id: Key,
    apart: Annotated[float, Form(ge=SHORTEST, le=LONGEST)] = USUAL,
) -> Response:  # fmt: skip
    """Have a worker read the device twice, as REST does."""
    queue_learning(visit.ctx, device_id, apart=apart)
    return RedirectResponse(f"/devices/{device_id}?learning=1", status_code=303)


def _votes(ctx: Context, row: NoiseMask) -> Votes:
    counted = {one.id for one in decisions.standing(ctx, row)}
    return Votes(
        counting=tuple(one.person.username for one in row.approvals if one.id in counted),
        lapsed=tuple(one.person.username for one in row.approvals if one.id not in counted),
        own=ctx.person.person_id in {one.person_id for one in row.approvals},
        may=row.unit_id in ctx.units("noise.approve"),
    )


def _kept(ctx: Context, row: NoiseMask, evidence: Evidence | None) -> tuple[int, ...]:
    """The snapshots of the two readings, where both are kept and the visitor may read them."""
    if evidence is None:
        return ()
    recent = snapshots.list_snapshots(ctx, device_id=row.device_id, source="running", limit=LIMIT)
    known = {one.digest.hex(): one.id for one in recent}
    found = tuple(known.get(one.snapshot) for one in (evidence.first, evidence.second))
    return tuple(one for one in found if one is not None) if None not in found else ()


def _back(mask_id: int) -> Response:
    return RedirectResponse(f"/noise/{mask_id}", status_code=303)
