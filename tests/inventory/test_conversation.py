"""Many questions in few round trips, and answers that are told apart with certainty."""

from dataclasses import replace

import pytest

from inventory.drivers import conversation, netmiko_cli
from inventory.drivers.errors import DeviceError, SessionLost
from inventory.drivers.netmiko_cli import NetmikoDriver
from inventory.platforms import platform_of
from lab.ios import IosShell
from lab.network import Fault, Lab
from lab.server import Terminal
from tests.inventory.conftest import login_to

AHEAD = ["show clock", "show version"]


def test_answers_are_cut_at_prompts_with_the_next_echo():
    shown = "show clock\n10:00\nr1#show version\nIOS\nr1#not a prompt\nr1#"
    assert conversation.split(shown, "r1#", AHEAD) == ("10:00\n", "IOS\nr1#not a prompt\n")


def test_an_empty_answer_is_one_too():
    assert conversation.split("show clock\nr1#show version\nr1#", "r1#", AHEAD) == ("", "")


@pytest.mark.parametrize(
    "shown",
    [
        "show clock\n10:\nshow version\n00\nr1#show version\nIOS\nr1#",  # repeated in mid-answer
        "show clock\nshow version\n10:00\nr1#IOS\nr1#",  # both repeated at once
        "rubbish\nshow clock\n10:00\nr1#show version\nIOS\nr1#",
        "10:00\nr1#IOS\nr1#",
    ],
)
def test_answers_that_may_be_mixed_are_not_cut(shown):
    assert conversation.split(shown, "r1#", AHEAD) is None


@pytest.fixture
def arrivals(monkeypatch):
    """What arrived at devices' terminals, of sessions that begin from now on."""
    seen, own = [], set()
    made, received = Terminal.connection_made, Terminal.data_received

    def opened(self, chan):
        own.add(self)  # a session of another test may still be saying good-bye
        made(self, chan)

    def counted(self, data, datatype):
        if self in own:
            seen.append(data)
        received(self, data, datatype)

    monkeypatch.setattr(Terminal, "connection_made", opened)
    monkeypatch.setattr(Terminal, "data_received", counted)
    return seen


def test_ios_is_asked_everything_at_once(lab, arrivals):
    NetmikoDriver().collect(login_to(lab.devices[2]))
    commands = platform_of("cisco_ios").commands
    asked = [f"{commands.of(name)}\n" for name in commands.names()]
    assert arrivals[0] == "".join(["terminal width 511\n", "terminal length 0\n", *asked])
    assert arrivals[1:] in ([], ["exit\n"])


def test_the_enable_secret_waits_for_its_question(lab, arrivals):
    NetmikoDriver().collect(login_to(lab.devices[0]))
    assert arrivals[:2] == [
        "terminal width 511\nterminal length 0\nenable\n", f"{lab.devices[0].enable_secret}\n",
    ]  # fmt: skip


def test_a_platform_that_may_not_be_is_asked_one_thing_after_another(lab, arrivals, monkeypatch):
    eos = replace(platform_of("arista_eos"), reads_ahead=False)
    monkeypatch.setattr(netmiko_cli, "platform_of", lambda _: eos)
    NetmikoDriver().collect(login_to(lab.devices[1]))
    assert arrivals[:2] == [
        "terminal width 511\nterminal length 0\nshow running-config\n", "show startup-config\n",
    ]  # fmt: skip


def test_a_device_that_mixes_answers_is_asked_again_one_by_one(lab, arrivals, monkeypatch):
    split = conversation.split

    def mixed(shown, prompt, commands):
        return None if len(commands) > 1 else split(shown, prompt, commands)

    monkeypatch.setattr(conversation, "split", mixed)
    found = NetmikoDriver().collect(login_to(lab.devices[2]))
    assert arrivals[1].startswith("!")
    assert arrivals[2:5] == [
        "terminal width 511\n", "terminal length 0\n", "show running-config\n",
    ]  # fmt: skip
    assert (found.hostname, found.running.endswith("end\n")) == (lab.devices[2].hostname, True)


def test_a_device_that_never_repeats_a_question_is_not_believed(lab, monkeypatch):
    monkeypatch.setattr(conversation, "split", lambda *_: None)
    with pytest.raises(DeviceError, match="did not repeat 'terminal width 511'"):
        NetmikoDriver().collect(login_to(lab.devices[2]))


def test_a_session_that_ends_in_mid_answer_is_lost(lab):
    lab.set_fault(lab.devices[2], Fault.DROP)
    with pytest.raises(SessionLost, match="in the middle of the work"):
        NetmikoDriver().collect(login_to(lab.devices[2]))


def test_facts_of_ios_are_whole(lab):
    device = lab.devices[2]
    facts = NetmikoDriver().collect(login_to(device)).facts
    assert (facts.uptime, facts.items[0].serial) == (788_640, device.serial)
    first = facts.interfaces[0]
    assert (first.name, first.up, first.description, first.speed, first.addresses) == (
        "Loopback0", True, "router id", 1000, ("10.255.0.3/32",),
    )  # fmt: skip


def test_a_cut_banner_is_no_prompt():
    assert conversation.PROMPT.search("#####") is None
    assert conversation.PROMPT.search("Welcome to r1#") is None
    assert conversation.PROMPT.search("Welcome\r\nr1# ")["prompt"] == "r1#"


def test_a_prompt_in_a_banner_does_not_end_the_answer(monkeypatch):
    def shown(self):
        return f"{self.device.shown_hostname}#\n" * 9 + "hostname x\nend\n"

    monkeypatch.setattr(IosShell, "show_running", shown)
    with Lab(devices=3) as lab:
        device = lab.devices[2]
        found = NetmikoDriver().collect(login_to(device))
    assert found.running == f"{device.hostname}#\n" * 9 + "hostname x\nend\n"
