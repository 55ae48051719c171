"""What a mask was learned from and tried on, and what it would hide now. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select

from core.context import Context
from drift.findings import differences_of
from drift.models import Finding
from drift.noise.history import Figures
from drift.noise.models import NoiseMask
from drift.noise.reach import above, parents
from drift.recording import KIND

LOOKED_AT = 200  # proposals that are tried on a finding, the newest ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The text that a device showed at a time, by its digest."""

    snapshot: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Two readings of a device, so many seconds apart, and the figures of the past."""

    device: str
    first: Shown
    second: Shown
    seconds: float
    history: Figures


_EVIDENCE = TypeAdapter(Evidence)


def evidence_of(row: NoiseMask) -> Evidence | None:
    """The evidence as it was stored; None for a row that learning did not write."""
    try:
        return _EVIDENCE.validate_python(row.evidence)
    except ValidationError:
        return None


def proposed_for(ctx: Context, finding: Finding) -> tuple[NoiseMask, ...]:
    """Proposals that would hide a line of this finding, the newest first."""
    if finding.kind != KIND:
        return ()
    units = list(above(finding.governing_unit_id, parents(ctx)))
    rows = (
        select(NoiseMask)
        .where(NoiseMask.state == "proposed", NoiseMask.platform == finding.device.platform)
        .where(NoiseMask.unit_id.in_(units))
        .order_by(NoiseMask.id.desc())
        .limit(LOOKED_AT)
    )
    masks = ctx.session.scalars(rows).all()
    differences = differences_of(finding) if masks else ()
    return tuple(one for one in masks if one.mask.hides(differences))
