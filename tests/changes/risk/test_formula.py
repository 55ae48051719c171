"""The formula as data: what is refused, with the place, and what its digest covers."""

from dataclasses import replace

import pytest

from changes.risk.evaluation import evaluate
from changes.risk.formula import RELOAD, PolicyBroken, parse, shipped
from tests.changes.risk.circumstances import ORDINARY, changed, points

SHIPPED = shipped()
NONE = "none: {points: 20, words: '{devices}: there is no way back.'}"


@pytest.mark.parametrize(
    ("was", "is_", "said"),
    [
        ("approvals: 1,", "approvals: 0,", "levels.low.approvals: "),
        ("approvals: 1,", "approvals: 3,", "asks for no less than a lower one"),
        ("from: 70", "from: 25", "medium and high each from more"),
        ("from: 70", "from: 71", "lockout.shutdown has fewer points than high is from"),
        ("stages: [peer, lead]", "stages: []\n    colour: red", "levels.high.colour: Extra"),
        ("window_required: true", "window_required: 1", "levels.high.window_required: "),
        (NONE, "none: {points: 20, words: ' '}", "factors.revert.none: points need words"),
        (NONE, "none: {points: -1, words: x}", "factors.revert.none.points: "),
        (NONE, "none: {points: 20, words: '{device}'}", "factors.revert.none: {device} is none of"),
        (NONE, "none: {points: 20, words: '{role.x}'}", "factors.revert.none: {role.x} is none of"),
        (NONE, "none: {points: 20, words: '{role'}", "factors.revert.none: "),
        (NONE, "nothing: {points: 1, words: x}", "factors.revert: has one case for each of"),
        ("from: 5, points: 6", "from: 1, points: 6", "factors.devices: steps rise"),
        ("from: 5, points: 6", "from: 5, points: 2", "factors.devices: steps rise"),
        ("within: 7, points: 5", "within: 7, points: 1", "factors.drift.past: what is longer ago"),
        ("none_left: {points: 25", "none_left: {points: 4", "none_left has no fewer points"),
        ("parallel: {points: 4", "parallel: {points: 40", "uplink has no fewer points"),
        ("percent: 10", "percent: 0", "levels.low.canary.percent: "),
        ("name: Trimtab", "name: a\nname: Trimtab", "'name' stands there twice"),
        ("factors:", "factors: [", "while parsing"),
    ],
)  # fmt: skip
def test_a_broken_formula_is_refused_with_its_place(was, is_, said):
    assert was in SHIPPED
    with pytest.raises(PolicyBroken) as refused:
        parse(SHIPPED.replace(was, is_))
    assert said in refused.value.message


@pytest.mark.parametrize("text", ["", "- 1", "name", "&a [*a]", "{1: 2}", "2026-11-25"])
def test_what_is_no_formula_at_all_is_refused(text):
    with pytest.raises(PolicyBroken, match="cannot be used"):
        parse(text)


def test_a_text_without_end_is_refused():
    with pytest.raises(PolicyBroken, match="longer than 100000 characters"):
        parse("#" * 100_001)


def test_the_digest_covers_what_is_said_and_not_its_layout():
    altered = SHIPPED.replace("points: 3, words: 'It changes", "points: 4, words: 'It changes")
    digests = [parse(one).digest for one in (SHIPPED, f"# a remark\n{SHIPPED}", altered)]
    assert digests[0] == digests[1] != digests[2]


def test_a_formula_that_is_older_than_reloads_takes_them_as_the_worst():
    newer = ("  reload:", "    former_image:", "    untouched:")
    older = "".join(
        line for line in SHIPPED.splitlines(keepends=True) if not line.startswith(newer)
    )
    facts = changed(devices=(replace(ORDINARY, revert="former_image", reloads=True),))
    found = points(evaluate(facts, parse(older)))
    assert (found["revert"], found["reload"]) == (20, RELOAD.points)
    assert "reload" not in parse(older).model_dump_json(exclude_none=True)
