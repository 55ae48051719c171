"""Typing lines where they take effect at a commit, and on NX-OS: what runs, what is thrown away."""

import pytest

from inventory.drivers.applied import SaveMode
from inventory.drivers.push import apply_lines, dry_run
from lab.network import Fault, Lab
from tests.inventory.conftest import login_to


@pytest.fixture(scope="module")
def running():
    with Lab(devices=1, platforms=["cisco_nxos", "cisco_xr"]) as lab:
        yield lab


@pytest.fixture
def xr(running):
    device = running.devices[2]
    before = device.running()
    yield device
    device.replace(before, username="test")


@pytest.fixture
def nxos(running):
    device = running.devices[1]
    yield device
    device.faults.clear()


INTERFACE = ["interface GigabitEthernet0/0/0/0", " description typed"]


def test_lines_on_xr_take_effect_at_the_commit_which_keeps_them(xr):
    mark = len(xr.journal)
    told = apply_lines(login_to(xr), INTERFACE, save=SaveMode.SAVE)
    assert (told.changed, told.refused_lines, told.saved) == (True, (), True)
    assert " description typed\n" in xr.running()
    typed = [one.line for one in list(xr.journal)[mark:] if one.mode == "config"]
    assert typed == [*INTERFACE, "exit", "commit", "end"]


def test_a_refused_line_on_xr_throws_all_of_them_away(xr):
    before = xr.running()
    told = apply_lines(login_to(xr), [*INTERFACE, " ip address 10.0.0.1 255.0.0.0"],
                       save=SaveMode.SAVE)  # fmt: skip
    assert [one.line for one in told.refused_lines] == [" ip address 10.0.0.1 255.0.0.0"]
    assert (told.changed, xr.running()) == (False, before)


def test_lines_that_change_nothing_on_xr_are_no_failure(xr):
    line = next(line for line in xr.running().splitlines() if line.startswith("hostname"))
    told = apply_lines(login_to(xr), [line], save=SaveMode.SAVE)
    assert (told.changed, told.succeeded) == (False, True)


def test_a_dry_run_on_xr_is_the_candidates_own_comparison(xr):
    before = xr.running()
    assert not dry_run(login_to(xr), [before.splitlines()[0]]).would_change
    told = dry_run(login_to(xr), INTERFACE)
    assert (told.how, told.refused_lines, xr.running()) == ("candidate compare", (), before)
    assert "+  description typed" in told.diff.splitlines()


def test_lines_on_nxos_are_typed_and_saved(nxos):
    told = apply_lines(
        login_to(nxos), ["interface Ethernet1/2", "  description typed"], save=SaveMode.SAVE
    )  # fmt: skip
    assert (told.changed, told.saved, told.refused_lines) == (True, True, ())
    assert "description typed" in nxos.startup


def test_a_refused_line_on_nxos_is_named(nxos):
    told = apply_lines(login_to(nxos), ["vpc domain 1"], save=SaveMode.SAVE)
    assert [one.line for one in told.refused_lines] == ["vpc domain 1"]
    assert "% Invalid command" in told.refused_lines[0].answer


def test_a_refused_save_on_nxos_is_a_failure(nxos):
    nxos.faults.add(Fault.REFUSED_SAVE)
    told = apply_lines(login_to(nxos), ["ntp server 10.1.1.9"], save=SaveMode.SAVE)
    assert (told.saved, told.succeeded) == (False, False)
