"""The application over a small organization on a database of its own."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from core.actor import Actor, Origin
from core.runtime import Runtime
from organization.people import create_person
from organization.permissions import PERMISSIONS, POST_TEMPLATES
from organization.tokens import issue
from tests.factories import make_device, make_post, make_site, make_unit

ALL = Actor(name="arranger", granted=frozenset(PERMISSIONS))
PASSWORD = "correct horse battery"
ROLES = {"engineer": "network engineer", "approver": "approver", "auditor": "auditor"}


@dataclass
class World:
    runtime: Runtime
    tokens: dict[str, str]
    device_id: int
    device_name: str


@pytest.fixture
def world(runtime):
    runtime.now = lambda: datetime.now(UTC)
    object.__setattr__(runtime.authority, "now", runtime.now)
    tokens = {}
    with runtime.context(ALL, Origin(door="cli")) as ctx:
        unit = make_unit(ctx, code="ops")
        device = make_device(ctx, site=make_site(ctx, unit=unit))
        for role, template in ROLES.items():
            person = create_person(ctx, username=role, name=role, password=PASSWORD)
            make_post(ctx, unit=unit, permissions=POST_TEMPLATES[template], holder=person)
            tokens[role] = issue(ctx, person=person, name="test")[1]
    return World(runtime, tokens, device.id, device.hostname)


@pytest.fixture
def browser(world):
    with TestClient(create_app(world.runtime), follow_redirects=True) as client:
        yield client


@pytest.fixture
def rest(world):
    """A client per role: `rest("auditor").get("/devices")`."""
    clients = []

    def of(role):
        client = TestClient(create_app(world.runtime), base_url="http://testserver/api/v1")
        client.headers["Authorization"] = f"Bearer {world.tokens[role]}"
        clients.append(client)
        return client

    yield of
    for client in clients:
        client.close()
