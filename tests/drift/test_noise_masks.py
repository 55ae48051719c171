"""What a mask hides, and what it never does."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.engine import assess
from drift.noise.masks import Mask, masked
from drift.noise.security import protected

PLATFORM = "arista_eos"
PERIOD = Mask(path=(), pattern=r"ntp\ clock\-period\ \d+")
BELOW = Mask(path=("interface Ethernet1",), pattern=r"counter\ \d+")
TEXT = "hostname r1\ninterface Ethernet1\n   counter 5\nntp clock-period 17\n"


def left(running, intended, *masks, platform=PLATFORM):
    """What still differs once the masks are applied."""
    steady = masked(running, intended, masks, platform=platform)
    found = assess(steady, intended, platform=platform).differences
    return [(one.path, one.line, one.side) for one in found]


def test_a_line_that_fits_on_both_sides_is_read_as_the_intended_one():
    other = TEXT.replace("17", "29")
    assert masked(other, TEXT, (PERIOD,), platform=PLATFORM) == TEXT


def test_a_line_within_a_section_is_masked_in_that_section_only():
    two = TEXT + "interface Ethernet2\n   counter 1\n"
    other = two.replace("counter 5", "counter 6").replace("counter 1", "counter 2")
    assert left(other, two, BELOW) == [
        (("interface Ethernet2",), "counter 2", "extra"),
        (("interface Ethernet2",), "counter 1", "missing"),
    ]


def test_a_line_on_one_side_only_stays_a_difference():
    without = TEXT.replace("ntp clock-period 17\n", "")
    assert left(TEXT, without, PERIOD) == [((), "ntp clock-period 17", "extra")]
    assert left(without, TEXT, PERIOD) == [((), "ntp clock-period 17", "missing")]


def test_of_several_lines_that_fit_none_is_masked():
    twice = TEXT + "ntp clock-period 18\n"
    assert masked(twice, TEXT, (PERIOD,), platform=PLATFORM) == twice


def test_a_line_that_says_more_than_the_mask_stays_a_difference():
    more = TEXT.replace("period 17", "period 17 prefer")
    assert [line for _, line, _ in left(more, TEXT, PERIOD)] == [
        "ntp clock-period 17 prefer", "ntp clock-period 17",
    ]  # fmt: skip


def test_a_section_is_no_line_whatever_a_mask_says():
    header = Mask(path=(), pattern=r"interface\ Ethernet\d+")
    other = TEXT.replace("Ethernet1", "Ethernet2")
    assert masked(other, TEXT, (header,), platform=PLATFORM) == other


def test_a_line_within_a_banner_is_no_line():
    banner = "banner login\nntp clock-period {}\nEOF\nhostname r1\n"
    now = banner.format(2)
    assert masked(now, banner.format(1), (PERIOD,), platform=PLATFORM) == now


def test_a_line_keeps_its_indentation_and_its_line_end():
    other = TEXT.replace("   counter 5\n", "     counter 7\r\n")
    assert masked(other, TEXT, (BELOW,), platform=PLATFORM) == TEXT.replace(
        "   counter 5\n", "     counter 5\r\n"
    )


def test_a_servers_files_are_masked_by_section():
    mask = Mask(path=("[file /etc/motd]",), pattern=r"load\ \d+\.\d+")
    text = "[file /etc/motd]\n load {}\n[packages]\n load {}\n"
    assert left(text.format("0.12", "1.0"), text.format("0.44", "2.0"), mask, platform="linux") == [
        (("[packages]",), "load 1.0", "extra"), (("[packages]",), "load 2.0", "missing"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "pattern", "before", "after"),
    [
        (("line vty 0 4",), r"exec\-timeout\ \d+", "exec-timeout 5", "exec-timeout 500"),
        ((), r"username\ eve\ role\ \d+", "username eve role 1", "username eve role 15"),
        (("ip access-list ANY",), r"\d+", "10", "20"),
        (("acl number 3000",), r"step\ \d+", "step 5", "step 1"),
        (("config system admin",), r"set\ vdom\ \d+", "set vdom 1", "set vdom 2"),
        ((), r"snmp\-agent\ x\ \d+", "snmp-agent x 1", "snmp-agent x 2"),
    ],
)  # fmt: skip
def test_what_security_rests_on_is_never_masked(path, pattern, before, after):
    mask = Mask(path=path, pattern=pattern)
    texts = [
        "\n".join("  " * depth + line for depth, line in enumerate((*path, line)))
        for line in (before, after)
    ]
    assert masked(*texts, (mask,), platform=PLATFORM) == texts[0]


@pytest.mark.parametrize(
    "pattern", [".*", r"ntp\ .+", r"(?i)ntp\ \d+", r"\d+\ ntp", r"ntp\d+", "ntp\\ (\\d+)", "", "[",
                "ntp\\ \\d+\n", "ntp\\ " + "a" * 500],
)  # fmt: skip
def test_a_pattern_that_was_not_learned_is_no_mask(pattern):
    mask = Mask(path=(), pattern=pattern)
    assert (mask.begins, mask.fits((), "ntp 5")) == ("", False)


def test_platforms_that_show_whole_paths_are_left_as_they_are():
    text = "set system clock 1\n"
    mask = Mask(path=(), pattern=r"set\ system\ clock\ \d+")
    assert masked(text, text.replace("1", "2"), (mask,), platform="vyos") == text


WORDS = ("ntp", "counter", "description", "username", "password", "line", "shutdown")
LINES = st.builds(
    "{} {}".format, st.sampled_from(WORDS), st.integers(0, 3) | st.sampled_from(["a", "b 1"])
)
SECTIONS = st.sampled_from(("interface Ethernet1", "line vty 0 4", "router bgp 1", ""))


@st.composite
def texts(draw):
    shown = []
    for section in draw(st.lists(SECTIONS, max_size=4)):
        pad = "   " if section else ""
        shown += [section] if section else []
        shown += [pad + line for line in draw(st.lists(LINES, max_size=4))]
    return "".join(f"{line}\n" for line in shown)


MASKS = st.builds(
    Mask,
    path=st.sampled_from(((), ("interface Ethernet1",), ("line vty 0 4",))),
    pattern=st.sampled_from(WORDS).map(lambda word: rf"{word}\ \d+"),
)


@given(running=texts(), intended=texts(), masks=st.lists(MASKS, max_size=3))
def test_a_masked_text_has_as_many_lines(running, intended, masks):
    assert masked(running, intended, masks, platform=PLATFORM).count("\n") == running.count("\n")


@given(running=texts(), intended=texts(), mask=MASKS)
def test_a_mask_hides_nothing_but_its_own_lines_at_its_own_place(running, intended, mask):
    before = assess(running, intended, platform=PLATFORM).differences
    after = left(running, intended, mask)
    hidden = [one for one in before if (one.path, one.line, one.side) not in after]
    for one in hidden:
        assert one.path == mask.path
        assert re.fullmatch(mask.pattern, one.line)


@given(running=texts(), intended=texts(), masks=st.lists(MASKS, max_size=3))
def test_no_mask_hides_a_line_that_security_rests_on(running, intended, masks):
    before = assess(running, intended, platform=PLATFORM).differences
    after = left(running, intended, *masks)
    for one in before:
        if protected(one.path, one.line):
            assert (one.path, one.line, one.side) in after


@given(running=texts(), number=st.integers(0, 9), at=st.integers(0, 30))
def test_comments_within_sections_and_lines_without_one_keep_every_line_at_its_number(
    running, number, at
):
    lines = running.split("\n")
    lines[at % len(lines)] = "!\n   ! within\n   orphan 1"
    text = "\n".join(["   orphan 2", *lines, f"ntp clock-period {number}", ""])
    steady = masked(text, "ntp clock-period 77\n", (PERIOD,), platform=PLATFORM)
    assert steady == text.replace(f"period {number}\n", "period 77\n")
