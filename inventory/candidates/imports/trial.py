"""What an import would bring, tried on the inventory itself and taken back. Keeps nothing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, select

from core.audit import AuditRecord
from core.context import Context
from core.database import WROTE
from inventory import imports
from inventory.candidates import review
from inventory.candidates.imports.imported import Imported
from inventory.candidates.imports.taking import read_web, take
from inventory.candidates.models import Candidate
from inventory.candidates.review import Alike
from inventory.models import Device
from organization.models import Unit

Becomes = Literal["device", "waiting", "known"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one entry would become.

    `device`: a device at once. `waiting`: new on the review list. `known`: a candidate that is
    there already, in this `state`, of which it would change what `changed` names; nothing of
    it where that is empty, and what was ignored stays ignored. `alike` are devices that it may be.
    """

    hostname: str
    address: str
    platform: str | None
    becomes: Becomes
    state: str
    problem: str
    alike: tuple[Alike, ...]
    changed: tuple[str, ...] = ()


def try_web(
    ctx: Context, kind: str, *, url: str, token_ref: str, unit: Unit, adopt: str
) -> tuple[Outcome, ...]:
    """The outcomes of importing a NetBox or Nautobot, read now. Needs what that needs."""
    ctx.require("device.write", unit)
    entries = read_web(ctx, kind, url=url, token_ref=token_ref)
    return try_candidates(ctx, entries, unit=unit, source=f"{kind}:{url}", adopt=adopt)


def try_candidates(
    ctx: Context, entries: Sequence[Imported], *, unit: Unit, source: str, adopt: str
) -> tuple[Outcome, ...]:
    """The outcomes of `taking.take`, in the order of the entries. Needs what that needs."""
    with _taken_back(ctx):
        last = ctx.session.scalar(select(func.max(Candidate.id))) or 0
        told = ctx.session.scalar(select(func.max(AuditRecord.id))) or 0
        taken = take(ctx, entries, unit=unit, source=source, adopt=adopt)
        alike, added = review.alike(ctx, taken.candidates), {one.id for one in taken.adopted}
        changed = _changed(ctx, after=told)
        return tuple(
            _candidate(
                one, alike[one.id],
                "device" if one.device_id in added else "waiting" if one.id > last else "known",
                changed.get(one.id, ()),
            )
            for one in taken.candidates
        )  # fmt: skip


def _changed(ctx: Context, *, after: int) -> Mapping[int, tuple[str, ...]]:
    """What was changed of which candidate, by the records that the trial wrote."""
    rows = ctx.session.execute(
        select(AuditRecord.subject_id, AuditRecord.facts).where(
            AuditRecord.id > after, AuditRecord.action == "candidate.changed"
        )
    )
    return {int(key): tuple(sorted(facts)) for key, facts in rows}


def try_devices(ctx: Context, text: str, *, source: str) -> tuple[Outcome, ...]:
    """The outcomes of `imports.import_csv`. Raises what that raises."""
    with _taken_back(ctx):
        return tuple(_device(one) for one in imports.import_csv(ctx, text, source=source))


@contextmanager
def _taken_back(ctx: Context) -> Iterator[None]:
    """Whatever the body writes goes again, its records too: as if it had never been written."""
    wrote, recorded = set(ctx.session.info.get(WROTE, ())), len(ctx.recorded)
    savepoint = ctx.session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
        ctx.session.info[WROTE] = wrote
        del ctx.recorded[recorded:]


def _candidate(
    row: Candidate, alike: tuple[Alike, ...], becomes: Becomes, changed: tuple[str, ...]
) -> Outcome:
    return Outcome(
        hostname=row.hostname, address=row.address or "", platform=row.platform, becomes=becomes,
        state=row.state, problem=row.problem, alike=alike, changed=changed,
    )  # fmt: skip


def _device(row: Device) -> Outcome:
    return Outcome(
        hostname=row.hostname, address=row.address, platform=row.platform, becomes="device",
        state=row.state, problem="", alike=(),
    )  # fmt: skip
