"""An organization whose devices have shown configurations already: changes without any network."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from unittest.mock import patch

from sqlalchemy import delete, select, text

from changes import approvals, claims, requests
from changes.attribution import attribute
from changes.execution import EXECUTOR
from changes.models import Approval, ChangeRequest, ChangeRun, ChangeTarget
from changes.requests import Wanted
from changes.risk.model import Risk
from changes.running import reaping
from changes.states import State, Target
from core.actor import Actor, Origin
from core.audit import AuditRecord
from core.database import close, connect
from core.runtime import Runtime
from drift import baselines, observation
from drift.models import Finding
from inventory import snapshots
from inventory.models import Device
from organization.models import PostHolding
from organization.people import actor_of
from organization.permissions import PERMISSIONS, POST_TEMPLATES
from tests.conftest import Clock
from tests.factories import make_device, make_person, make_post, make_site, make_unit

ALL = Actor(name="arranger", granted=frozenset(PERMISSIONS))
JOB = Origin(door="job")
LINES = ("interface Loopback0", " description by request")
STAFF = {"engineer": "network engineer", "approver": "approver", "second": "approver",
         "auditor": "auditor", "operator": "operator"}  # fmt: skip


def configuration(hostname: str, *, description: str = "router id", more: str = "") -> str:
    return (
        f"hostname {hostname}\n!\ninterface Loopback0\n description {description}\n"
        f" ip address 10.0.0.1 255.255.255.255\n!\nntp server 10.0.0.9\n{more}"
    )


PLAIN = Risk(
    level="low", score=0, reasons=(), approvals=1, canary=1, window_required=False, policy="-"
)


def plain_risk():
    """One approval and a canary of one, whatever became of the tests' other changes."""
    return patch("changes.requests.assess", return_value=PLAIN)


@dataclass
class Office:
    """Who and what the tests of the rules act with; `clock` is everybody's."""

    runtime: Runtime
    clock: Clock
    people: dict[str, Actor] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    changes: list[int] = field(default_factory=list)

    @contextmanager
    def acting(self, name: str = "executor"):
        with self.runtime.context(self.people[name], JOB) as ctx:
            yield ctx

    def name(self, hostname: str) -> str:
        """What the device is called in full."""
        with self.acting("arranger") as ctx:
            return ctx.get(Device, self.ids[hostname]).hostname

    def shows(self, hostname: str, **what: str) -> None:
        """The device was collected and showed this."""
        with self.acting("arranger") as ctx:
            device = ctx.get(Device, self.ids[hostname])
            snapshots.store(
                ctx, device, source="running", doubts=(), facts={},
                text=configuration(device.hostname, **what),
            )  # fmt: skip
            ctx.record("test.collected", device)

    def approve_shown(self, *hostnames: str) -> None:
        """What these devices show is their baseline."""
        with self.acting("arranger") as ctx:
            for hostname in hostnames:
                shown = snapshots.latest(ctx, self.ids[hostname])
                baselines.approve_snapshot(ctx, shown.id, reason="first")

    def judged(self, hostname: str = "r1") -> observation.Observation:
        with self.acting("arranger") as ctx:
            return observation.judge_device(ctx, self.ids[hostname], attribute=attribute)

    def reason(self, seen: observation.Observation) -> str:
        """Why the device differs, in words."""
        with self.acting("arranger") as ctx:
            return ctx.get(Finding, seen.finding_id).verdict_reason

    def requested(self, *hostnames: str, lines=LINES, by="engineer", **wanted) -> ChangeRequest:
        with self.acting(by) as ctx, plain_risk():
            change = requests.request_lines(
                ctx, {self.ids[name]: lines for name in hostnames},
                Wanted(**{"title": "Describe", "reason": "asked", **wanted}),
            )  # fmt: skip
        self.changes.append(change.id)
        return change

    def approve(self, change: ChangeRequest, *, by="approver") -> None:
        with self.acting(by) as ctx:
            approvals.approve(ctx, change.id, digest=change.digest, note="right")

    def approved(self, *hostnames: str, **wanted) -> ChangeRequest:
        change = self.requested(*hostnames, **wanted)
        self.approve(change)
        return change

    def claimed(self, change: ChangeRequest, *, worker="w1") -> claims.Claim | None:
        with self.acting() as ctx:
            return claims.claim(ctx, change.id, worker=worker)

    def begun(self, change: ChangeRequest) -> claims.Claim:
        held = self.claimed(change)
        with self.acting() as ctx:
            assert claims.begin(ctx, held)
        return held

    def touching(self, held: claims.Claim, *hostnames: str) -> bool:
        with self.acting() as ctx:
            return claims.begin(ctx, held, [self.ids[name] for name in hostnames])

    def settled(self, held: claims.Claim, **stands: Target) -> bool:
        """Devices of the claim stand like that now, by hostname."""
        ends = [
            claims.End(device_id=self.ids[name], state=state, result=f"seen {state}")
            for name, state in stands.items()
        ]
        with self.acting() as ctx:
            return claims.settle(ctx, held, ends)

    def finished(self, held: claims.Claim, state: State) -> bool:
        with self.acting() as ctx:
            return claims.finish(ctx, held, state, outcome="so it is")

    def paused(self, *hostnames: str, done: int = 1) -> ChangeRequest:
        """A change that was paused after that many devices were done."""
        change = self.approved(*hostnames)
        held = self.claimed(change)
        for name in hostnames[:done]:
            assert self.touching(held, name)
            assert self.settled(held, **{name: Target.DONE})
        assert self.finished(held, State.PAUSED)
        return change

    def reaped(self) -> int:
        with self.acting() as ctx:
            return reaping.reap(ctx)

    def now(self, change: ChangeRequest) -> ChangeRequest:
        """The change as the database has it."""
        with self.acting("arranger") as ctx:
            return ctx.get(ChangeRequest, change.id)

    def state(self, change: ChangeRequest) -> str:
        return self.now(change).state

    def _all(self, query):
        with self.acting("arranger") as ctx:
            return list(ctx.session.scalars(query))

    def targets(self, change: ChangeRequest) -> list[str]:
        rows = select(ChangeTarget.state).where(ChangeTarget.change_id == change.id)
        return self._all(rows.order_by(ChangeTarget.device_id))

    def votes(self, change: ChangeRequest) -> list[Approval]:
        query = select(Approval).where(Approval.change_id == change.id).order_by(Approval.id)
        return self._all(query)

    def runs(self, change: ChangeRequest) -> list[ChangeRun]:
        query = select(ChangeRun).where(ChangeRun.change_id == change.id).order_by(ChangeRun.id)
        return self._all(query)

    def recorded(self, change: ChangeRequest) -> list[str]:
        query = select(AuditRecord.action).where(
            AuditRecord.subject_type == "change_request", AuditRecord.subject_id == str(change.id)
        )
        return self._all(query.order_by(AuditRecord.id))

    def queued(self) -> list[int]:
        """The changes of this office that wait in the queue."""
        with self.runtime.engine.connect() as connection:
            rows = connection.execute(
                text(
                    "SELECT (args->>'change_id')::int FROM procrastinate_jobs"
                    " WHERE task_name = 'changes.execute' AND status = 'todo' ORDER BY id"
                )
            )
            return [one for one in rows.scalars() if one in self.changes]

    def emptied_queue(self) -> None:
        with self.runtime.engine.begin() as connection:
            connection.execute(text("DELETE FROM procrastinate_jobs"))

    def dismiss(self, name: str) -> None:
        """The person loses every post."""
        with self.acting("arranger") as ctx:
            held = PostHolding.person_id == self.people[name].person_id
            ctx.session.execute(delete(PostHolding).where(held))
            ctx.record("test.dismissed", ctx.get(Device, min(self.ids.values())))


def open_office(runtime: Runtime, clock: Clock) -> Office:
    """Everything in a unit of its own, so that offices share a database and not see each other."""
    clock.at = datetime.now(UTC)
    office = Office(runtime=runtime, clock=clock)
    office.people = {"arranger": ALL, "executor": EXECUTOR}
    with office.acting("arranger") as ctx:
        unit = make_unit(ctx)
        for name, template in STAFF.items():
            person = make_person(ctx)
            make_post(ctx, unit=unit, permissions=POST_TEMPLATES[template], holder=person)
            office.people[name] = actor_of(person)
        site = make_site(ctx, unit=unit)
        for hostname in ("r1", "r2", "r3"):
            name = f"{hostname}-{unit.code}"
            office.ids[hostname] = make_device(ctx, site=site, hostname=name).id
    for hostname in office.ids:
        office.shows(hostname)
    return office


@contextmanager
def fresh_database(server_url: str, name: str) -> Iterator[str]:
    """A database with the whole schema, for as long as the body runs."""
    name = f"{name}_{os.getpid()}"
    engine = connect(server_url).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template_trimtab"))
        yield server_url.replace("/postgres", f"/{name}")
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    close(engine)
