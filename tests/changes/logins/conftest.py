"""A lab of three devices with one login, which tests replace and which is back afterwards."""

from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import delete, select

from changes import oversight
from changes.logins.planning import Wish
from changes.logins.requesting import request_login_rotation
from changes.requests import Wanted
from core.audit import AuditRecord
from core.database import connect
from core.runtime import Runtime
from core.secrets import write_secret
from core.settings import Settings
from inventory.models import Credential, Device
from lab import generate
from lab.network import Lab
from organization.permissions import PostAuthority
from tests.changes.conftest import ALL, furnished
from tests.changes.floor import Floor
from tests.changes.office import fresh_database, plain_risk

NEW, NEWER = "n3w-Secr3t!", "n3wer-Secr3t!"


@dataclass
class Logins:
    """The floor, and what tests of logins do again and again."""

    floor: Floor

    @property
    def devices(self):
        """IOS, EOS, IOS."""
        return self.floor.devices

    def observe(self, *devices):
        """The outcome of collecting each."""
        return [self.floor.house.observe(one.hostname).outcome for one in devices or self.devices]

    def requested(self, *devices, reference="db:new", credential="", **wanted):
        house = self.floor.house
        with house.acting(house.engineer) as ctx, plain_risk():
            return request_login_rotation(
                ctx, [house.ids[one.hostname] for one in devices],
                Wanted(title="New login", reason="yearly", checks=(), **wanted),
                Wish(reference=reference, credential=credential),
            )  # fmt: skip

    def run(self, change):
        self.floor.approve(change)
        return self.floor.execute(change)

    def undone(self, change):
        house = self.floor.house
        with house.acting(house.engineer) as ctx, plain_risk():
            return oversight.request_rollback(ctx, change.id, reason="a script was forgotten")

    def credential(self, name="lab"):
        """Where the credential's password comes from."""
        with self.floor.house.acting(ALL) as ctx:
            query = select(Credential.password_ref).where(Credential.name == name)
            return ctx.session.scalar(query)

    def known(self, device):
        """The device's credential by name, and what is its own."""
        with self.floor.house.acting(ALL) as ctx:
            row = ctx.get(Device, self.floor.house.ids[device.hostname])
            return row.credential.name, row.own_login

    def recorded(self, action):
        with self.floor.house.acting(ALL) as ctx:
            rows = select(AuditRecord).where(AuditRecord.action == action).order_by(AuditRecord.id)
            return [one.facts for one in ctx.session.scalars(rows)]

    @contextmanager
    def kept(self):
        """Devices and credentials are as before when the body ends."""
        before = [one.running() for one in self.devices]
        yield
        for device, text in zip(self.devices, before, strict=True):
            device.faults.clear()
            device.disarm()
            device.replace(text, username="test")
        with self.floor.house.acting(ALL) as ctx:
            lab = ctx.session.scalar(select(Credential).where(Credential.name == "lab"))
            lab.password_ref = "env:LAB_PASSWORD"
            for row in ctx.session.scalars(select(Device)):
                row.own_login, row.credential_id = {}, lab.id
            ctx.session.flush()
            ctx.session.execute(delete(Credential).where(Credential.id != lab.id))
            ctx.record("test.arranged", lab)
        self.floor.tidy()


@pytest.fixture(scope="module")
def login_floor(server_url, tmp_path_factory):
    with (
        pytest.MonkeyPatch.context() as patch,
        Lab(devices=3, seed=5) as lab,
        fresh_database(server_url, "logins") as url,
    ):
        engine = connect(url)
        settings = Settings(home=tmp_path_factory.mktemp("logins"), guard_minutes=5)
        runtime = Runtime(settings=settings, engine=engine, authority=PostAuthority())
        yield Floor(furnished(runtime, lab, patch))
        engine.dispose()


@pytest.fixture
def logins(login_floor, monkeypatch):
    monkeypatch.setenv("LAB_PASSWORD", generate.PASSWORD)
    monkeypatch.setenv("LAB_ENABLE", generate.ENABLE)
    with login_floor.house.acting(ALL) as ctx:
        write_secret(ctx, "new", NEW)
        write_secret(ctx, "newer", NEWER)
    made = Logins(login_floor)
    with made.kept():
        made.observe()
        yield made
