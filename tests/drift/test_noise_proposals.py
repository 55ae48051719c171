"""What two readings of a device propose, and why the rest is no proposal."""

import pytest

from drift.noise import proposing
from drift.noise.masks import masked
from drift.noise.proposing import pattern_of, propose

PLATFORM = "arista_eos"


def proposed(first, second, platform=PLATFORM):
    found = propose(first, second, platform=platform)
    return [(one.mask.path, one.mask.pattern) for one in found.proposals]


def reasons(first, second, platform=PLATFORM):
    found = propose(first, second, platform=platform)
    assert found.proposals == ()
    return {one.line: one.reason for one in found.others}


def test_a_number_that_changed_becomes_a_mask():
    first, second = "ntp clock-period 36029056\n", "ntp clock-period 36029071\n"
    found = propose(first, second, platform=PLATFORM)
    [one] = found.proposals
    assert (one.mask.path, one.mask.pattern) == ((), r"ntp\ clock\-period\ \d+")
    assert (one.before, one.after) == (first.strip(), second.strip())
    assert found.others == ()


def test_a_line_in_a_section_keeps_the_sections_above_it():
    text = "router bgp 1\n   vrf A\n      epoch {} at 12:00:{}\n"
    assert proposed(text.format(1, "07"), text.format(2, "09")) == [
        (("router bgp 1", "vrf A"), r"epoch\ \d+\ at\ \d+:\d+:\d+")
    ]


def test_what_is_proposed_hides_what_it_was_learned_from():
    first = "epoch 0xab12 of 7\nlast 2026-11-25T10:00:01Z\n"
    second = "epoch 0xab9f of 8\nlast 2026-11-25T10:00:31Z\n"
    masks = [one.mask for one in propose(first, second, platform=PLATFORM).proposals]
    assert masked(first, second, masks, platform=PLATFORM) == second


@pytest.mark.parametrize(
    ("before", "after", "pattern"),
    [
        ("x 1", "x 22", r"x\ \d+"),
        ("x 12:00:01", "x 12:00:02", r"x\ \d+:\d+:\d+"),
        ("x 10s", "x 9s", r"x\ \d+s"),
        ("x 0x1a", "x 0x2f3", r"x\ 0x[0-9A-Fa-f]+"),
        ("x de0a-17", "x de1b-18", r"x\ [0-9A-Fa-f]+\-\d+"),
        ("x a.b1z", "x a.9", r"x\ a\.[0-9A-Za-z]+"),
        ("x 1 y", "x 2 z", None),
        ("x 1", "x  2", None),
        ("x 1.2", "x 1", None),
        ("x a1", "x b", None),
    ],
)
def test_words_that_differ_are_told_by_what_they_are_made_of(before, after, pattern):
    assert pattern_of(before, after) == pattern


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("description up", "description down", proposing.ONE_SIDE),
        ("ntp server 192.0.2.1", "ntp server 192.0.2.9", proposing.ADDRESS),
        ("7seconds ago", "9seconds ago", proposing.NO_KEYWORD),
        ("epoch 1.2", "epoch 1", proposing.UNLIKE),
        ("username eve privilege 1", "username eve privilege 15", proposing.PROTECTED),
        ("snmp-server community x 1", "snmp-server community x 2", proposing.PROTECTED),
    ],
)
def test_what_is_no_proposal_says_why(before, after, reason):
    assert reasons(f"{before}\n", f"{after}\n") == {before: reason, after: reason}


def test_a_line_that_came_or_went_is_no_proposal():
    assert reasons("hostname r1\n", "hostname r1\nepoch 5\n") == {"epoch 5": proposing.ONE_SIDE}


def test_lines_below_a_section_of_security_are_never_proposed():
    text = "line vty 0 4\n exec-timeout {} 0\n"
    assert set(reasons(text.format(5), text.format(9), "cisco_ios").values()) == {
        proposing.PROTECTED
    }


def test_of_several_lines_of_one_form_each_finds_its_own():
    text = "epoch a 1 value {}\nepoch a 2 value {}\n"
    assert sorted(proposed(text.format(10, 20), text.format(11, 22))) == [
        ((), r"epoch\ a\ 1\ value\ \d+"), ((), r"epoch\ a\ 2\ value\ \d+"),
    ]  # fmt: skip


def test_lines_of_which_nobody_knows_which_became_which_are_no_proposal():
    assert set(reasons("epoch 1\nepoch 2\n", "epoch 3\nepoch 4\n").values()) == {proposing.SEVERAL}


def test_a_section_whose_name_changed_is_no_proposal():
    text = "interface Ethernet{}\n   description up\n"
    assert reasons(text.format(1), text.format(2))["interface Ethernet1"] == proposing.SECTION


def test_a_platform_without_masks_is_told_so():
    told = reasons("set clock 1\n", "set clock 2\n", platform="vyos")
    assert "masks are not made for vyos" in told["set clock 1"]
