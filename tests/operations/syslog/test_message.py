"""Messages as vendors send them, and bytes that nobody sends in good faith."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.syslog import Message, parse, report_of
from operations.syslog.likeness import likeness
from operations.syslog.message import LONGEST

NOTICE = Message(facility=23, severity=5, marked=True)
CISCO = replace(NOTICE, msgid="SYS-5-CONFIG_I", text="Configured from console by admin")
COMMIT = replace(NOTICE, app="mgd", process="12", msgid="UI_COMMIT", text="User 'admin' requested")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("45: *Nov 25 12:00:00.123: ", {"stamp": "*Nov 25 12:00:00.123"}),
        ("45: .Nov  5 12:00:00: ", {"stamp": ".Nov  5 12:00:00"}),
        ("*Nov 25 12:00:00.123: ", {"stamp": "*Nov 25 12:00:00.123"}),
        ("000045: Nov 25 2026 12:00:00.123 UTC: ", {"stamp": "Nov 25 2026 12:00:00.123 UTC"}),
        ("45: r1: *Nov 25 12:00:00: ", {"stamp": "*Nov 25 12:00:00", "hostname": "r1"}),
        ("45: 000046: 3d05h: ", {"stamp": "3d05h"}),
        ("45: 00:01:23: ", {"stamp": "00:01:23"}),
        ("00:01:23: ", {"stamp": "00:01:23"}),
        ("45: ", {}),
        ("45: r1: ", {"hostname": "r1"}),
        ("", {}),
        ("Nov 25 12:00:00 r1.example.net ", {"stamp": "Nov 25 12:00:00",
                                             "hostname": "r1.example.net"}),
        ("Nov 25 12:00:00 2001:db8::1 ", {"stamp": "Nov 25 12:00:00", "hostname": "2001:db8::1"}),
        ("Nov 25 12:00:00 sw1 Cli: ", {"stamp": "Nov 25 12:00:00", "hostname": "sw1",
                                       "app": "Cli"}),
        (": 2026 Nov 25 12:00:00 UTC: ", {"stamp": "2026 Nov 25 12:00:00 UTC"}),
        ("2026 Nov 25 12:00:00 nx1 ", {"stamp": "2026 Nov 25 12:00:00", "hostname": "nx1"}),
        ("45: xr1 RP/0/RSP0/CPU0:Nov 25 12:00:00.123 UTC: config[65742]: ",
         {"stamp": "Nov 25 12:00:00.123 UTC", "hostname": "xr1", "app": "config",
          "process": "65742"}),
        ("45: RP/0/RSP0/CPU0:Nov 25 12:00:00.123 : config[65742]: ",
         {"stamp": "Nov 25 12:00:00.123", "app": "config", "process": "65742"}),
        ("1 2026-11-25T12:00:00.123Z r1 ios - - - ",
         {"stamp": "2026-11-25T12:00:00.123Z", "hostname": "r1", "app": "ios"}),
        ("2026-11-25T12:00:00+01:00 r1 ", {"stamp": "2026-11-25T12:00:00+01:00",
                                           "hostname": "r1"}),
    ],
)  # fmt: skip
def test_a_header_is_read_however_the_vendor_writes_it(head, expected):
    sent = f"<189>{head}%SYS-5-CONFIG_I: Configured from console by admin"
    assert parse(sent.encode()) == replace(CISCO, **expected)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("Nov 25 12:00:00 mx1 mgd[12]: UI_COMMIT: User 'admin' requested",
         {"stamp": "Nov 25 12:00:00", "hostname": "mx1"}),
        ("Nov 25 12:00:00 mx1 mgd[12]: %INTERACT-5-UI_COMMIT: User 'admin' requested",
         {"stamp": "Nov 25 12:00:00", "hostname": "mx1", "msgid": "INTERACT-5-UI_COMMIT"}),
        (('1 2026-11-25T12:00:00Z mx1 mgd 12 UI_COMMIT [a@1 u="x\\"]y"][b@2] '
         "User 'admin' requested"),
         {"stamp": "2026-11-25T12:00:00Z", "hostname": "mx1",
          "data": '[a@1 u="x\\"]y"][b@2]'}),
        ("1 - - mgd 12 UI_COMMIT - \ufeffUser 'admin' requested", {}),
    ],
)  # fmt: skip
def test_a_message_of_junos_is_read_in_both_forms(sent, expected):
    assert parse(f"<189>{sent}".encode()) == replace(COMMIT, **expected)


def test_a_message_of_frr_loses_the_number_that_names_its_place_in_the_program():
    sent = b"<30>Nov 25 12:00:00 r1 watchfrr[12]: [ABCDE-12345] configuration write completed"
    assert parse(sent) == Message(
        facility=3, severity=6, marked=True, stamp="Nov 25 12:00:00", hostname="r1",
        app="watchfrr", process="12", text="configuration write completed",
    )  # fmt: skip


@pytest.mark.parametrize(
    "sent", [b"no priority", b"<192>no priority", b"<1234>x", b"<>x", b"", b"<"]
)
def test_without_a_valid_priority_a_message_is_a_notice_of_nobody(sent):
    read = parse(sent)
    assert (read.marked, read.facility, read.severity) == (False, 1, 5)


def test_what_is_no_text_or_moves_the_cursor_is_shown_safely():
    read = parse("<13>su: \x1b[31m\u202ered\tand\nmore ".encode() + b"\xff\xfe\0\r\n")
    assert read.text == "\ufffd[31m\ufffdred and more \ufffd\ufffd"


def test_a_message_is_cut_at_its_longest():
    assert len(parse(b"<13>" + b"x" * 1_000_000).text) == LONGEST - len("<13>")


@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: f"<13>{text}".encode()))
def test_no_bytes_raise_and_every_text_is_printable(raw):
    read = parse(raw)
    report = report_of(read, "unheard of")
    texts = (read.hostname, read.app, read.msgid, read.data, read.text, likeness(read))
    assert all(text.isprintable() for text in texts)
    assert report is None or report.told.isprintable()


@pytest.mark.parametrize(
    "unit",
    ["a", "1: ", "a:", "%A-", "[", '"\\', "[a]", "sudo: x : ", "TTY=a ; COMMAND=/", "'", "1a",
     'user="a" ui="a(b)" ', "Nov 25 12:00:00 ", " by a", "(config", "%SYS-5-CONFIG_I: "],
)  # fmt: skip
@pytest.mark.parametrize("head", ["<13>", "<13>1 - - - - - ", "<13>sudo: a : ", "<13>1: "])
def test_a_message_made_to_be_slow_costs_milliseconds(head, unit):
    raw = (head + unit * LONGEST).encode()
    begun = time.process_time()
    read = parse(raw)
    report_of(read, "unheard of")
    likeness(read)
    assert time.process_time() - begun < 0.25
