"""The lab, and devices of the CMDB that stand for its devices."""

from collections.abc import Iterator

import pytest

from inventory.drivers.login import Login
from lab.network import Lab, LabDevice
from tests.factories import make_credential, make_device, make_site


@pytest.fixture(scope="module")
def running_lab() -> Iterator[Lab]:
    with Lab(devices=4, seed=1) as lab:
        yield lab


@pytest.fixture
def lab(running_lab: Lab) -> Iterator[Lab]:
    """A lab whose faults end with the test."""
    yield running_lab
    for device in running_lab.devices:
        device.faults.clear()


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
