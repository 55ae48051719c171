"""Searches as runs: asked for, followed, cancelled. Contacts nobody itself."""

from collections.abc import Sequence

from sqlalchemy import select

from core.audit import Fact, Subject
from core.context import Context
from core.errors import Conflict, InvalidInput
from inventory.candidates import ranges
from inventory.candidates.models import DiscoveryRange, DiscoveryRun
from inventory.candidates.scope import MOST_ADDRESSES, NotAllowed, Scope
from inventory.devices import named
from inventory.models import Device
from organization.models import Unit
from organization.units import units_below

DEEPEST = 32
OPEN = ("queued", "running")


def request_run(
    ctx: Context, *, cidrs: Sequence[str] = (), seeds: Sequence[str] = (), depth: int = 0,
    unit: Unit | None = None,
) -> DiscoveryRun:  # fmt: skip
    """A search through ranges, outwards from seeds, or through every range one may enter.

    A seed is a device's name or an address in an allowed range. Needs `device.collect` where it
    goes; with a unit it stays in the ranges of that unit and those below. Raises NotAllowed for
    what nobody allowed.
    """
    ctx.require("device.collect", unit)
    if not 0 <= depth <= DEEPEST:
        raise InvalidInput(f"The depth is 0 to {DEEPEST}.", field="depth")
    mine = _enterable(ctx, unit)
    scope = ranges.scope_of(ctx, [row.id for row in mine])
    networks = [ranges.network_of(text) for text in cidrs]
    if not networks and not seeds:
        networks = [ranges.network_of(row.cidr) for row in mine]
    if sum(network.num_addresses for network in networks) > MOST_ADDRESSES:
        raise InvalidInput(
            f"The ranges hold more than {MOST_ADDRESSES} addresses; name parts of them.",
            field="cidrs",
        )
    units = [_unit_of_seed(ctx, scope, seed) for seed in seeds]
    for network in networks:
        units.extend(scope.enter(host).unit_id for host in list(scope.targets(network))[:1])
    if not units:
        raise NotAllowed(
            "There is no range that you may search. An administrator allows one with "
            "`trimtab discover allow`."
        )
    run = ctx.add(
        DiscoveryRun(
            unit_id=unit.id if unit else units[0], range_ids=[row.id for row in mine],
            cidrs=[str(network) for network in networks], seeds=list(seeds), depth=depth,
            state="queued", requested_by_id=ctx.person.person_id, requested_at=ctx.now(),
        )
    )  # fmt: skip
    ctx.record("discovery.requested", subject_of(run), **_asked(run))
    return run


def cancel(ctx: Context, run_id: int) -> DiscoveryRun:
    """End a search: one that waits never begins, one under way contacts nobody more."""
    run = ctx.get_locked(DiscoveryRun, run_id)
    ctx.require("device.collect", run)
    if run.state not in OPEN or run.cancelled_by_id is not None:
        raise Conflict(f"Search {run.id} is {run.state}; there is nothing to cancel.")
    run.cancelled_by_id = ctx.person.person_id
    if run.state == "queued":
        run.state, run.ended_at = "cancelled", ctx.now()
    ctx.record("discovery.cancelled", subject_of(run))
    return run


def get_run(ctx: Context, run_id: int) -> DiscoveryRun:
    run = ctx.get(DiscoveryRun, run_id)
    ctx.require("device.read", run)
    return run


def list_runs(ctx: Context, *, after: int | None = None, limit: int = 50) -> list[DiscoveryRun]:
    """Searches of the person's jurisdictions, the newest first."""
    query = (
        select(DiscoveryRun)
        .where(DiscoveryRun.unit_id.in_(ctx.units("device.read")))
        .order_by(DiscoveryRun.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(DiscoveryRun.id < after)
    return list(ctx.session.scalars(query))


def subject_of(run: DiscoveryRun) -> Subject:
    return Subject(type="discovery_run", id=str(run.id), label=run.label)


def _asked(run: DiscoveryRun) -> dict[str, Fact]:
    return {"cidrs": run.cidrs, "seeds": run.seeds, "depth": run.depth, "ranges": run.range_ids}


def _enterable(ctx: Context, unit: Unit | None) -> list[DiscoveryRange]:
    """The ranges in force where the person may search; of the unit and below, where one is told."""
    units = ctx.units("device.collect")
    if unit is not None:
        units &= units_below(ctx, unit.id)
    query = select(DiscoveryRange).where(
        DiscoveryRange.withdrawn_at.is_(None), DiscoveryRange.unit_id.in_(units)
    )
    return list(ctx.session.scalars(query.order_by(DiscoveryRange.id)))


def _unit_of_seed(ctx: Context, scope: Scope, seed: str) -> int:
    """The jurisdiction in which a seed lies, or NotAllowed."""
    device = named(ctx, seed)
    if device is not None:
        ctx.require("device.collect", device)
        return _owner(device)
    if scope.holder(seed) is None and not seed.replace(".", "").replace(":", "").isalnum():
        raise InvalidInput(f"{seed!r} is no device and no IP address.", field="seeds")
    return scope.enter(seed).unit_id


def _owner(device: Device) -> int:
    return device.unit_id or device.site.unit_id
