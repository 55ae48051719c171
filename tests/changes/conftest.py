"""A small organization with a lab network on a database of its own."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from changes.attribution import attribute
from changes.execution import EXECUTOR
from core.actor import Actor, Origin
from core.context import Context
from core.runtime import Runtime
from drift import baselines, observation
from drift.findings import list_findings
from inventory.credentials import create_credential
from inventory.devices import add_device
from inventory.sites import create_site
from inventory.snapshots import latest
from lab import generate
from lab.network import Lab
from organization.people import actor_of
from organization.permissions import PERMISSIONS, POST_TEMPLATES
from tests.factories import make_person, make_post, make_unit

ALL = Actor(name="arranger", granted=frozenset(PERMISSIONS))
ORIGIN = Origin(door="cli")


@dataclass
class House:
    """Who and what the tests act with."""

    runtime: Runtime
    lab: Lab
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


@pytest.fixture
def network():
    with Lab(devices=4, seed=1) as lab:
        yield lab


@pytest.fixture
def house(runtime, network, monkeypatch):
    runtime.now = lambda: datetime.now(UTC)
    object.__setattr__(runtime.authority, "now", runtime.now)
    monkeypatch.setenv("LAB_PASSWORD", generate.PASSWORD)
    monkeypatch.setenv("LAB_ENABLE", generate.ENABLE)
    ids = {}
    with runtime.context(ALL, ORIGIN) as ctx:
        people = _people(ctx)
        site = ctx.units("device.read")
        unit = people["unit"]
        assert unit.id in site
        create_site(ctx, code="lab", name="Lab", unit=unit)
        credential = create_credential(
            ctx, name="lab", username="admin", password_ref="env:LAB_PASSWORD",
            enable_ref="env:LAB_ENABLE", key_ref=None, unit=unit,
        )  # fmt: skip
        for device in network.devices:
            ids[device.hostname] = add_device(
                ctx, hostname=device.hostname, site_code="lab", platform=device.platform,
                address=device.address, port=device.port, credential=credential,
            ).id  # fmt: skip
    house = House(runtime, network, people["engineer"], people["approver"], people["auditor"], ids)
    for hostname, device_id in ids.items():
        house.observe(hostname)
        with house.acting(ALL) as ctx:
            baselines.approve_snapshot(ctx, latest(ctx, device_id).id, reason="first")
    return house


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


__all__ = ["EXECUTOR", "House", "house", "network"]
