"""What proves a capture whole, and what speaks against it."""

import pytest

from inventory.completeness import Doubt, doubts
from inventory.platforms import platform_of

IOS = platform_of("cisco_ios")
WHOLE = "\n".join(
    ["version 15.2", "hostname r1", "vlan 10", "interface A", " shutdown", "router ospf 1",
     "ntp server 10.1.1.1", "snmp-server location x", *[f"logging host 10.0.0.{n}" for n in
     range(20)], "line con 0", "end"]
)  # fmt: skip


def test_a_whole_configuration_raises_no_doubt():
    assert doubts(WHOLE, platform=IOS, previous=WHOLE) == ()


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_nothing_shown_is_doubted(text):
    assert doubts(text, platform=IOS) == (Doubt(kind="empty", detail="the device showed nothing"),)


def test_a_missing_end_is_doubted():
    text = WHOLE.removesuffix("\nend")
    assert doubts(text, platform=IOS) == (
        Doubt(kind="cut", detail="it ends with 'line con 0' instead of its end mark"),
    )


@pytest.mark.parametrize("char", ["\x00", "\x07", "\ufffd"])
def test_what_is_not_text_is_doubted_with_its_line(char):
    text = WHOLE.replace("vlan 10", f"vlan {char}10")
    assert doubts(text, platform=IOS) == (
        Doubt(kind="not_text", detail=f"line 3 holds the character {char!r}"),
    )


def test_an_error_in_place_of_the_configuration_is_doubted():
    (answer, cut) = doubts("     ^\n% Invalid input detected at '^' marker.\n", platform=IOS)
    assert (answer.kind, cut.kind) == ("answer", "cut")
    assert "% Invalid input" in answer.detail


def test_an_error_text_inside_a_banner_is_no_answer():
    lines = WHOLE.splitlines()
    lines.insert(8, "% Invalid input, says the banner")
    assert doubts("\n".join(lines), platform=IOS) == ()


def test_the_echo_of_the_command_is_doubted():
    text = f"r1#show running-config\n{WHOLE}"
    assert [doubt.kind for doubt in doubts(text, platform=IOS, command="show running-config")] == [
        "garbage"
    ]


def test_a_pager_in_the_capture_is_doubted():
    text = WHOLE.replace("vlan 10", "vlan 10\n --More-- ")
    assert [doubt.kind for doubt in doubts(text, platform=IOS)] == ["garbage"]


def test_a_capture_that_lost_too_many_lines_is_doubted():
    short = "\n".join(line for line in WHOLE.splitlines() if "logging" not in line)
    assert doubts(short, platform=IOS, previous=WHOLE) == (
        Doubt(kind="shrunk", detail="10 lines, 30 in the last trusted capture"),
    )


def test_a_capture_that_lost_most_kinds_of_sections_is_doubted():
    gone = ("vlan", "interface", " shutdown", "router", "ntp", "snmp-server")
    short = "\n".join(line for line in WHOLE.splitlines() if not line.startswith(gone))
    assert doubts(short, platform=IOS, previous=WHOLE) == (
        Doubt(kind="shrunk",
              detail="no lines any more of the kinds interface, ntp, router, snmp-server, vlan"),
    )  # fmt: skip


def test_small_configurations_may_shrink():
    assert doubts("hostname r1\nend", platform=IOS, previous="hostname r1\na\nb\nend") == ()


def test_a_platform_without_end_mark_is_judged_by_the_rest():
    assert doubts("hostname r1\nvlan 1", platform=platform_of("cisco_nxos")) == ()


def test_a_doubt_reads_as_kind_and_detail():
    assert str(Doubt(kind="cut", detail="why")) == "cut: why"
