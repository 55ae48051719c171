"""A small organization with a lab network on a database of its own."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine

from api.app import create_app
from changes import approvals, requests
from changes.attribution import attribute
from changes.execution import EXECUTOR
from changes.requests import Wanted
from core.actor import Actor, Origin
from core.context import Context
from core.database import close, connect
from core.runtime import Runtime
from core.settings import Settings
from drift import baselines, observation
from drift.findings import list_findings
from inventory.credentials import create_credential
from inventory.devices import add_device
from inventory.sites import create_site
from inventory.snapshots import latest
from lab import generate
from lab.network import Lab
from organization.models import Person
from organization.people import actor_of
from organization.permissions import PERMISSIONS, POST_TEMPLATES, PostAuthority
from organization.tokens import issue
from organization.units import by_code
from tests.changes.floor import Floor
from tests.changes.office import fresh_database, open_office
from tests.factories import make_person, make_post, make_unit

ALL = Actor(name="arranger", granted=frozenset(PERMISSIONS))
ORIGIN = Origin(door="cli")


@dataclass
class House:
    """Who and what the tests act with."""

    runtime: Runtime
    lab: Lab | None
    engineer: Actor
    approver: Actor
    auditor: Actor
    ids: dict[str, int]

    @contextmanager
    def acting(self, person: Actor):
        with self.runtime.context(person, ORIGIN) as ctx:
            yield ctx

    def observe(self, hostname: str):
        with self.acting(ALL) as ctx:
            return observation.observe_device(ctx, self.ids[hostname], attribute=attribute)

    def finding(self, hostname: str):
        with self.acting(ALL) as ctx:
            return next(
                one for one in list_findings(ctx, state=None)
                if one.device_id == self.ids[hostname]
            )  # fmt: skip

    def approve_what_runs(self):
        for hostname, device_id in self.ids.items():
            self.observe(hostname)
            with self.acting(ALL) as ctx:
                baselines.approve_snapshot(ctx, latest(ctx, device_id).id, reason="first")


@pytest.fixture
def network():
    with Lab(devices=4, seed=1) as lab:
        yield lab


@pytest.fixture
def house(runtime, network, monkeypatch):
    return furnished(runtime, network, monkeypatch)


def furnished(runtime, network, patch):
    """The organization with the whole lab in its CMDB, each device with a baseline."""
    patch.setenv("LAB_PASSWORD", generate.PASSWORD)
    patch.setenv("LAB_ENABLE", generate.ENABLE)
    house = staffed(runtime, network)
    with house.acting(ALL) as ctx:
        credential = create_credential(
            ctx, name="lab", username="admin", password_ref="env:LAB_PASSWORD",
            enable_ref="env:LAB_ENABLE", key_ref=None, unit=by_code(ctx, "ops"),
        )  # fmt: skip
        for device in network.devices:
            house.ids[device.hostname] = add_device(
                ctx, hostname=device.hostname, site_code="lab", platform=device.platform,
                address=device.address, port=device.port, credential=credential,
            ).id  # fmt: skip
    house.approve_what_runs()
    return house


def staffed(runtime, network):
    """The organization and its site `lab`, without a device yet."""
    runtime.now = lambda: datetime.now(UTC)
    object.__setattr__(runtime.authority, "now", runtime.now)
    with runtime.context(ALL, ORIGIN) as ctx:
        people = _people(ctx)
        unit = people["unit"]
        assert unit.id in ctx.units("device.read")
        create_site(ctx, code="lab", name="Lab", unit=unit)
    return House(runtime, network, people["engineer"], people["approver"], people["auditor"], {})


def requested(house, *hostnames):
    """The engineer's request to bring devices back to their baselines."""
    with house.acting(house.engineer) as ctx:
        ids = [house.finding(hostname).id for hostname in hostnames]
        return requests.request_correction(ctx, ids, Wanted(title="Correct", reason="drift"))


def approved(house, change):
    with house.acting(house.approver) as ctx:
        approvals.approve(ctx, change.id, digest=change.digest, note="right")


def _people(ctx: Context):
    unit = make_unit(ctx, code="ops")
    people = {"unit": unit}
    for role, template in (
        ("engineer", "network engineer"), ("approver", "approver"), ("auditor", "auditor"),
    ):  # fmt: skip
        person = make_person(ctx, username=role)
        make_post(ctx, unit=unit, permissions=POST_TEMPLATES[template], holder=person)
        people[role] = actor_of(person)
    return people


__all__ = ["ALL", "EXECUTOR", "House", "approved", "house", "network", "requested", "staffed"]


@pytest.fixture(scope="session")
def offices(server_url):
    """One database for all offices; each keeps to a unit of its own."""
    with fresh_database(server_url, "offices") as url:
        engine = connect(url)
        yield engine
        close(engine)


@pytest.fixture
def office(offices, settings, clock):
    """The organization with devices that have shown something, and no network at all."""
    authority = PostAuthority(now=clock)
    runtime = Runtime(settings=settings, engine=offices, authority=authority, now=clock)
    return open_office(runtime, clock)


@pytest.fixture(scope="session")
def whole_floor(server_url, tmp_path_factory):
    """A lab of four devices and its organization for all modules."""
    with (
        pytest.MonkeyPatch.context() as patch,
        Lab(devices=4, seed=2) as lab,
        fresh_database(server_url, "floor") as url,
    ):
        engine = connect(url)
        settings = Settings(home=tmp_path_factory.mktemp("floor"), lease_seconds=5, guard_minutes=0)
        runtime = Runtime(settings=settings, engine=engine, authority=PostAuthority())
        yield Floor(furnished(runtime, lab, patch))
        close(engine)


@pytest.fixture
def floor(whole_floor, monkeypatch):
    """The shared lab; what a test leaves behind is tidied away."""
    monkeypatch.setenv("LAB_PASSWORD", generate.PASSWORD)
    monkeypatch.setenv("LAB_ENABLE", generate.ENABLE)
    yield whole_floor
    whole_floor.tidy()


@pytest.fixture
def away(office):
    """The runtime of a database that does not answer."""
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    yield Runtime(
        settings=office.runtime.settings, engine=engine, authority=office.runtime.authority,
        now=office.clock,
    )  # fmt: skip
    close(engine)


@pytest.fixture
def rest(office):
    """`rest("engineer", "post", "/changes", json=...)` answers as a client of that person gets."""
    app = create_app(office.runtime)
    tokens = {}
    with TestClient(app, base_url="http://testserver/api/v1") as client:

        def ask(who, method, path, **more):
            if who not in tokens:
                with office.acting("arranger") as ctx:
                    person = ctx.get(Person, office.people[who].person_id)
                    tokens[who] = issue(ctx, person=person, name="test")[1]
            return client.request(
                method, path, headers={"Authorization": f"Bearer {tokens[who]}"}, **more
            )

        yield ask
