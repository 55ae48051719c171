"""What sessions leave of what they typed: line by line what the device heard, and no secret."""

from dataclasses import replace

import pytest

from inventory.drivers import linux_script, probe, watchdog
from inventory.drivers.applied import SaveMode
from inventory.drivers.errors import DeviceError, SessionLost
from inventory.drivers.guards import Guard
from inventory.drivers.linux import LinuxDriver
from inventory.drivers.login import Login
from inventory.drivers.push import apply_lines, dry_run
from inventory.drivers.registry import driver_for
from inventory.drivers.relogin import replace_login
from inventory.drivers.settling import confirm
from inventory.drivers.transcript import HIDDEN, Transcript
from inventory.login_lines import login_line
from inventory.password_hashes import hashed
from lab.network import Fault, Lab
from tests.inventory.conftest import login_to
from tests.inventory.linux_server import PASSWORD, LinuxServer

FAMILIES = ("cisco_ios", "arista_eos", "juniper_junos", "cisco_nxos", "cisco_xr")
LINES = ["interface Loopback0", " description noted", "ntp server 10.1.1.1"]
JUNOS_LINES = ["set system ntp server 10.1.1.1", "set system domain-name example.net"]
MARK = "<secret:0123456789ab>"


@pytest.fixture(scope="module")
def every():
    with Lab(devices=2, seed=1, platforms=FAMILIES[2:]) as lab:
        yield {device.platform: device for device in lab.devices}


@pytest.fixture(params=FAMILIES)
def device(every, request):
    there = every[request.param]
    before, there.journal = there.running(), type(there.journal)()
    yield there
    there.faults.clear()
    there.replace(before, username="test")


def typed(login: Login) -> list[list[str]]:
    return [list(one.commands) for one in login.transcript.told()]


def heard(device) -> list[str]:
    """What the device heard in its last session, as `plain` has it."""
    last = max(one.session for one in device.journal if one.line != "exit")
    lines = [one.line for one in device.journal if one.session == last and one.line.strip()]
    return plain([line for line in lines if line != "close-session"])


def plain(lines: list[str]) -> list[str]:
    """Without the end, which nobody waits for, and without what a device keeps no account of."""
    told = [line.removeprefix("rpc ") for line in lines if line != HIDDEN]
    return told[:-1] if told[-1:] == ["exit"] else told


def test_a_collection_leaves_exactly_what_the_device_heard(device):
    login = login_to(device)
    driver_for("netmiko").collect(login)
    assert [plain(one) for one in typed(login)] == [heard(device)]


def test_a_push_leaves_exactly_what_the_device_heard(device):
    junos = device.platform == "juniper_junos"
    lines = JUNOS_LINES if junos else LINES
    login = login_to(device)
    assert apply_lines(login, lines, save=SaveMode.SAVE).succeeded
    [told] = typed(login)
    assert [one for one in told if one in lines] == lines
    assert plain([one for one in told if not junos or one not in lines]) == heard(device)


def test_a_rehearsal_leaves_exactly_what_the_device_heard(device):
    junos = device.platform == "juniper_junos"
    lines = JUNOS_LINES if junos else LINES
    login = login_to(device)
    dry_run(login, lines)
    [told] = typed(login)
    assert plain([one for one in told if not junos or one not in lines]) == heard(device)


def test_a_probe_leaves_exactly_what_the_device_heard(device):
    login = login_to(device)
    probe.identify(login)
    assert [plain(one) for one in typed(login)] == [heard(device)]


def test_a_guard_and_its_confirmation_are_two_sessions(every):
    device = every["arista_eos"]
    guard, login = Guard(kind="commit_timer", minutes=5, name="trimtab-c1-f7"), login_to(device)
    apply_lines(login, LINES, save=SaveMode.LEAVE, guard=guard)
    confirm(login, guard)
    first, second = typed(login)
    assert "commit timer 00:05:00" in first
    assert [one for one in second if one.startswith("configure")] != []
    assert "write memory" in second


def test_napalms_getters_and_netconfs_rpcs_are_named(every):
    ios, junos = login_to(every["cisco_ios"]), login_to(every["juniper_junos"])
    every["juniper_junos"].journal.clear()
    for login in (ios, junos):
        driver_for("napalm").collect(login)
    assert typed(ios)[0][:2] == ["napalm get_config retrieve=all", "napalm get_facts"]
    rpcs = [one.removeprefix("rpc ") for one in typed(junos)[0] if one.startswith("rpc ")]
    assert rpcs == heard(every["juniper_junos"])


def test_a_session_that_is_cut_in_the_middle_leaves_what_was_sent(lab):
    device = lab.devices[2]
    lab.set_fault(device, Fault.DROP)
    login = login_to(device)
    with pytest.raises(SessionLost):
        driver_for("netmiko").collect(login)
    [told] = login.transcript.told()
    assert told.commands[:2] == ("terminal width 511", "terminal length 0")
    assert "show running-config" in told.commands
    assert "exit" not in told.commands
    assert told.ended_at >= told.begun_at


def test_a_login_that_is_refused_holds_no_session(lab):
    login = login_to(lab.devices[0], password="wrong")
    with pytest.raises(DeviceError, match="refused the login"):
        driver_for("netmiko").collect(login)
    assert login.transcript.told() == ()


def test_an_enable_secret_is_told_by_no_character(lab):
    device = lab.devices[0]
    assert device.enable_secret
    login = login_to(device)
    driver_for("netmiko").collect(login)
    [told] = typed(login)
    assert told[told.index("enable") + 1] == HIDDEN
    assert device.enable_secret not in "\n".join(told)
    assert device.enable_secret not in repr(login.transcript)


def test_a_changed_login_leaves_both_sessions_and_none_of_its_secrets():
    with Lab(devices=1, seed=1) as lab:
        device = lab.devices[0]
        former = login_line(device.platform, device.running(), "admin")
        secret = hashed("n3w-Secr3t!", former.kind, "saltsaltsalt..")
        login = login_to(device, unsealed={MARK: secret})
        new = replace(login, password="n3w-Secr3t!")
        replace_login(login, new, [former.with_secret(secret)], back=[former.text], guard=None)
        first, second = typed(login)
        assert [one for one in first if MARK in one] == [former.with_secret(MARK)]
        assert "configure terminal" not in second
        for hidden in (secret, "n3w-Secr3t!", device.password, device.enable_secret):
            assert hidden not in "\n".join([*first, *second])


def test_a_servers_script_is_told_by_its_name_and_a_digest_that_stays():
    with LinuxServer() as there:
        login = Login(
            hostname="?", address="127.0.0.1", port=there.port, username="root",
            platform="linux", password=PASSWORD, timeout=20.0,
        )  # fmt: skip
        LinuxDriver().collect(login)
        LinuxDriver().collect(login)
    first, second = typed(login)
    assert first == second
    assert first[0].startswith("sh -s # script show, SHA-256 ")
    assert linux_script.script("mark", files=(), sysctls=linux_script.SYSCTLS)


def test_a_watchdog_is_told_by_what_it_was_to_do(monkeypatch):
    names = []
    monkeypatch.setattr(
        watchdog, "run_script", lambda *_, name, **__: names.append(name) or "cancelled"
    )
    with LinuxServer() as there:
        login = Login(
            hostname="?", address="127.0.0.1", port=there.port, username="root",
            platform="linux", password=PASSWORD, timeout=20.0,
        )  # fmt: skip
        watchdog.cancel(login, Guard(kind="watchdog", minutes=5, name="trimtab-c1-f1"))
    assert names == ["cancel trimtab-c1-f1"]


@pytest.mark.parametrize(
    ("sent", "commands"),
    [
        ([b"show version\n", b" ", b" ", b"exit\n"], ("show version", "exit")),
        ([b"reload\n", b"\n"], ("reload",)),
        ([b"copy a b\n", b"\x03", b"exit\n"], ("copy a b", "^C", "exit")),
        ([b"banner motd \x03hi\x03\r\n"], ("banner motd ^Chi^C",)),
        ([b"interface x\n description y\n"], ("interface x", " description y")),
        ([b"half a li"], ("half a li",)),
        ([b"\xff\xfe\n"], ("\ufffd\ufffd",)),
    ],
)
def test_what_was_sent_becomes_lines(sent, commands):
    transcript = Transcript()
    with transcript.session(hidden=(), unsealed={}) as spoken:
        for piece in sent:
            spoken.sent(piece)
    assert transcript.told()[0].commands == commands


def test_a_short_password_is_hidden_as_a_line_and_no_part_of_other_words():
    transcript = Transcript()
    with transcript.session(hidden=["show", None, "longer-secret"], unsealed={}) as spoken:
        spoken.sent(b"show version\nshow\nusername x password longer-secret\n")
    assert transcript.told()[0].commands == (
        "show version", HIDDEN, f"username x password {HIDDEN}",
    )  # fmt: skip
