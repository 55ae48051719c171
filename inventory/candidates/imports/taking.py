"""Take another inventory's devices into the review list, and adopt those that are complete."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.audit import Subject
from core.context import Context
from core.secrets import read_secret
from inventory.candidates import keeping, ranges, review
from inventory.candidates.imports.imported import Imported, platform_here
from inventory.candidates.imports.nautobot import read_nautobot
from inventory.candidates.imports.netbox import read_netbox
from inventory.candidates.keeping import Report
from inventory.candidates.models import Candidate
from inventory.candidates.scope import Scope
from inventory.drivers.probe import visible
from inventory.models import Device
from organization.models import Unit

Read = Callable[[str, str], tuple[Imported, ...]]
WEB: dict[str, Read] = {"netbox": read_netbox, "nautobot": read_nautobot}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What an import brought: every candidate, and the devices made of some."""

    candidates: tuple[Candidate, ...]
    adopted: tuple[Device, ...] = ()


def read_web(ctx: Context, kind: str, *, url: str, token_ref: str) -> tuple[Imported, ...]:
    """The devices of a NetBox or Nautobot; its token is given by reference.

    Needs `credential.write`: who may name secrets may have them sent. No transaction is open
    while the server answers.
    """
    ctx.require("credential.write")
    token = read_secret(ctx, token_ref)
    with ctx.released():
        return WEB[kind](url, token)


def take(
    ctx: Context, entries: Sequence[Imported], *, unit: Unit, source: str, adopt: str = "none"
) -> Taken:
    """Entries as candidates of a unit; those in an allowed range are that range's.

    `adopt` is `complete` or `none`. Needs `device.write` in the unit, and in those of the ranges.
    """
    ctx.require("device.write", unit)
    scope, writable = ranges.scope_of(ctx, ()), ctx.units("device.write")
    reports = [_report(one, scope, writable, unit=unit, source=source) for one in entries]
    subject = Subject(type="import", id=source, label=source)
    found = keeping.keep(ctx, reports, subject=subject)
    adopted = review.adopt_complete(ctx, found) if adopt == "complete" else ()
    ctx.record("candidates.imported", subject, candidates=len(found), adopted=len(adopted))
    return Taken(candidates=found, adopted=adopted)


def _report(
    one: Imported, scope: Scope, writable: frozenset[int], *, unit: Unit, source: str
) -> Report:
    platform = platform_here(one.platform) if one.platform else None
    territory = scope.holder(one.address) if one.address else None
    mine = territory if territory is not None and territory.unit_id in writable else None
    unknown = f"{visible(one.platform)!r} is no platform known here." if one.platform else ""
    return Report(
        source=source, unit_id=mine.unit_id if mine else unit.id, address=one.address,
        port=one.port, range_id=mine.range_id if mine else None, hostname=visible(one.hostname),
        platform=platform, evidence="import" if platform else "",
        serial=one.serial and visible(one.serial), model=one.model and visible(one.model),
        proposal=one.proposal, problem="" if platform else unknown,
    )  # fmt: skip
