"""Keep what was seen or imported as candidates: found again is the same row. Contacts nobody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select

from core.audit import Fact, Subject
from core.context import Action, Context
from inventory.candidates.models import Candidate
from inventory.candidates.sightings import Sighting
from inventory.drivers.login import PublicKey
from inventory.drivers.probe import Evidence

WORTH: Mapping[Evidence, int] = {"": 0, "banner": 1, "import": 2, "netmiko": 3, "answer": 4}
"""What a platform is known by, the better the higher: a hint never replaces an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one source says of a candidate; None and empty where it says nothing."""

    source: str
    unit_id: int
    address: str | None
    port: int
    range_id: int | None = None
    depth: int = 0
    hostname: str = ""
    platform: str | None = None
    evidence: Evidence = ""
    model: str | None = None
    serial: str | None = None
    os_version: str | None = None
    banner: str = ""
    host_key: PublicKey | None = None
    proposal: Mapping[str, Fact] = field(default_factory=dict)
    problem: str = ""


def report_of(seen: Sighting, *, unit_id: int) -> Report | None:
    """A sighting as a report; None where a range's address is silent, which says nothing.

    `unit_id` is the jurisdiction of what lies in no allowed range.
    """
    if not seen.answered and seen.target.source == "range":
        return None
    return Report(
        source=seen.target.source, unit_id=seen.territory.unit_id if seen.territory else unit_id,
        address=seen.target.address, port=seen.port, depth=seen.target.depth,
        range_id=seen.territory.range_id if seen.territory else None, hostname=seen.hostname,
        platform=seen.platform, evidence=seen.evidence, model=seen.facts.model,
        serial=seen.facts.serial, os_version=seen.facts.os_version, banner=seen.banner,
        host_key=seen.host_key, problem=seen.problem,
    )  # fmt: skip


def keep(ctx: Context, reports: Iterable[Report], *, subject: Subject) -> tuple[Candidate, ...]:
    """The candidates of these reports, in their order; `subject` is the run or the import.

    The caller has checked the permission. New ones and what changed are recorded one by one.
    """
    kept: list[Candidate] = []
    actions: list[Action] = []
    for report in reports:
        row = _row(ctx, report)
        if row is None:
            row = ctx.add(_new(ctx, report))
            facts: dict[str, Fact] = {"source": row.source, "address": row.address}
            actions.append(Action(action="candidate.found", subject=row, facts=facts))
        else:
            changed = _update(ctx, row, report)
            if changed:
                actions.append(Action(action="candidate.changed", subject=row, facts=changed))
        kept.append(row)
    if kept:
        seen: dict[str, Fact] = {"candidates": [row.id for row in kept]}
        ctx.record_all([*actions, Action(action="candidates.seen", subject=subject, facts=seen)])
    return tuple(kept)


def _row(ctx: Context, report: Report) -> Candidate | None:
    """The same one as before: by its address, else by a name whose address nobody told."""
    mine = select(Candidate).where(Candidate.unit_id == report.unit_id).order_by(Candidate.id)
    if report.address is not None:
        found = ctx.session.scalars(mine.where(Candidate.address == report.address)).first()
        if found is not None or not report.hostname:
            return found
    named = mine.where(func.lower(Candidate.hostname) == report.hostname.lower())
    if report.address is not None:
        named = named.where(Candidate.address.is_(None), Candidate.state == "found")
    return ctx.session.scalars(named).first()


def _new(ctx: Context, report: Report) -> Candidate:
    row = Candidate(
        unit_id=report.unit_id, address=report.address, port=report.port, source=report.source,
        depth=report.depth, hostname="", evidence="", banner="", problem=report.problem,
        proposal={}, state="found", reason="", first_seen_at=ctx.now(), last_seen_at=ctx.now(),
    )  # fmt: skip
    for name, value in _told(report).items():
        setattr(row, name, value)
    return row


def _update(ctx: Context, row: Candidate, report: Report) -> dict[str, Fact]:
    """Take over what is new; what changed, as facts. Decisions of persons stay."""
    row.last_seen_at = ctx.now()
    told = _told(report)
    if WORTH[report.evidence] < WORTH[row.evidence]:  # type: ignore[index]
        for name in ("platform", "evidence"):
            told.pop(name, None)
    if row.address is None and report.address is not None:
        told |= {"address": report.address, "port": report.port, "source": report.source}
    if report.banner:
        told["port"] = report.port
    if report.banner or not row.banner:
        told["problem"] = report.problem
    changed = {name: value for name, value in told.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return changed


def _told(report: Report) -> dict[str, Fact]:
    """The columns that the report has something to say about."""
    key = report.host_key
    told: dict[str, Fact] = {
        "range_id": report.range_id, "hostname": report.hostname, "platform": report.platform,
        "evidence": report.evidence, "model": report.model, "serial": report.serial,
        "os_version": report.os_version, "banner": report.banner,
        "key_algorithm": key.algorithm if key else None,
        "host_key": key.public_key if key else None,
        "proposal": dict(report.proposal),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}
