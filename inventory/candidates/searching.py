"""Carry out a search: crawl, keep what is seen, tell how far it is, stop when told to.

No transaction is open while an address is contacted. Signs in with a range's own login only.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Event

from sqlalchemy import select

from core.context import Context
from core.errors import TrimtabError
from core.secrets import read_secret
from inventory import held_sessions
from inventory.candidates import keeping, ranges, runs
from inventory.candidates.crawl import Crawl, Known
from inventory.candidates.models import DiscoveryRun
from inventory.candidates.scope import Scope
from inventory.candidates.sightings import Access, Sighting, Target, look
from inventory.drivers.login import Login
from inventory.drivers.protocol import Neighbour
from inventory.models import Credential, Device, Relation

log = logging.getLogger(__name__)

Contexts = Callable[[], AbstractContextManager[Context]]
"""Opens a unit of work, as `Runtime.context` does."""

KEEP_SECONDS = 1.0  # between two writes of what was seen
LONGEST_SECONDS = 4 * 3600.0  # a search that is not done by then ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How far a search is."""

    total: int
    looked: int
    found: int
    identified: int


Tell = Callable[[Reached], None]


def search(
    contexts: Contexts, run_id: int, *, threads: int, stopping: Event | None = None,
    tell: Tell = lambda _: None,
) -> DiscoveryRun:  # fmt: skip
    """Carry out a run that waits, or one that a worker left behind; returns how it ended."""
    with contexts() as ctx:
        run = _begin(ctx, run_id)
        if run.state != "running":
            return run
        under_way = _UnderWay(
            contexts=contexts, run_id=run_id, unit_id=run.unit_id, range_ids=tuple(run.range_ids),
            scope=ranges.scope_of(ctx, run.range_ids), tell=tell, stopping=stopping,
        )  # fmt: skip
        access = _accesses(ctx, under_way.scope)
        known = _known(ctx, contexts)
        crawl = Crawl(
            look=lambda target: _looked(target, under_way.scope, access), known=known,
            depth=run.depth, threads=threads,
        )  # fmt: skip
        cidrs, seeds = tuple(run.cidrs), tuple(run.seeds)
    try:
        _fill(crawl, under_way.scope, known, cidrs=cidrs, seeds=seeds)
        return under_way.through(crawl)
    except TrimtabError as error:
        return under_way.end("failed", problem=error.message)
    except Exception:  # nobody waits for a search that nobody carries on
        under_way.end("failed", problem="A defect ended it; the worker's log tells which.")
        raise


def _looked(target: Target, scope: Scope, access: Mapping[int, Access]) -> Sighting:
    try:
        return look(target, scope=scope, access=access)
    except Exception as error:  # what a stranger provokes must not end the search of the others
        log.exception("looking at %s failed", target.address)
        return Sighting(target=target, hostname=target.hostname, problem=repr(error))


def _begin(ctx: Context, run_id: int) -> DiscoveryRun:
    run = ctx.get_locked(DiscoveryRun, run_id)
    ctx.require("device.collect", run)
    if run.state in runs.OPEN:
        run.state, run.started_at = "running", ctx.now()
        run.total = run.looked = run.found = run.identified = 0
        ctx.record("discovery.started", runs.subject_of(run))
    return run


def _fill(
    crawl: Crawl, scope: Scope, known: Known, *, cidrs: Sequence[str], seeds: Sequence[str]
) -> None:
    for seed in seeds:
        device = known.by_name.get(seed.strip().lower())
        if device is not None:
            crawl.follow_device(device, depth=0)
        else:
            crawl.add(Target(source="seed", address=seed))
    for cidr in cidrs:
        for address in scope.targets(ranges.network_of(cidr)):
            crawl.add(Target(source="range", address=address))


@dataclass(slots=True, kw_only=True)
class _UnderWay:
    """One search, with what it saw and did not yet keep. `scope` follows what is withdrawn."""

    contexts: Contexts
    run_id: int
    unit_id: int
    range_ids: tuple[int, ...]
    scope: Scope
    tell: Tell
    stopping: Event | None
    cancelled: bool = False
    found: int = 0
    identified: int = 0
    _unkept: list[Sighting] = field(default_factory=list)
    _kept_at: float = field(default_factory=time.monotonic)
    _until: float = field(default_factory=lambda: time.monotonic() + LONGEST_SECONDS)

    def through(self, crawl: Crawl) -> DiscoveryRun:
        for seen in crawl.sightings(self._goes_on):
            if seen is not None:
                self._note(seen)
            if time.monotonic() - self._kept_at >= KEEP_SECONDS:
                self._keep(crawl)
        self._keep(crawl)
        if self.cancelled:
            return self.end("cancelled")
        if not self._goes_on():
            return self.end("failed", problem="It was ended before it was done.")
        more = f"{crawl.left_out} more were told of and left out." if crawl.left_out else ""
        return self.end("finished", problem=more)

    def end(self, state: str, *, problem: str = "") -> DiscoveryRun:
        with self.contexts() as ctx:
            run = ctx.get_locked(DiscoveryRun, self.run_id)
            run.state, run.ended_at, run.problem = state, ctx.now(), problem
            ctx.record(
                f"discovery.{state}", runs.subject_of(run), looked=run.looked, found=run.found,
                identified=run.identified, problem=problem,
            )  # fmt: skip
            return run

    def _goes_on(self) -> bool:
        told_to_stop = self.stopping is not None and self.stopping.is_set()
        return not (self.cancelled or told_to_stop or time.monotonic() > self._until)

    def _note(self, seen: Sighting) -> None:
        self._unkept.append(seen)
        self.found += seen.answered
        self.identified += seen.evidence in {"answer", "netmiko"}

    def _keep(self, crawl: Crawl) -> None:
        """Write what was seen since, and learn of a cancellation or a withdrawn range."""
        with self.contexts() as ctx:
            run = ctx.get_locked(DiscoveryRun, self.run_id)
            run.total, run.looked = crawl.total, crawl.looked
            run.found, run.identified = self.found, self.identified
            reports = (keeping.report_of(one, unit_id=self.unit_id) for one in self._unkept)
            keeping.keep(
                ctx, [one for one in reports if one is not None], subject=runs.subject_of(run)
            )
            ctx.record_all([
                held_sessions.record_of(ctx, runs.subject_of(run), one, address=seen.target.address)
                for seen in self._unkept for one in seen.sessions
            ])  # fmt: skip
            self.cancelled = run.cancelled_by_id is not None
            self.scope = ranges.scope_of(ctx, self.range_ids)
        self._unkept.clear()
        self._kept_at = time.monotonic()
        self.tell(
            Reached(
                total=crawl.total, looked=crawl.looked, found=self.found,
                identified=self.identified,
            )
        )  # fmt: skip


def _accesses(ctx: Context, scope: Scope) -> dict[int, Access]:
    """The logins of the ranges that may be entered; one that cannot be read is a problem there."""
    return {
        one.range_id: _access(ctx, ctx.get(Credential, one.credential_id))
        for one in scope.territories
        if one.credential_id is not None and one.range_id in scope.enterable
    }


def _access(ctx: Context, credential: Credential) -> Access:
    def secret(reference: str | None) -> str | None:
        return None if reference is None else read_secret(ctx, reference)

    try:
        login = Login(
            hostname="", address="", platform="", username=credential.username,
            password=secret(credential.password_ref), key=secret(credential.key_ref),
            timeout=ctx.settings.device_timeout,
        )  # fmt: skip
    except TrimtabError as error:
        return Access(login=None, problem=error.message)
    return Access(login=login)


def _known(ctx: Context, contexts: Contexts) -> Known:
    rows = ctx.session.execute(
        select(Device.id, Device.hostname, Device.address).where(Device.state != "retired")
    ).all()

    def told(device_id: int) -> tuple[str, tuple[Neighbour, ...]]:
        with contexts() as other:
            return _told(other, device_id)

    return Known(
        by_address={row.address: row.id for row in rows},
        by_name={row.hostname.lower(): row.id for row in rows}, told=told,
    )  # fmt: skip


def _told(ctx: Context, device_id: int) -> tuple[str, tuple[Neighbour, ...]]:
    rows = ctx.session.scalars(
        select(Relation).where(Relation.device_id == device_id).order_by(Relation.id)
    )
    found = tuple(
        Neighbour(
            interface=row.interface, peer_name=row.peer_name, peer_interface=row.peer_interface,
            peer_address=row.peer_address,
        )
        for row in rows
    )  # fmt: skip
    return ctx.get(Device, device_id).hostname, found
