"""The application over a small organization whose network has drifted; one database a process.

Tests share it: a test that changes something makes its own rows (`drifted`, the factories) first.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import create_app
from changes import requests
from changes.approving import comments, delegations
from changes.attribution import attribute
from changes.calendar import exceptions
from changes.catalogue import entries
from changes.catalogue.content import Content
from changes.maintenance import plans
from changes.maintenance.plans import Planned
from changes.models import BreakGlass, ChangeRequest
from changes.requests import Wanted
from changes.risk import policies
from changes.risk.formula import shipped
from core.actor import Actor, Origin
from core.context import Context
from core.database import close, connect
from core.runtime import Runtime
from core.settings import Settings
from drift import baselines, observation
from inventory import relations, snapshots
from inventory.candidates import ranges, runs
from inventory.credentials import credential_by_name
from inventory.drivers.protocol import Neighbour
from inventory.models import Device
from inventory.sites import site_by_code
from operations import knowledge, problems, schedules
from operations.queues import create_queue
from organization.models import Person, Unit
from organization.people import actor_of, by_username, create_person
from organization.permissions import PERMISSIONS, POST_TEMPLATES, PostAuthority
from organization.tokens import issue
from tests.api.samples.basics import HOSTILE
from tests.changes.calendar.planning import make_freeze, make_window
from tests.conftest import _admin
from tests.drift.noise_rows import make_mask
from tests.factories import (
    make_candidate,
    make_credential,
    make_device,
    make_post,
    make_scan,
    make_site,
    make_unit,
)

ALL = Actor(name="arranger", granted=frozenset(PERMISSIONS))
PASSWORD = "correct horse battery"
ROLES = {
    "engineer": "network engineer",
    "approver": "approver",
    "auditor": "auditor",
    "admin": "administrator",
}
SHOWN = HOSTILE.replace("\x1b", "")  # what a device that prints no escapes shows of it
APPROVED = """\
hostname {name}
!
ntp server 10.0.0.1
!
interface Gi0/1
 description uplink
!
end
"""
RUNNING = APPROVED.replace("10.0.0.1", "192.0.2.66").replace("uplink", SHOWN)
_names = count(1)


@dataclass(frozen=True)
class Drifted:
    """A device whose running configuration is not its baseline."""

    device_id: int
    hostname: str
    snapshot_ids: tuple[int, int]
    finding_id: int
    event_id: int


@dataclass
class World:
    runtime: Runtime
    tokens: dict[str, str]
    site: str = ""
    credential: str = ""
    unit_id: int = 0
    site_id: int = 0
    post_id: int = 0
    drifted: Drifted | None = None
    ids: dict[str, int] = field(default_factory=dict)

    @property
    def device_id(self) -> int:
        return self.drifted.device_id

    @property
    def device_name(self) -> str:
        return self.drifted.hostname

    def context(self, actor: Actor = ALL):
        return self.runtime.context(actor, Origin(door="cli"))

    def person(self, role: str) -> Actor:
        with self.context() as ctx:
            return actor_of(by_username(ctx, role))


def drift_a_device(ctx: Context, world: World) -> Drifted:
    """A device of its own with a baseline, a later snapshot, a finding and its event."""
    name = f"edge-{next(_names):03}"
    device = make_device(
        ctx, site=site_by_code(ctx, world.site), hostname=name, outcome="changed",
        credential=credential_by_name(ctx, world.credential),
    )  # fmt: skip
    first = _snapshot(ctx, device, APPROVED.format(name=name))
    baselines.approve_snapshot(ctx, first, reason="first")
    second = _snapshot(ctx, device, RUNNING.replace("{name}", name))
    seen = observation.judge_device(ctx, device.id, attribute=attribute)
    finding = ctx.session.execute(
        text("SELECT event_id FROM finding WHERE id = :id"), {"id": seen.finding_id}
    ).one()
    return Drifted(device.id, name, (first, second), seen.finding_id, finding.event_id)


STANDARD = Content(
    title=f"Describe {SHOWN}", description=f"A loopback of {SHOWN}.", platforms=("cisco_ios",),
    template="interface Loopback0\n description {{ text }}\n",
    inputs={"type": "object", "additionalProperties": False, "required": ["text"],
            "properties": {"text": {"type": "string", "description": "What it says."},
                           "kind": {"enum": ["a", "b"]}}},
)  # fmt: skip


def _snapshot(ctx: Context, device: Device, shown: str) -> int:
    stored = snapshots.store(ctx, device, source="running", text=shown, doubts=(), facts={})
    ctx.record("device.collected", device)
    return stored.snapshot.id


@pytest.fixture(scope="session")
def world(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    name = f"api_{os.getpid()}"
    with _admin(server_url) as engine, engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template_trimtab"))
    engine = connect(server_url.replace("/postgres", f"/{name}"))
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    made = World(Runtime(settings=settings, engine=engine, authority=PostAuthority()), {})
    with made.context() as ctx:
        _organize(ctx, made)
        made.drifted = drift_a_device(ctx, made)
    with made.context() as ctx:
        _operate(ctx, made)
    with made.context(made.person("engineer")) as ctx:
        wanted = Wanted(title=f"Correct {SHOWN}", reason="drift")
        made.ids["change"] = requests.request_correction(ctx, [made.drifted.finding_id], wanted).id
        unit = ctx.get(Unit, made.unit_id)
        made.ids["standard"] = entries.draft(ctx, "describe", STANDARD, unit=unit).id
        asked = exceptions.ask(ctx, made.ids["change"], made.ids["freeze"], reason="It is down.")
        made.ids["exception"] = asked.id
        _look_after(ctx, made)
    with made.context(made.person("approver")) as ctx:
        _say(ctx, made)
    yield made
    close(engine)


def _organize(ctx: Context, world: World) -> None:
    unit = make_unit(ctx, code="ops")
    site = make_site(ctx, unit=unit, code="hq")
    world.unit_id, world.site, world.site_id = unit.id, site.code, site.id
    world.credential = make_credential(ctx, unit=unit).name
    for role, template in ROLES.items():
        person = create_person(ctx, username=role, name=role, password=PASSWORD)
        post = make_post(ctx, unit=unit, permissions=POST_TEMPLATES[template], holder=person)
        world.post_id = post.id
        row, world.tokens[role] = issue(ctx, person=person, name="test")
        world.ids[f"{role} token"] = row.id
    stranger = create_person(ctx, username="stranger", name="stranger", password=PASSWORD)
    world.tokens["stranger"] = issue(ctx, person=stranger, name="test")[1]


def _operate(ctx: Context, world: World) -> None:
    device = ctx.get(Device, world.device_id)
    seen = Neighbour(
        interface="Gi0/1", peer_name=SHOWN, peer_interface="e1", peer_address="127.0.0.9"
    )
    relations.observed_all(ctx, [(device, [seen])])
    ctx.record("device.collected", device)
    problem = problems.open_problem(ctx, title="Flapping", description="again and again")
    article = knowledge.write_article(ctx, title="Drift", body="# Look", event_kind="drift")
    scan = schedules.create_schedule(ctx, name="nightly", job="drift.scan", trigger="every 12h")
    world.ids |= {"problem": problem.id, "article": article.id, "schedule": scan.id}
    world.ids["mask"] = make_mask(ctx, device).id
    window = make_window(ctx, "nights", starts="2030-01-01T22:00", rule="FREQ=WEEKLY")
    freeze = make_freeze(ctx, starts="2031-12-20T00:00", hours=240)
    world.ids |= {"window": window.id, "freeze": freeze.id}
    world.ids["scan"] = make_scan(ctx, ended_at=ctx.now()).id
    elsewhere = make_unit(ctx, code="elsewhere", parent=ctx.get(Unit, world.unit_id))
    world.ids["queue"] = create_queue(ctx, name="elsewhere", unit=elsewhere).id
    formula = policies.publish(ctx, shipped(), unit=elsewhere, reason=f"small {SHOWN}")
    world.ids["risk_policy"] = formula.id
    _discover(ctx, world)


def _say(ctx: Context, world: World) -> None:
    """What an approver says of the change, and that another one stands in for a day."""
    said = comments.comment(ctx, world.ids["change"], body=f"Why {SHOWN}?")
    given = delegations.delegate(
        ctx, ctx.get(Person, ctx.person.person_id), begins_at=ctx.now(),
        ends_at=ctx.now() + timedelta(days=1), reason="leave",
    )  # fmt: skip
    world.ids |= {"comment": said.id, "delegation": given.id}


def _look_after(ctx: Context, world: World) -> None:
    """A maintenance plan of the engineer's, and a glass that was broken for the change."""
    told = Planned(name=f"unsaved {SHOWN}", kind="unsaved", trigger="every 1d")
    plan = plans.create(ctx, ctx.get(Unit, world.unit_id), told)
    change = ctx.get(ChangeRequest, world.ids["change"])
    glass = ctx.add(
        BreakGlass(
            change_id=change.id, digest=change.digest, person_id=ctx.person.person_id,
            reason=f"It burns {SHOWN}", broken_at=ctx.now(), valid_until=ctx.now(),
            review_due_at=ctx.now() + timedelta(days=3),
        )
    )  # fmt: skip
    ctx.record("test.arranged", glass)
    world.ids |= {"plan": plan.id, "glass": glass.id}


def _discover(ctx: Context, world: World) -> None:
    """A range of an address where nobody listens, a search that waits, a hostile candidate."""
    admin = replace(ctx, person=world.person("admin"), authority=PostAuthority())
    allowed = ranges.allow(admin, "127.0.0.99/32", unit=ctx.get(Unit, world.unit_id), ports=[9])
    run = runs.request_run(ctx, cidrs=["127.0.0.99/32"])
    candidate = make_candidate(ctx, unit_id=world.unit_id, hostname=SHOWN, address="127.0.0.98")
    world.ids |= {"range": allowed.id, "run": run.id, "candidate": candidate.id}


@pytest.fixture
def drifted(world) -> Drifted:
    with world.context() as ctx:
        return drift_a_device(ctx, world)


@pytest.fixture(scope="session")
def app(world):
    return create_app(world.runtime)


@pytest.fixture
def browser(app):
    with TestClient(app, follow_redirects=True) as client:
        yield client


@pytest.fixture
def rest(app, world):
    """A client per role: `rest("auditor").get("/devices")`."""
    clients = []

    def of(role):
        client = TestClient(app, base_url="http://testserver/api/v1", raise_server_exceptions=False)
        client.headers["Authorization"] = f"Bearer {world.tokens[role]}"
        clients.append(client)
        return client

    yield of
    for client in clients:
        client.close()


@pytest.fixture
def recorded(world):
    """How many audit records there are."""

    def told() -> int:
        with world.context() as ctx:
            return ctx.session.scalar(text("SELECT count(*) FROM audit_record"))

    return told
