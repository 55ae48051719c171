"""Configurations with everything that is hard, on the models of their devices."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drift
from tests.drift.depth import examples
from tests.drift.devices import DEVICES, apply, state
from tests.drift.grown import grown

every_platform = pytest.mark.parametrize("platform", DEVICES)
SEEDS = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6))


def pair(platform, seeds):
    return tuple(grown(platform, seed) for seed in seeds)


def judged(platform, running, intended):
    return drift.assess(running, intended, platform=platform)


@every_platform
@settings(max_examples=examples(20), deadline=None)
@given(seeds=SEEDS)
def test_any_configuration_becomes_any_other_and_nothing_is_refused(platform, seeds):
    running, intended = pair(platform, seeds)
    found = judged(platform, running, intended)
    after = apply(platform, running, found.remediation)
    assert found.refusals == ()
    assert state(platform, after) == state(platform, intended)
    assert judged(platform, after, intended).differences == ()


@every_platform
@settings(max_examples=examples(20), deadline=None)
@given(seeds=SEEDS)
def test_rollback_after_remediation_restores_what_ran(platform, seeds):
    running, intended = pair(platform, seeds)
    found = judged(platform, running, intended)
    after = apply(platform, running, found.remediation)
    back = apply(platform, after, found.rollback)
    assert state(platform, back) == state(platform, running)


@every_platform
@settings(max_examples=examples(15), deadline=None)
@given(seeds=SEEDS)
def test_in_sync_is_said_exactly_where_the_device_does_the_same(platform, seeds):
    running, intended = pair(platform, seeds)
    same = state(platform, running) == state(platform, intended)
    assert judged(platform, running, intended).in_sync is same


@every_platform
@settings(max_examples=examples(15), deadline=None)
@given(seeds=SEEDS)
def test_line_numbers_point_at_the_lines_that_differ(platform, seeds):
    running, intended = pair(platform, seeds)
    sides = (running.split("\n"), intended.split("\n"))
    for one in judged(platform, running, intended).differences:
        told = one.line.split("\n")[0].strip()
        for lines, number in zip(sides, (one.running_line, one.intended_line), strict=True):
            if number is not None:
                assert _says(lines[number - 1].strip(), told, platform)


def _says(line, told, platform):
    """Whether the line is what is told; a moved term of Junos is told by its name only."""
    return line == told or (platform == "juniper_junos" and f" {told} " in line)


@every_platform
@settings(max_examples=examples(10), deadline=None)
@given(seeds=SEEDS, ends=st.sampled_from(["\r\n", "\n\n"]))
def test_line_ends_and_empty_lines_between_sections_make_no_difference(platform, seeds, ends):
    text = grown(platform, seeds[0])
    if ends == "\n\n" and any(word in text for word in ("banner ", "-policy", "-set")):
        return
    assert judged(platform, text, text.replace("\n", ends)).in_sync
