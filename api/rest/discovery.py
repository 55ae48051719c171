"""Discovery over REST: allowed ranges, searches by a worker, the review list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field, JsonValue

from api.access import Ctx
from api.jobs import queue_discovery
from api.pages import After, Limit, Page, page_of, page_within
from api.rest.devices import DeviceOut, device_out
from api.shapes import Body, Key, OfRow, Reason, Text
from core.context import Context
from inventory import credentials, sites
from inventory.candidates import ranges, review, runs
from inventory.candidates.models import Candidate, DiscoveryRange, DiscoveryRun
from inventory.candidates.review import Adoption, Alike
from organization import units

router = APIRouter(tags=["discovery"])
Port = Annotated[int, Field(ge=1, le=65535)]


class RangeOut(OfRow):
    id: int
    cidr: str
    unit_id: int
    ports: list[int]
    credential_id: int | None
    site_id: int | None
    allowed_by_id: int
    allowed_at: datetime
    withdrawn_at: datetime | None


class RangeIn(Body):
    """Without a credential nobody is signed in to there."""

    cidr: Text
    unit_code: Text
    ports: list[Port] = Field(default=list(ranges.USUAL_PORTS), min_length=1, max_length=16)
    credential: Text | None = None
    site: Text | None = None


class RunOut(OfRow):
    id: int
    state: str
    cidrs: list[str]
    seeds: list[str]
    depth: int
    total: int
    looked: int
    found: int
    identified: int
    requested_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    problem: str


class RunIn(Body):
    """Parts of allowed ranges, or seeds (devices or addresses); without both, all ranges."""

    cidrs: list[Text] = Field(default_factory=list, max_length=1000)
    seeds: list[Text] = Field(default_factory=list, max_length=1000)
    depth: int = Field(0, ge=0, le=runs.DEEPEST)
    unit_code: Text | None = None


class AlikeOut(OfRow):
    device_id: int
    hostname: str
    by: str


class CandidateOut(OfRow):
    """`alike` are devices that it may be, and by what."""

    id: int
    unit_id: int
    range_id: int | None
    address: str | None
    port: int
    hostname: str
    platform: str | None
    evidence: str
    model: str | None
    serial: str | None
    os_version: str | None
    banner: str
    source: str
    depth: int
    proposal: dict[str, JsonValue]
    state: str
    problem: str
    first_seen_at: datetime
    last_seen_at: datetime
    device_id: int | None
    decided_at: datetime | None
    reason: str
    alike: list[AlikeOut] = Field(default_factory=list)


class AdoptionIn(Body):
    """What is not said is taken from the range, or from what an import proposed."""

    site: Text | None = None
    credential: Text | None = None
    hostname: Text | None = None
    platform: Text | None = None


class MergerIn(Reason):
    hostname: Text


def _range(row: DiscoveryRange) -> RangeOut:
    return RangeOut.of(row)


@router.get("/discovery/ranges")
def list_ranges(ctx: Ctx, limit: Limit = 50, after: After = None) -> Page[RangeOut]:
    return page_within(
        ranges.list_ranges(ctx), _range, lambda row: row.id, after=after, limit=limit
    )


@router.post("/discovery/ranges", status_code=201)
def allow_range(body: RangeIn, ctx: Ctx) -> RangeOut:
    """Let a range be probed. Needs `discovery.allow`."""
    credential = credentials.credential_by_name(ctx, body.credential) if body.credential else None
    return _range(
        ranges.allow(
            ctx, body.cidr, unit=units.by_code(ctx, body.unit_code), ports=body.ports,
            credential=credential, site=sites.site_by_code(ctx, body.site) if body.site else None,
        )
    )  # fmt: skip


@router.post("/discovery/ranges/{range_id}/withdrawal", status_code=201)
def withdraw_range(range_id: Key, body: Reason, ctx: Ctx) -> RangeOut:
    return _range(ranges.withdraw(ctx, range_id, reason=body.reason))


@router.get("/discovery/runs")
def list_runs(ctx: Ctx, limit: Limit = 50, after: After = None) -> Page[RunOut]:
    """Searches, the newest first."""
    rows = runs.list_runs(ctx, after=after, limit=limit)
    return page_of(rows, RunOut.of, lambda row: row.id, limit=limit)


@router.get("/discovery/runs/{run_id}")
def get_run(run_id: Key, ctx: Ctx) -> RunOut:
    """How far a search is."""
    return RunOut.of(runs.get_run(ctx, run_id))


@router.post("/discovery/runs", status_code=202)
def search(body: RunIn, ctx: Ctx) -> RunOut:
    """Have a worker search; everything found goes to the review list."""
    run: DiscoveryRun = runs.request_run(
        ctx, cidrs=body.cidrs, seeds=body.seeds, depth=body.depth,
        unit=units.by_code(ctx, body.unit_code) if body.unit_code else None,
    )  # fmt: skip
    queue_discovery(ctx, run)
    return RunOut.of(run)


@router.post("/discovery/runs/{run_id}/cancellation", status_code=201)
def cancel(run_id: Key, ctx: Ctx) -> RunOut:
    return RunOut.of(runs.cancel(ctx, run_id))


@router.get("/candidates")
def list_candidates(
    ctx: Ctx, limit: Limit = 50, after: After = None,
    state: Literal["found", "adopted", "ignored", "merged", "any"] = "found",
) -> Page[CandidateOut]:  # fmt: skip
    """The review list, the newest first."""
    wanted = None if state == "any" else state
    rows = review.listing(ctx, state=wanted, after=after, limit=limit)
    alike = review.alike(ctx, rows)
    return page_of(rows, lambda row: _with(row, alike[row.id]), lambda row: row.id, limit=limit)


@router.get("/candidates/{candidate_id}")
def get_candidate(candidate_id: Key, ctx: Ctx) -> CandidateOut:
    return _out(ctx, review.get(ctx, candidate_id))


@router.post("/candidates/{candidate_id}/adoption", status_code=201)
def adopt(candidate_id: Key, body: AdoptionIn, ctx: Ctx) -> DeviceOut:
    """Make a device of it."""
    return device_out(review.adopt(ctx, candidate_id, Adoption(**body.model_dump())))


@router.post("/candidates/{candidate_id}/dismissal", status_code=201)
def ignore(candidate_id: Key, body: Reason, ctx: Ctx) -> CandidateOut:
    """It is no device of ours; found again, it stays ignored."""
    return _out(ctx, review.ignore(ctx, candidate_id, reason=body.reason))


@router.post("/candidates/{candidate_id}/merger", status_code=201)
def merge(candidate_id: Key, body: MergerIn, ctx: Ctx) -> CandidateOut:
    """It is a device that is there already."""
    merged = review.merge(ctx, candidate_id, hostname=body.hostname, reason=body.reason)
    return _out(ctx, merged)


@router.post("/candidates/{candidate_id}/reconsideration", status_code=201)
def reconsider(candidate_id: Key, body: Reason, ctx: Ctx) -> CandidateOut:
    return _out(ctx, review.reconsider(ctx, candidate_id, reason=body.reason))


def _out(ctx: Context, row: Candidate) -> CandidateOut:
    return _with(row, review.alike(ctx, [row])[row.id])


def _with(row: Candidate, alike: Sequence[Alike]) -> CandidateOut:
    return CandidateOut.of(row).model_copy(update={"alike": [AlikeOut.of(one) for one in alike]})
