"""What a client sees of each fault."""

import asyncio
import base64
import http.client
import json

import asyncssh
import pytest
from napalm import get_network_driver
from napalm.base.exceptions import MergeConfigException
from netmiko.exceptions import NetmikoAuthenticationException, ReadTimeout

from lab import hands, server
from lab.network import Fault
from tests.lab.test_simulated import login

BOTH = pytest.mark.parametrize("index", [1, 2], ids=["eos", "ios"])


def ask_eapi(device, *commands, timeout=5.0):
    """The HTTP status and body of an eAPI request."""
    connection = http.client.HTTPConnection(device.address, device.eapi_port, timeout=timeout)
    word = base64.b64encode(f"{device.username}:{device.password}".encode()).decode()
    body = {"jsonrpc": "2.0", "method": "runCmds", "id": "1",
            "params": {"version": 1, "cmds": list(commands), "format": "text"}}  # fmt: skip
    try:
        connection.request("POST", "/command-api", json.dumps(body),
                           {"Authorization": f"Basic {word}"})  # fmt: skip
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@BOTH
def test_a_cut_off_device_shows_half_of_its_configuration(network, index):
    device = network.devices[index]
    network.set_fault(device, Fault.CUT_OFF)
    with login(device) as session:
        shown = session.send_command("show running-config")
    assert shown.splitlines()[-1] in device.running()
    assert not shown.rstrip().endswith("end")


@BOTH
def test_a_slow_device_answers_only_after_its_time(network, index, monkeypatch):
    monkeypatch.setattr(server, "SLOW_SECONDS", 0.6)
    device = network.devices[index]
    with login(device) as session:
        network.set_fault(device, Fault.SLOW)
        session.write_channel("show clock\n")
        with pytest.raises(ReadTimeout):
            session.read_until_pattern("UTC", read_timeout=0.3)
        assert "UTC" in session.read_until_prompt(read_timeout=5)
        network.clear_fault(device, Fault.SLOW)


@BOTH
def test_a_dropped_session_ends_in_mid_output(network, index):
    device = network.devices[index]
    network.set_fault(device, Fault.DROP)
    with login(device) as session:
        with pytest.raises(ReadTimeout):
            session.send_command("show running-config", read_timeout=0.5)
        assert not session.is_alive()


@BOTH
def test_a_device_behind_a_wrong_prompt_calls_itself_another(network, index):
    device = network.devices[index]
    network.set_fault(device, Fault.WRONG_PROMPT)
    with login(device) as session:
        assert session.find_prompt() == "somebody-else#"


def test_a_changed_host_key_is_not_the_one_known(network):
    device = network.devices[2]
    known = [device.key().convert_to_public()]

    async def meet():
        async with asyncssh.connect(
            device.address, device.port, username=device.username, password=device.password,
            known_hosts=(known, [], []), config=None, client_keys=None, agent_path=None,
        ):  # fmt: skip
            return True

    assert asyncio.run(meet())
    network.set_fault(device, Fault.NEW_HOST_KEY)
    with pytest.raises(asyncssh.HostKeyNotVerifiable):
        asyncio.run(meet())


@BOTH
def test_a_full_flash_takes_no_file_and_no_startup_configuration(network, index):
    device = network.devices[index]
    network.set_fault(device, Fault.FLASH_FULL)
    network.apply(device, ["ntp server 10.254.0.99"])
    said = hands.talk(device, ["copy running-config flash:x", "x", "write memory", "dir flash:"])
    assert said.count("(No space left on device)") == 2
    assert "(0 bytes free)" in said
    assert device.files == {}
    assert "10.254.0.99" not in device.startup


def test_a_full_flash_takes_no_file_from_tclsh(network):
    device = network.devices[2]
    network.set_fault(device, Fault.FLASH_FULL)
    said = hands.talk(device, ["tclsh", 'puts [open "flash:x" w+] {', "text}", "tclquit"])
    assert 'couldn\'t open "flash:x": no space left on device' in said
    assert device.files == {}


def test_napalm_finds_no_room_on_a_full_flash(network):
    device = network.devices[2]
    network.set_fault(device, Fault.FLASH_FULL)
    options = {"port": device.port, "inline_transfer": True}
    driver = get_network_driver("ios")
    with (
        driver(device.address, device.username, device.password, optional_args=options) as session,
        pytest.raises(MergeConfigException, match="Insufficient space"),
    ):
        session.load_merge_candidate(config="ntp server 10.254.0.99\nend\n")


@BOTH
def test_a_refused_save_says_so_and_saves_nothing(network, index):
    device = network.devices[index]
    network.set_fault(device, Fault.REFUSED_SAVE)
    before = device.startup
    said = hands.type_lines(device, ["ntp server 10.254.0.99"])
    assert "Permission denied" in said
    assert device.startup == before


@BOTH
def test_a_device_that_refuses_logins_refuses_the_right_password(network, index):
    device = network.devices[index]
    network.set_fault(device, Fault.REFUSED_LOGIN)
    with pytest.raises(NetmikoAuthenticationException):
        login(device)


def test_eapi_refuses_the_right_password_too(network):
    device = network.devices[1]
    network.set_fault(device, Fault.REFUSED_LOGIN)
    assert ask_eapi(device, "show version") == (401, "Unable to authenticate user")


def test_eapi_is_slow_too(network, monkeypatch):
    monkeypatch.setattr(server, "SLOW_SECONDS", 1.0)
    device = network.devices[1]
    network.set_fault(device, Fault.SLOW)
    with pytest.raises(TimeoutError):
        ask_eapi(device, "show version", timeout=0.3)


def test_eapi_drops_in_mid_answer_too(network):
    device = network.devices[1]
    network.set_fault(device, Fault.DROP)
    with pytest.raises(http.client.IncompleteRead):
        ask_eapi(device, "show running-config")


def test_eapi_answers_a_save_onto_a_full_flash_with_an_error(network):
    device = network.devices[1]
    network.set_fault(device, Fault.FLASH_FULL)
    _, body = ask_eapi(device, "write memory")
    assert "No space left on device" in json.loads(body)["error"]["data"][-1]["errors"][0]
