"""Guards on lab devices: a change that nobody confirms is taken back by the device itself."""

import time

import pytest

from inventory.drivers.applied import SaveMode
from inventory.drivers.errors import DeviceError
from inventory.drivers.guards import (
    Guard,
    GuardImpossible,
    GuardNotArmed,
    guard_for,
    guard_from,
    unguarded,
)
from inventory.drivers.push import apply_lines, dry_run
from inventory.drivers.settling import confirm, undo_now
from inventory.platforms import known_platforms
from lab import junos_config
from lab.network import Fault, Lab
from lab.shell import SessionEnded
from tests.changes.floor import at_line
from tests.inventory.conftest import login_to

LINES = {
    "cisco_ios": ["interface Loopback0", " description guarded"],
    "arista_eos": ["interface Loopback0", " description guarded"],
    "juniper_junos": ["set system domain-name guarded"],
}
KINDS = {
    "cisco_ios": "revert_timer", "arista_eos": "commit_timer", "juniper_junos": "commit_confirmed",
}  # fmt: skip
LONG = 60.0  # a minute of the device's, in seconds


@pytest.fixture(scope="module")
def running():
    with Lab(devices=2, seed=1, platforms=["juniper_junos"]) as lab:
        lab.apply(lab.devices[0], ["archive", " path flash:archive"])
        yield lab


@pytest.fixture(params=[0, 1, 2], ids=list(LINES))
def device(running, request):
    device = running.devices[request.param]
    before, device.second = device.running(), 1.0
    device.save()
    yield device
    device.faults.clear()
    device.replace(before, username="test")
    device.candidate, device.guard = None, None
    device.sessions.clear()


def guard(device, *, minutes=1):
    return Guard(kind=KINDS[device.platform], minutes=minutes, name="trimtab-C12-F34")


def applied(device, **values):
    return apply_lines(
        login_to(device), LINES[device.platform], save=SaveMode.SAVE,
        guard=guard(device), **values,
    )  # fmt: skip


def goes_back(device, before) -> None:
    until = time.monotonic() + 10
    while device.guard is not None:
        assert time.monotonic() < until, "the device's timer never ended"
        time.sleep(0.01)
    assert device.running() == before


def shortened(device) -> None:
    device.second = 0.2 / LONG


def test_a_guarded_change_is_in_force_and_not_saved(device):
    before = device.startup
    told = applied(device)
    assert (told.changed, told.guarded, told.saved, told.refused_lines) == (True, True, None, ())
    assert "guarded" in device.running()
    assert (device.startup, device.guard.seconds) == (before, LONG)


def test_a_confirmed_change_stays_and_is_saved(device):
    applied(device)
    settled = confirm(login_to(device), guard(device))
    assert (settled.saved, device.guard) == (None if device.platform == "juniper_junos" else True,
                                             None)  # fmt: skip
    assert "guarded" in device.running()
    assert device.platform == "juniper_junos" or "guarded" in device.startup


def test_a_change_that_nobody_confirms_is_taken_back_by_the_device(device):
    before = device.running()
    shortened(device)
    applied(device)
    goes_back(device, before)


def test_a_confirmation_that_comes_too_late_is_refused_in_clear_words(device):
    before = device.running()
    shortened(device)
    applied(device)
    goes_back(device, before)
    with pytest.raises(
        GuardNotArmed, match=r"trimtab-C12-F34 any more: it has gone back by itself"
    ):
        confirm(login_to(device), guard(device))
    assert device.running() == before


def test_a_change_is_confirmed_once(device):
    applied(device)
    confirm(login_to(device), guard(device))
    with pytest.raises(GuardNotArmed, match="there is nothing to confirm"):
        confirm(login_to(device), guard(device))
    assert "guarded" in device.running()


def test_a_guarded_change_is_undone_at_once_when_that_is_asked(device):
    before = device.running()
    applied(device)
    undo_now(login_to(device), guard(device))
    assert (device.running(), device.guard) == (before, None)


def test_what_has_gone_back_is_not_undone_again(device):
    applied(device)
    undo_now(login_to(device), guard(device))
    before = device.running()
    with pytest.raises(GuardNotArmed):
        undo_now(login_to(device), guard(device))
    assert device.running() == before


def test_a_refused_save_is_told_after_the_confirmation(device):
    if device.platform == "juniper_junos":
        pytest.skip("a commit saves itself")
    applied(device)
    device.faults.add(Fault.REFUSED_SAVE)
    assert confirm(login_to(device), guard(device)).saved is False


def test_a_session_that_is_cut_in_the_middle_leaves_the_device_as_it_was(device):
    before = device.running()
    shortened(device)
    cut = {"juniper_junos": "commit-configuration"}.get(device.platform, "description guarded")

    def hang_up():
        raise SessionEnded

    at_line(device, cut, hang_up)
    with pytest.raises(DeviceError):
        applied(device)
    goes_back(device, before)
    assert device.candidate is None


@pytest.mark.parametrize("number", [0, 1])
def test_a_refused_line_leaves_a_guarded_device_as_it_was(running, number):
    device = running.devices[number]
    before, lines = device.running(), [*LINES[device.platform], "frobnicate the widget"]
    told = apply_lines(login_to(device), lines, save=SaveMode.SAVE, guard=guard(device))
    assert [one.line for one in told.refused_lines] == ["frobnicate the widget"]
    assert (told.guarded, told.taken_back, device.running()) == (False, True, before)
    assert (device.guard, device.sessions) == (None, {})


def test_a_refused_set_line_leaves_a_junos_device_as_it_was(running):
    junos = running.devices[2]
    before = junos.running()
    told = apply_lines(
        login_to(junos), ["set system domain-name a", "frobnicate"], save=SaveMode.SAVE
    )  # fmt: skip
    assert [one.line for one in told.refused_lines] == ["frobnicate"]
    assert (told.changed, told.sent, junos.running()) == (False, (), before)


def test_a_candidate_that_somebody_edits_is_not_committed(running):
    junos = running.devices[2]
    before, junos.locked_by = junos.running(), 7
    try:
        with pytest.raises(DeviceError, match="Somebody else holds or edits the candidate"):
            apply_lines(login_to(junos), LINES["juniper_junos"], save=SaveMode.SAVE)
    finally:
        junos.locked_by = None
    assert junos.running() == before


def test_a_dry_run_on_junos_is_the_candidates_own_comparison(running):
    junos = running.devices[2]
    before = junos.running()
    told = dry_run(login_to(junos), LINES["juniper_junos"])
    assert (told.how, told.refused_lines) == ("candidate compare", ())
    assert "+" in told.diff
    assert "guarded" in told.diff
    assert (junos.running(), junos_config.braces(junos.candidate)) == (before, before)


def test_an_ios_device_without_archive_has_no_guard_and_refuses_to_arm_one(running):
    ios = running.devices[0]
    with_archive = ios.running()
    running.apply(ios, ["no archive"])
    try:
        assert guard_for("cisco_ios", ios.running()) is None
        assert "no `archive` with a `path`" in unguarded("cisco_ios", ios.running())
        told = applied(ios)
        assert [one.line for one in told.refused_lines] == ["configure terminal revert timer 1"]
        assert (told.changed, told.sent, told.taken_back) == (False, (), False)
    finally:
        ios.replace(with_archive, username="test")


def test_which_platforms_have_which_guard(running):
    ios = running.devices[0].running()
    found = {one.name: guard_for(one.name, ios) for one in known_platforms()}
    assert {name: kind for name, kind in found.items() if kind} == {
        "arista_eos": "commit_timer", "cisco_ios": "revert_timer", "cisco_xe": "revert_timer",
        "juniper_junos": "commit_confirmed", "linux": "watchdog",
    }  # fmt: skip
    assert guard_for("frr", "", options={"shell_username": "ops"}) == "watchdog"
    assert unguarded("cisco_nxos", "") == "cisco_nxos has no timer that takes a change back"
    assert "`commit confirmed` is pending" in unguarded("cisco_xr", "")
    assert "shell_username" in unguarded("frr", "")


def test_a_guard_of_another_platform_or_too_long_types_nothing(running):
    ios = running.devices[0]
    mark = len(ios.journal)
    for wrong in (
        Guard(kind="commit_timer", minutes=5, name="a"),
        Guard(kind="revert_timer", minutes=121, name="a"),
    ):
        with pytest.raises(GuardImpossible, match="nothing was typed"):
            apply_lines(login_to(ios), LINES["cisco_ios"], save=SaveMode.SAVE, guard=wrong)
    assert len(ios.journal) == mark


@pytest.mark.parametrize("wrong", [
    {}, {"kind": "watchdog", "minutes": 0, "name": "a"},
    {"kind": "hope", "minutes": 5, "name": "a"},
    {"kind": "watchdog", "minutes": 5, "name": "a; rm -rf /"},
    {"kind": "watchdog", "minutes": 5, "name": "../a"},
])  # fmt: skip
def test_what_is_no_guard_is_refused(wrong):
    with pytest.raises(GuardImpossible, match="is no guard"):
        guard_from(wrong)
