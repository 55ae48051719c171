"""What proves a capture whole, and what speaks against it."""

import time

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


def kinds(text, *, platform=IOS, previous=WHOLE):
    return [doubt.kind for doubt in doubts(text, platform=platform, previous=previous)]


def without(*starts):
    return "\n".join(line for line in WHOLE.splitlines() if not line.startswith(starts))


def test_a_capture_that_lost_more_than_two_fifths_of_its_lines_has_collapsed():
    assert doubts(without("logging"), platform=IOS, previous=WHOLE) == (
        Doubt(kind="collapsed",
              detail="10 lines and 126 characters, 30 and 576 in the last trusted capture"),
        Doubt(kind="sections", detail="no lines any more of the kinds logging"),
    )  # fmt: skip


def test_a_capture_that_lost_a_tenth_of_its_lines_has_shrunk():
    assert kinds(without("logging host 10.0.0.18", "logging host 10.0.0.19", "vlan", "ntp")) == [
        "shrunk",
        "sections",
    ]
    assert kinds(without("logging host 10.0.0.18", "logging host 10.0.0.19")) == []


def test_a_capture_that_lost_a_tenth_of_its_characters_has_shrunk():
    previous = WHOLE.replace("location x", "location " + "x" * 80)
    assert kinds(WHOLE, previous=previous) == ["shrunk"]


def test_a_capture_that_lost_most_kinds_of_sections_has_collapsed():
    gone = ("vlan", "interface", " shutdown", "router", "ntp", "snmp-server")
    assert [str(one) for one in doubts(without(*gone), platform=IOS, previous=WHOLE)] == [
        "shrunk: 24 lines and 489 characters, 30 and 576 in the last trusted capture",
        "collapsed: no lines any more of the kinds interface, ntp, router, snmp-server, vlan",
    ]


def test_a_lost_kind_of_section_is_told():
    assert doubts(without("ntp"), platform=IOS, previous=WHOLE) == (
        Doubt(kind="sections", detail="no lines any more of the kinds ntp"),
    )


def test_the_beginning_of_the_last_capture_is_told_where_no_end_mark_tells_it():
    nxos = platform_of("cisco_nxos")
    text = WHOLE.removesuffix("\nline con 0\nend")
    assert doubts(text, platform=nxos, previous=WHOLE) == (
        Doubt(kind="tail",
              detail="it is the last trusted capture without what follows its line 28"),
        Doubt(kind="sections", detail="no lines any more of the kinds end, line"),
    )  # fmt: skip


def test_sections_in_braces_have_to_be_closed():
    junos = platform_of("juniper_junos")
    whole = 'system {\n    host-name r1;\n    message "a } b";\n}\nsnmp {\n    location x;\n}\n'
    assert doubts(whole, platform=junos) == ()
    assert doubts(whole.replace("x;\n}\n", "x;\n"), platform=junos)[-1] == Doubt(
        kind="unbalanced", detail="1 sections in braces are not closed"
    )
    assert [one.kind for one in doubts(whole + "}\n", platform=junos)] == ["unbalanced"]


@pytest.mark.parametrize("char", ["\x1b", "\x7f", "\x9b"])
def test_terminal_escapes_are_told(char):
    text = WHOLE.replace("location x", f"location {char}[1m")
    assert doubts(text, platform=IOS) == (
        Doubt(kind="escapes", detail=f"line 8 holds a terminal's escape {char!r}"),
    )


def test_a_line_without_end_is_no_line():
    text = WHOLE.replace("location x", "location " + "x" * 30_000)
    assert doubts(text, platform=IOS) == (
        Doubt(kind="not_text", detail="no line has more than 20000 characters"),
    )


@pytest.mark.parametrize(
    "line", ["--More" + "-" * 90_000 + "x", "-" * 90_000, "<--- More " * 9_000]
)
def test_a_line_made_to_keep_the_patterns_busy_does_not(line):
    begun = time.process_time()
    doubts(WHOLE.replace("vlan 10", line), platform=IOS, previous=WHOLE)
    assert time.process_time() - begun < 0.5


def test_small_configurations_may_shrink():
    assert doubts("hostname r1\nend", platform=IOS, previous="hostname r1\na\nb\nend") == ()


def test_a_platform_without_end_mark_is_judged_by_the_rest():
    assert doubts("hostname r1\nvlan 1", platform=platform_of("cisco_nxos")) == ()


def test_a_doubt_reads_as_kind_and_detail():
    assert str(Doubt(kind="cut", detail="why")) == "cut: why"
