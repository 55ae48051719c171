"""A whole text is searched as its lines are, one by one: nothing is overlooked."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.cleaning import clean
from inventory.line_bound import bound
from inventory.line_patterns import all_lines, finder, has_only, holding, may_have_longer
from inventory.platforms import known_platforms, platform_of
from inventory.redaction import _any_secret, redact

PLATFORMS = sorted({one.name for one in known_platforms()})
WORDS = (
    "password", "secret", "community", "key", "snmp-server", "username", "set", "neighbor", "md5",
    "Building configuration...", "Current configuration : 9 bytes", "!Time: 1", "! Command: x",
    "7", "x", '"a{b"', "ore", "://u:pass1@h", "token = abcdef", "; ## SECRET-DATA", "no",
)  # fmt: skip
GAPS = (" ", " ", " ", "\n", "\n", "\n ", "\n\n", "  ", "\t", "\x0c", "=", "\x85", "\r\n")
TEXTS = st.lists(st.sampled_from((*WORDS, *GAPS, *GAPS)), max_size=40).map("".join)


def lines(text):
    return [(start, text[start:end]) for start, end in all_lines(text)]


def test_lines_are_those_between_line_ends():
    assert [line for _, line in lines("a\n\nb\n")] == ["a", "", "b", ""]


@pytest.mark.parametrize("how", ["match", "search"])
@settings(deadline=None, max_examples=300)
@given(text=TEXTS, name=st.sampled_from(PLATFORMS))
def test_every_line_that_a_pattern_matches_is_found(how, text, name):
    platform = platform_of(name)
    for patterns in (platform.secrets, platform.volatile, platform.errors):
        found = list(finder(patterns, how=how).spans(text))
        assert found == sorted(set(found))
        matching = {
            start for start, line in lines(text) if any(getattr(one, how)(line) for one in patterns)
        }
        assert matching <= {start for start, _ in found}


@settings(deadline=None, max_examples=300)
@given(text=TEXTS, name=st.sampled_from(PLATFORMS))
def test_a_text_is_cleaned_as_its_lines_are(text, name):
    platform = platform_of(name)
    kept = [
        line
        for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if not any(one.match(line) for one in platform.volatile)
    ]
    while kept and not kept[0].strip():
        kept.pop(0)
    while kept and not kept[-1].strip():
        kept.pop()
    assert clean(text, platform) == "".join(f"{line}\n" for line in kept)


@settings(deadline=None, max_examples=300)
@given(text=TEXTS, name=st.sampled_from(PLATFORMS))
def test_no_line_that_holds_a_secret_is_passed_over(text, name):
    if platform_of(name).secret_sections is not None:
        return
    redacted = redact(text, platform=name, key=b"k" * 32)
    for before, after in zip(text.split("\n"), redacted.split("\n"), strict=True):
        assert after == redact(before, platform=name, key=b"k" * 32)
        if not _any_secret(name).search(before) and before.isprintable() and "ore" not in before:
            assert after == before


@pytest.mark.parametrize(
    "pattern",
    [r"(a)\1", r"a\nb", r"\x0a", r"(?P<x>a)(?P=x)", r"(?s)a.b", r"(?x)a b", "(?s:a)", "a\nb"],
)
def test_what_cannot_be_bound_to_a_line_is_refused(pattern):
    assert bound(re.compile(pattern)) is None


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"a\s*b", "a\nb"), (r"a[^x]b", "a\nb"), (r"a[\s]b", "a\nb"), (r"a\Wb", "a\nb"),
        (r"a\Db", "a\nb"), (r"a[^]x]b", "a\nb"), (r"a[]\s]b", "a\nb"),
    ],
)  # fmt: skip
def test_a_bound_pattern_reads_no_line_end(pattern, text):
    told = bound(re.compile(pattern))
    assert re.search(told.whole, text) is None
    assert re.search(told.whole, text.replace("\n", " "))


def test_patterns_of_which_one_cannot_be_bound_look_at_every_line():
    made = finder((re.compile(r"(a)\1"), re.compile("b")), how="search")
    assert list(made.spans("x\naa\n")) == [(0, 1), (2, 4), (5, 5)]


def test_lines_that_hold_a_word_are_told_once():
    assert list(holding("ore", "core store\nx\nmore")) == [(0, 10), (13, 17)]


@given(st.lists(st.integers(0, 40), max_size=12), st.integers(2, 20))
def test_a_line_that_is_too_long_is_never_missed(lengths, longest):
    text = "\n".join("x" * length for length in lengths)
    if any(length > longest for length in lengths):
        assert may_have_longer(text, longest)


@given(st.text(st.sampled_from("ab \n\té\x00"), max_size=20))
def test_plain_texts_are_told_from_others(text):
    assert has_only(text) == text.replace("\n", "").isprintable() * text.isascii()
