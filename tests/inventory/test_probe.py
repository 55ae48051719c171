"""What strangers say is told from data, bounded, and shown as it is."""

import time

import pytest

from inventory.drivers import asking, probe
from inventory.drivers.asking import EndlessAnswer
from inventory.drivers.errors import DeviceError
from inventory.drivers.login import Login
from inventory.drivers.protocol import Neighbour
from inventory.platforms import platform_of
from tests.inventory.conftest import login_to
from tests.inventory.strangers import answering, saying


def login(port):
    return Login(hostname="stranger", address="127.0.0.1", port=port, platform="", username="x",
                 password="y", timeout=5.0)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (b"SSH-2.0-Cisco-1.25\r\n", "SSH-2.0-Cisco-1.25"),
        (b"Welcome\r\nSSH-2.0-OpenSSH_9\n", "SSH-2.0-OpenSSH_9"),
        (b"SSH-2.0-\x1b[2Jx\x07\xff\n", "SSH-2.0-\\x1b[2Jx\\x07\ufffd"),
        (b"SSH-2.0-" + b"a" * 2000 + b"\n", "SSH-2.0-" + "a" * 247),
    ],
)
def test_an_identification_is_one_printable_line_of_limited_length(words, told):
    with saying(words) as port:
        assert probe.banner("127.0.0.1", port, timeout=1) == told


@pytest.mark.parametrize("words", [b"\x00\xff\x7f" * 500, b"220 mail ready\r\n" * 500])
def test_endless_words_that_are_no_identification_are_left_after_4096_bytes(words):
    with saying(words, endless=True) as port:
        begun = time.monotonic()
        assert probe.banner("127.0.0.1", port, timeout=1) == ""
        assert time.monotonic() - begun < probe.BANNER_SECONDS


def test_who_says_nothing_is_no_ssh_server(monkeypatch):
    monkeypatch.setattr(probe, "BANNER_SECONDS", 0.2)
    with saying(b"") as port:
        assert probe.banner("127.0.0.1", port, timeout=1) == ""


def test_where_nobody_listens_there_is_no_banner(lab):
    assert probe.banner(lab.devices[1].address, 1, timeout=1) is None


def test_a_server_that_only_claims_to_speak_ssh_has_no_host_key():
    with (
        saying(b"SSH-2.0-liar\r\n", endless=True) as port,
        pytest.raises(DeviceError, match="does not complete an SSH key exchange"),
    ):
        probe.host_key("127.0.0.1", port, timeout=2)


def test_a_lab_device_tells_its_name_platform_facts_and_neighbours(lab):
    device = lab.devices[3]
    who = probe.identify(login_to(device))
    assert (who.hostname, who.platform, who.evidence, who.facts.serial) == (
        device.hostname, "arista_eos", "answer", device.serial,
    )  # fmt: skip
    assert [(one.peer_name, one.peer_address) for one in who.lldp] == [
        (one.hostname, one.address) for one in lab.devices[:2]
    ]


def test_a_device_that_never_stops_talking_is_left(monkeypatch):
    async def talk(process):
        while True:
            process.stdout.write("all work and no play\r\n" * 500)
            await process.stdout.drain()

    monkeypatch.setattr(asking, "SESSION_BYTES", 200_000)
    with answering(talk) as port, pytest.raises(EndlessAnswer, match="more than 200000"):
        probe.identify(login(port))


def test_escapes_in_a_name_are_dropped_and_an_unknown_device_has_no_platform():
    async def talk(process):
        process.stdout.write("\x1b[31mbox\x1b[0m> ")
        async for line in process.stdin:
            process.stdout.write(f"{line.strip()}\r\n% what?\r\n\x1b[31mbox\x1b[0m> ")

    with answering(talk) as port:
        who = probe.identify(login(port))
    assert (who.hostname, who.platform, who.evidence) == ("box", None, "")


def test_netmikos_own_detection_knows_what_our_words_do_not():
    async def talk(process):
        process.stdout.write("gear# ")
        async for line in process.stdin:
            said = "AlliedWare Plus (TM) 5.5" if line.strip() == "show version" else "% what?"
            process.stdout.write(f"{line.strip()}\r\n{said}\r\ngear# ")

    with answering(talk) as port:
        who = probe.identify(login(port))
    assert (who.platform, who.evidence) == ("allied_telesis_awplus", "netmiko")


IOS_CDP = """
-------------------------
Device ID: sw2.example.com
Entry address(es):
  IP address: 10.1.1.2
Platform: cisco WS-C3750,  Capabilities: Switch IGMP
Interface: GigabitEthernet0/1,  Port ID (outgoing port): GigabitEthernet0/24
Holdtime : 152 sec

-------------------------
Device ID: ap7
Platform: air,  Capabilities: Trans-Bridge
Interface: GigabitEthernet0/2,  Port ID (outgoing port): GigabitEthernet0
"""


def test_cdp_neighbours_are_read_with_and_without_address():
    ios = platform_of("cisco_ios")
    assert probe.neighbours(ios.cdp_head, ios.cdp_neighbour, IOS_CDP) == (
        Neighbour(interface="GigabitEthernet0/1", peer_name="sw2", peer_address="10.1.1.2",
                  peer_interface="GigabitEthernet0/24"),
        Neighbour(interface="GigabitEthernet0/2", peer_name="ap7",
                  peer_interface="GigabitEthernet0"),
    )  # fmt: skip


def test_neighbours_made_to_be_slow_to_read_are_read_in_time():
    ios = platform_of("cisco_ios")
    hostile = "Local Intf: Gi0/1\n" + "Port id: a\n" * 100_000
    begun = time.monotonic()
    assert probe.neighbours(ios.neighbour_head, ios.neighbour, hostile) == ()
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("line", "platform"),
    [
        ("SSH-2.0-Cisco-1.25", "cisco_ios"), ("SSH-2.0-Cisco-2.0", "cisco_xr"),
        ("SSH-2.0-OpenSSH_9.2p1 Debian-2", "linux"), ("SSH-2.0-OpenSSH_9.2", None),
    ],
)  # fmt: skip
def test_a_banner_hints_at_a_platform(line, platform):
    assert probe.hinted(line) == platform
