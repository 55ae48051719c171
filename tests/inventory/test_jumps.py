"""Devices behind a jump host: both hosts' keys are checked, and only where SSH goes."""

from dataclasses import replace

import pytest

from core.errors import InvalidInput, NotFound
from inventory import devices, host_keys, jumps, sites
from inventory.drivers import host_keys as keys
from inventory.drivers import sealed
from inventory.drivers.errors import (
    AuthenticationRefused,
    DeviceUnreachable,
    HostKeyChanged,
    JumpNotPinned,
    UnsupportedPlatform,
)
from inventory.drivers.login import PublicKey
from inventory.drivers.napalm_apis import NapalmDriver
from inventory.drivers.netmiko_cli import NetmikoDriver
from inventory.logins import login_for
from lab.network import Lab
from tests.factories import make_credential, make_device, make_site
from tests.inventory.conftest import login_to

OTHER = PublicKey(
    algorithm="ssh-ed25519",
    public_key="AAAAC3NzaC1lZDI1NTE5AAAAIEGN2mUyP9dAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
)


@pytest.fixture(scope="module")
def running_lab():
    with Lab(devices=4, platforms=("juniper_junos",)) as lab:
        lab.devices[3].forwards = True
        yield lab


@pytest.fixture
def jump(running_lab):
    login = login_to(running_lab.devices[3])
    return replace(login, host_key=keys.fetch(login))


@pytest.mark.parametrize(
    ("driver", "number"), [(NetmikoDriver(), 0), (NapalmDriver(), 2), (NapalmDriver(), 4)]
)
def test_a_device_is_collected_through_its_jump_host(running_lab, jump, driver, number):
    device = running_lab.devices[number]
    before = running_lab.devices[3].logins
    found = driver.collect(login_to(device, jump=jump))
    assert (found.hostname, found.host_key) == (device.hostname, keys.fetch(login_to(device)))
    assert running_lab.devices[3].logins > before


@pytest.mark.parametrize(("driver", "number"), [(NetmikoDriver(), 2), (NapalmDriver(), 4)])
def test_a_device_behind_a_jump_host_is_held_to_its_key(running_lab, jump, driver, number):
    device = running_lab.devices[number]
    logins = device.logins
    with pytest.raises(HostKeyChanged, match=device.hostname):
        driver.collect(login_to(device, jump=jump, host_key=OTHER))
    assert device.logins == logins


def test_a_jump_host_with_another_key_gets_no_login(running_lab, jump):
    bastion = running_lab.devices[3]
    logins = bastion.logins
    with pytest.raises(HostKeyChanged, match=bastion.hostname):
        NetmikoDriver().collect(
            login_to(running_lab.devices[0], jump=replace(jump, host_key=OTHER))
        )
    assert bastion.logins == logins


def test_a_jump_host_without_a_pinned_key_gets_no_login(running_lab, jump):
    logins = running_lab.devices[3].logins
    with pytest.raises(JumpNotPinned, match="not pinned"):
        NetmikoDriver().collect(login_to(running_lab.devices[0], jump=replace(jump, host_key=None)))
    assert running_lab.devices[3].logins == logins


def test_a_jump_host_that_refuses_its_login_is_named(running_lab, jump):
    with pytest.raises(AuthenticationRefused, match=running_lab.devices[3].hostname):
        NetmikoDriver().collect(
            login_to(running_lab.devices[0], jump=replace(jump, password="wrong"))
        )


def test_a_host_that_may_not_forward_makes_a_device_unreachable(running_lab):
    refusing = login_to(running_lab.devices[1])
    jump = replace(refusing, host_key=keys.fetch(refusing))
    with pytest.raises(DeviceUnreachable, match="cannot be reached through"):
        NetmikoDriver().collect(login_to(running_lab.devices[0], jump=jump))


def test_the_labs_jump_host_leads_to_the_lab_only(running_lab, jump):
    with pytest.raises(DeviceUnreachable, match="cannot be reached through"):
        NetmikoDriver().collect(login_to(running_lab.devices[0], address="127.0.0.1", jump=jump))


def test_jump_hosts_may_stand_one_behind_another(running_lab, jump):
    second = running_lab.devices[2]
    second.forwards = True
    login = login_to(second, jump=jump, host_key=keys.fetch(login_to(second)))
    found = NetmikoDriver().collect(login_to(running_lab.devices[1], jump=login))
    second.forwards = False
    assert found.hostname == running_lab.devices[1].hostname


def test_a_web_interface_is_not_reached_through_a_jump_host(running_lab, jump):
    with pytest.raises(UnsupportedPlatform, match="only SSH goes"):
        NapalmDriver().collect(login_to(running_lab.devices[1], jump=jump))


def test_a_sealed_login_keeps_its_jump_host(running_lab, jump, tmp_path, monkeypatch):
    login = login_to(running_lab.devices[0], jump=jump)
    sealed.seal(tmp_path / "logins", [login])
    monkeypatch.setenv(sealed.VARIABLE, str(tmp_path / "logins"))
    assert sealed.login_of(login.hostname) == login


@pytest.fixture
def bastion(ctx, monkeypatch):
    monkeypatch.setenv("JUMP_PASSWORD", "secret")
    site = make_site(ctx)
    credential = make_credential(ctx, unit=site.unit, password_ref="env:JUMP_PASSWORD")
    device = make_device(ctx, site=site, credential=credential, hostname="bastion",
                         platform="linux", address="192.0.2.1", port=2222)  # fmt: skip
    host_keys.pin(ctx, device, OTHER)
    return device


def _behind(ctx, bastion, **values):
    return make_device(ctx, site=bastion.site, credential=bastion.credential, hostname="r1",
                       platform="cisco_ios", address="192.0.2.2", **values)  # fmt: skip


def test_a_devices_option_names_its_jump_host(ctx, bastion):
    login = login_for(ctx, _behind(ctx, bastion, options={"jump": "Bastion"}))
    assert (login.jump.hostname, login.jump.port, login.jump.host_key, login.jump.password) == (
        "bastion", 2222, OTHER, "secret",
    )  # fmt: skip


def test_a_sites_jump_host_is_its_devices(ctx, bastion):
    sites.set_jump(ctx, bastion.site_id, "bastion")
    assert ctx.recorded == ["host_key.pinned", "site.jump_set"]
    assert login_for(ctx, _behind(ctx, bastion)).jump.hostname == "bastion"
    assert login_for(ctx, bastion).jump is None


def test_a_device_may_be_reached_straight_in_a_site_with_a_jump_host(ctx, bastion):
    sites.set_jump(ctx, bastion.site_id, "bastion")
    assert login_for(ctx, _behind(ctx, bastion, options={"jump": "none"})).jump is None


def test_a_jump_host_may_be_written_out(ctx, bastion):
    option = {
        "host": "192.0.2.9", "port": 2022, "credential": bastion.credential.name,
        "host_key": f"{OTHER.algorithm} {OTHER.public_key} a comment",
    }  # fmt: skip
    device = _behind(ctx, bastion, options={"jump": option})
    login = login_for(ctx, device)
    assert (login.jump.address, login.jump.port, login.jump.host_key) == ("192.0.2.9", 2022, OTHER)
    assert jumps.name_of(device) == "192.0.2.9"


@pytest.mark.parametrize(
    "option",
    [7, {"host": "h"}, {"host": "h", "credential": "c", "host_key": "k"},
     {"host": "h", "credential": "c", "host_key": "ssh-rsa A", "port": 0},
     {"host": "h", "credential": "c", "host_key": "ssh-rsa A", "usr": "x"}],
)  # fmt: skip
def test_a_wrong_option_is_refused_when_the_device_is_added(ctx, bastion, option):
    with pytest.raises(InvalidInput, match="option jump of r1"):
        devices.add_device(
            ctx, hostname="r1", site_code=bastion.site.code, platform="cisco_ios",
            address="192.0.2.2", credential=bastion.credential, options={"jump": option},
        )  # fmt: skip


def test_jump_hosts_in_a_circle_are_refused(ctx, bastion):
    device = _behind(ctx, bastion, options={"jump": "bastion"})
    bastion.options = {"jump": "r1"}
    with pytest.raises(InvalidInput, match="in a circle or too far: bastion, r1"):
        login_for(ctx, device)


def test_an_unknown_jump_host_is_named(ctx, bastion):
    with pytest.raises(NotFound, match="jump host nobody of r1"):
        login_for(ctx, _behind(ctx, bastion, options={"jump": "nobody"}))
    with pytest.raises(NotFound, match="no device nobody"):
        sites.set_jump(ctx, bastion.site_id, "nobody")
