"""Generated configurations after years of changes by hand, on the models of their devices."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drift
from tests.drift.depth import examples
from tests.drift.devices import DEVICES, apply, state
from tests.drift.mutations import made, mutated

SIZES = [50, 900, 5000]
every_size = pytest.mark.parametrize("lines", SIZES)
every_platform = pytest.mark.parametrize("platform", DEVICES)
SEEDS = st.integers(0, 10**6)


def pair(platform, lines, seed):
    """Two configurations that grew apart from the same one."""
    text = made(platform, lines, seed % 97)
    changes = max(3, lines // 40)
    return tuple(mutated(platform, text, seed + side, changes=changes) for side in (0, 1))


def judged(platform, running, intended):
    return drift.assess(running, intended, platform=platform)


@every_platform
@every_size
def test_a_large_configuration_is_corrected_and_restored(platform, lines):
    running, intended = pair(platform, lines, lines)
    found = judged(platform, running, intended)
    after = apply(platform, running, found.remediation)
    back = apply(platform, after, found.rollback)
    assert state(platform, after) == state(platform, intended)
    assert state(platform, back) == state(platform, running)


@every_platform
@settings(max_examples=examples(12), deadline=None)
@given(seed=SEEDS)
def test_remediation_makes_running_into_intended(platform, seed):
    running, intended = pair(platform, 60, seed)
    after = apply(platform, running, judged(platform, running, intended).remediation)
    assert state(platform, after) == state(platform, intended)
    assert judged(platform, after, intended).differences == ()


@every_platform
@settings(max_examples=examples(12), deadline=None)
@given(seed=SEEDS)
def test_rollback_makes_intended_into_running(platform, seed):
    running, intended = pair(platform, 60, seed)
    after = apply(platform, intended, judged(platform, running, intended).rollback)
    assert state(platform, after) == state(platform, running)


@pytest.mark.parametrize("platform", [name for name in DEVICES if name != "juniper_junos"])
@settings(max_examples=examples(8), deadline=None)
@given(seed=SEEDS)
def test_remediation_sent_twice_changes_nothing_more(platform, seed):
    running, intended = pair(platform, 60, seed)
    lines = judged(platform, running, intended).remediation
    once = apply(platform, running, lines)
    assert state(platform, apply(platform, once, lines)) == state(platform, once)


@every_platform
@settings(max_examples=examples(8), deadline=None)
@given(seed=SEEDS)
def test_texts_that_mean_the_same_to_the_device_are_in_sync(platform, seed):
    text = pair(platform, 60, seed)[0]
    shown = apply(platform, text, ())
    assert judged(platform, text, shown).in_sync


@every_platform
@settings(max_examples=examples(8), deadline=None)
@given(seed=SEEDS)
def test_the_same_texts_get_the_same_judgement(platform, seed):
    running, intended = pair(platform, 60, seed)
    assert judged(platform, running, intended) == judged(platform, running, intended)


@every_platform
@settings(max_examples=examples(8), deadline=None)
@given(seed=SEEDS)
def test_what_differs_seen_from_the_other_side_has_the_sides_swapped(platform, seed):
    running, intended = pair(platform, 60, seed)
    forward = judged(platform, running, intended).differences
    back = judged(platform, intended, running).differences
    swap = {"extra": "missing", "missing": "extra", "moved": "moved"}
    seen = {(one.path, one.line, swap[one.side]) for one in forward if one.side != "moved"}
    assert seen == {(one.path, one.line, one.side) for one in back if one.side != "moved"}


@every_platform
@settings(max_examples=examples(8), deadline=None)
@given(seed=SEEDS)
def test_one_change_by_hand_takes_a_handful_of_lines(platform, seed):
    text = made(platform, 300, seed % 7)
    changed = mutated(platform, text, seed, changes=1)
    found = judged(platform, text, changed)
    rewritten = 12  # a list of the corpora written anew from its first entry on
    assert len(found.remediation) <= 2 * len(found.differences) + rewritten


@every_platform
@settings(max_examples=examples(12), deadline=None)
@given(seed=SEEDS)
def test_line_numbers_point_at_the_lines_that_differ(platform, seed):
    running, intended = pair(platform, 120, seed)
    sides = (running.split("\n"), intended.split("\n"))
    for one in judged(platform, running, intended).differences:
        told = one.line.split("\n")[0].strip()
        for lines, number in zip(sides, (one.running_line, one.intended_line), strict=True):
            if number is not None:
                assert told in lines[number - 1]
