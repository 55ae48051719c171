"""The lab, and devices of the CMDB that stand for its devices."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from core.actor import Actor, Origin
from inventory.drivers.login import Login
from lab.network import Lab, LabDevice
from organization.permissions import PERMISSIONS
from organization.tokens import issue
from tests.factories import (
    make_credential,
    make_device,
    make_person,
    make_post,
    make_site,
    make_unit,
)
from trimtab import console
from trimtab.cli import app


@pytest.fixture(scope="module")
def running_lab() -> Iterator[Lab]:
    with Lab(devices=4, seed=1) as lab:
        yield lab


@pytest.fixture
def lab(running_lab: Lab) -> Iterator[Lab]:
    """A lab whose faults and changes end with the test."""
    before = [(device, deepcopy(device.root)) for device in running_lab.devices]
    yield running_lab
    for device, root in before:
        device.faults.clear()
        device.root = root


def login_to(device: LabDevice, **values: object) -> Login:
    return Login(
        **{
            "hostname": device.hostname, "address": device.address, "port": device.port,
            "platform": device.platform, "username": device.username,
            "password": device.password, "enable": device.enable_secret, "timeout": 10.0,
            **values,
        }
    )  # fmt: skip


@pytest.fixture
def enrol(ctx, monkeypatch):
    """Record a lab device in the CMDB, with its secrets in the environment."""
    site = make_site(ctx)

    def enrol(device: LabDevice, **values: object):
        monkeypatch.setenv("LAB_PASSWORD", device.password)
        credential = make_credential(
            ctx, unit=site.unit, username=device.username, password_ref="env:LAB_PASSWORD"
        )
        if device.enable_secret is not None:
            monkeypatch.setenv("LAB_ENABLE", device.enable_secret)
            credential.enable_ref = "env:LAB_ENABLE"
        return make_device(
            ctx,
            **{
                "site": site, "credential": credential, "hostname": device.hostname,
                "platform": device.platform, "address": device.address, "port": device.port,
                **values,
            },
        )  # fmt: skip

    return enrol


@pytest.fixture
def trimtab(runtime, database_url, clock, monkeypatch, tmp_path):
    """Run a command as an engineer who may do everything in the unit `ops`."""
    clock.at = datetime.now(UTC) - timedelta(hours=1)  # commands live in the real time
    installer = Actor(name="installer", granted=frozenset(PERMISSIONS))
    with runtime.context(installer, Origin(door="cli")) as ctx:
        unit = make_unit(ctx, code="ops")
        person = make_person(ctx, username="ann")
        make_post(ctx, unit=unit, permissions=list(PERMISSIONS), holder=person)
        _, token = issue(ctx, person=person, name="test")
    monkeypatch.setenv("TRIMTAB_DATABASE_URL", database_url)
    monkeypatch.setenv("TRIMTAB_HOME", str(tmp_path))
    monkeypatch.setenv("TRIMTAB_TOKEN", token)
    monkeypatch.setattr(console, "require_current", lambda _engine: None)

    def run(*words, code=0, **values):
        result = CliRunner().invoke(app, list(words), **values)
        assert (result.exit_code, result.exception or "") == (
            code, "" if code == 0 else result.exception,
        ), result.output + repr(result.exception)  # fmt: skip
        return result.output

    return run


@pytest.fixture
def ready(trimtab, lab, monkeypatch):
    monkeypatch.setenv("LAB_PASSWORD", lab.devices[0].password)
    trimtab("site", "add", "north", "--unit", "ops", "--name", "North")
    trimtab("credential", "add", "lab", "--username", "admin", "--unit", "ops",
            "--password-ref", "env:LAB_PASSWORD")  # fmt: skip
    return trimtab


def add(run, device, **values):
    return run("device", "add", device.hostname, "--site", "north", "--platform", device.platform,
               "--address", device.address, "--port", str(device.port), "--credential", "lab",
               "--json", **values)  # fmt: skip
