"""Typing lines on lab devices: what changes, what is refused, what is kept."""

import pytest

from inventory.drivers.applied import Rehearsed, SaveMode
from inventory.drivers.errors import RedactedSecret, UnsupportedPlatform, WrongHost
from inventory.drivers.push import apply_lines, dry_run
from inventory.drivers.typist import RefusedLine
from lab.network import Fault, Lab
from tests.inventory.conftest import login_to


@pytest.fixture
def lab():
    with Lab(devices=2, seed=1) as lab:
        yield lab


@pytest.fixture(params=[0, 1], ids=["cisco_ios", "arista_eos"])
def device(lab, request):
    return lab.devices[request.param]


def test_accepted_lines_change_and_are_kept(device):
    applied = apply_lines(login_to(device), ["ntp server 10.1.1.1"], save=SaveMode.SAVE)
    assert (applied.changed, applied.sent, applied.refused_lines, applied.saved) == (
        True, ("ntp server 10.1.1.1",), (), True,
    )  # fmt: skip
    assert "ntp server 10.1.1.1" in device.running()
    assert "ntp server 10.1.1.1" in device.startup


def test_without_save_the_startup_configuration_stays(device):
    applied = apply_lines(login_to(device), ["ntp server 10.1.1.1"], save=SaveMode.LEAVE)
    assert applied.saved is None
    assert "ntp server 10.1.1.1" not in device.startup


def test_lines_that_are_there_already_change_nothing(device):
    lines = ["interface Loopback0", " description router id"]
    assert apply_lines(login_to(device), lines, save=SaveMode.LEAVE).changed is False


def test_the_first_refused_line_stops_the_rest_and_is_named(device):
    before = device.startup
    lines = ["ntp server 10.1.1.1", "frobnicate the widget", "ntp server 10.2.2.2"]
    applied = apply_lines(login_to(device), lines, save=SaveMode.SAVE)
    assert [refused.line for refused in applied.refused_lines] == ["frobnicate the widget"]
    assert "% Invalid input" in applied.refused_lines[0].answer
    assert (applied.sent, applied.saved, applied.succeeded) == (
        ("ntp server 10.1.1.1",), None, False,
    )  # fmt: skip
    assert "10.2.2.2" not in device.running()
    assert device.startup == before


@pytest.mark.parametrize("fault", [Fault.REFUSED_SAVE, Fault.FLASH_FULL])
def test_a_refused_save_is_a_failure(lab, device, fault):
    lab.set_fault(device, fault)
    applied = apply_lines(login_to(device), ["ntp server 10.1.1.1"], save=SaveMode.SAVE)
    assert (applied.changed, applied.saved, applied.succeeded) == (True, False, False)


def test_a_line_at_the_margin_is_typed_outside_the_section_before(device):
    lines = ["interface Loopback0", "snmp-server location here", "interface Loopback0",
             " description other"]  # fmt: skip
    apply_lines(login_to(device), lines, save=SaveMode.LEAVE)
    assert "\nsnmp-server location here\n" in device.running()
    assert " description other\n" in device.running()


def test_nested_sections_and_their_exits_are_followed(device):
    lines = ["router bgp 65001", " address-family ipv4", "  neighbor 10.9.9.9 activate",
             " exit-address-family", " neighbor 10.9.9.9 remote-as 65009"]  # fmt: skip
    applied = apply_lines(login_to(device), lines, save=SaveMode.LEAVE)
    assert applied.refused_lines == ()
    step = " " if device.platform == "cisco_ios" else "   "
    running = device.running().splitlines()
    assert f"{step}neighbor 10.9.9.9 remote-as 65009" in running
    assert f"{step}{step}neighbor 10.9.9.9 activate" in running


def test_a_banner_is_typed_with_its_text_whatever_it_looks_like(device):
    text = ["no ip http server", "#", "router#", "! not a comment", ""]
    lines = {
        "cisco_ios": ["banner motd ^C", *text, "^C"],
        "arista_eos": ["banner motd", *text, "EOF"],
    }[device.platform]
    applied = apply_lines(login_to(device), [*lines, "ntp server 10.1.1.1"], save=SaveMode.LEAVE)
    assert applied.refused_lines == ()
    assert "\n".join(lines) in device.running()
    assert "ntp server 10.1.1.1" in device.running()


def test_the_wrong_host_is_left_untouched(lab, device):
    lab.set_fault(device, Fault.WRONG_PROMPT)
    with pytest.raises(WrongHost, match="calls itself somebody-else; nothing was typed"):
        apply_lines(login_to(device), ["ntp server 10.1.1.1"], save=SaveMode.SAVE)
    assert "10.1.1.1" not in device.running()


def test_a_redacted_secret_is_never_typed(device):
    with pytest.raises(RedactedSecret, match="nothing was typed"):
        apply_lines(
            login_to(device), ["enable secret 9 <secret:0123456789ab>"], save=SaveMode.LEAVE
        )
    assert [entry for entry in device.journal if entry.mode == "config"] == []


def test_a_new_hostname_does_not_confuse_the_session(device):
    applied = apply_lines(
        login_to(device), ["hostname renamed", "ntp server 10.1.1.1"], save=SaveMode.LEAVE
    )
    assert applied.sent == ("hostname renamed", "ntp server 10.1.1.1")


def test_a_platform_without_save_command_is_refused(device):
    with pytest.raises(UnsupportedPlatform, match="does not type configuration on huawei"):
        apply_lines(login_to(device, platform="huawei"), ["x"], save=SaveMode.LEAVE)


def test_a_dry_run_on_ios_tells_the_difference_and_types_nothing(lab):
    ios = lab.devices[0]
    before = ios.running()
    lines = ["interface Loopback0", " description router id", " shutdown",
             "no logging host 10.254.0.1", "no logging host 10.9.9.9"]  # fmt: skip
    assert dry_run(login_to(ios), lines) == Rehearsed(
        diff="+ interface Loopback0 / shutdown\n- logging host 10.254.0.1",
        refused_lines=(),
        how="computed",
    )
    assert ios.running() == before


def test_a_dry_run_on_eos_asks_the_device_and_is_undone(lab):
    eos = lab.devices[1]
    before = eos.running()
    rehearsed = dry_run(login_to(eos), ["ntp server 10.1.1.1"])
    assert "+ntp server 10.1.1.1" in rehearsed.diff
    assert (rehearsed.how, rehearsed.would_change) == ("config session", True)
    assert eos.running() == before
    assert eos.sessions == {}


def test_a_dry_run_on_eos_names_the_line_that_would_be_refused(lab):
    rehearsed = dry_run(login_to(lab.devices[1]), ["frobnicate"])
    assert [refused.line for refused in rehearsed.refused_lines] == ["frobnicate"]
    assert isinstance(rehearsed.refused_lines[0], RefusedLine)
