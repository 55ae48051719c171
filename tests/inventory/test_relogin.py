"""The login that Trimtab uses is replaced by a session that stays open until the new one works."""

from dataclasses import replace

import pytest

from inventory.drivers.guards import Guard
from inventory.drivers.relogin import LoginNotTaken, replace_login
from inventory.login_lines import login_line
from inventory.password_hashes import hashed
from lab.network import Fault, Lab
from tests.inventory.conftest import login_to

NEW = "n3w-Secr3t!"
SALT = "saltsaltsalt.."
GUARDS = {"cisco_ios": "revert_timer", "arista_eos": "commit_timer"}


@pytest.fixture
def fleet():
    with Lab(devices=2, seed=1, platforms=["cisco_nxos"]) as lab:
        yield lab.devices


def line_of(device):
    """The user's line as it is."""
    return login_line(device.platform, device.running(), "admin")


def replaced(device, *, guard=None, password=NEW):
    """Type the line with the hash of the new password, and sign in by `password`."""
    former, login = line_of(device), login_to(device)
    line = former.with_secret(hashed(NEW, former.kind, SALT))
    return replace_login(
        login, replace(login, password=password), [line], back=[former.text], guard=guard
    )


def guard_of(device):
    return Guard(kind=GUARDS[device.platform], minutes=5, name="trimtab-c1-f1")


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_new_login_is_typed_proved_and_saved(fleet, number):
    device = fleet[number]
    applied = replaced(device)
    assert (applied.succeeded, applied.saved, line_of(device).text in device.startup) == (
        True, True, True,
    )  # fmt: skip
    assert (device.lets_in("admin", NEW), device.lets_in("admin", device.password)) == (
        True, False,
    )  # fmt: skip


@pytest.mark.parametrize("number", [0, 1])
def test_under_a_guard_it_is_proved_and_not_saved(fleet, number):
    device, before = fleet[number], fleet[number].startup
    applied = replaced(device, guard=guard_of(device))
    assert (applied.guarded, applied.saved, device.startup) == (True, None, before)
    assert device.guard is not None
    assert device.lets_in("admin", NEW)


@pytest.mark.parametrize(("number", "guarded"), [
    (0, False), (0, True), (1, False), (1, True), (2, False),
])  # fmt: skip
def test_a_login_that_the_device_does_not_take_is_put_back_by_the_open_session(
    fleet, number, guarded
):
    device, before = fleet[number], fleet[number].running()
    device.faults.add(Fault.STALE_LOGIN)
    with pytest.raises(LoginNotTaken, match="put the former one back"):
        replaced(device, guard=guard_of(device) if guarded else None)
    assert (device.running(), device.guard) == (before, None)
    assert device.startup == before


def test_the_proof_is_made_by_the_new_login_alone(fleet):
    with pytest.raises(LoginNotTaken):
        replaced(fleet[0], password="not the one that was typed")
    assert fleet[0].lets_in("admin", fleet[0].password)
