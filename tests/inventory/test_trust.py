"""Scores, thresholds and second reads."""

import pytest

from inventory import trust
from inventory.completeness import Doubt
from inventory.trust import Reading, Settled, Verdict, settle, suspicious, weigh

WHOLE = "a\nb\nend\n"


def doubt(kind, detail="why"):
    return Doubt(kind=kind, detail=detail)


def reading(text, *kinds):
    return Reading(text=text, doubts=tuple(doubt(kind) for kind in kinds))


def test_without_signs_a_capture_has_all_points():
    assert weigh([], threshold=70) == Verdict(score=100, trusted=True)


def test_every_sign_takes_its_weight_and_nothing_goes_below_zero():
    assert weigh([doubt("escapes"), doubt("sections")], threshold=70) == Verdict(
        score=80, trusted=True
    )
    assert weigh([doubt("cut"), doubt("garbage")], threshold=70) == Verdict(score=0, trusted=False)


def test_the_threshold_is_a_choice():
    assert weigh([doubt("escapes")], threshold=95).trusted is False


@pytest.mark.parametrize("kind", sorted(set(trust.WEIGHTS) - {"escapes", "sections", "confirmed"}))
def test_this_sign_alone_ends_trust_at_any_threshold_that_may_be_set(kind):
    assert weigh([doubt(kind)], threshold=50).trusted is False


@pytest.mark.parametrize("kind", ["hostname", "driver", "answer"])
def test_what_a_second_read_cannot_change_is_not_read_again(kind):
    assert suspicious([doubt("shrunk"), doubt(kind)], threshold=70) is False


def test_a_doubted_capture_is_read_again_and_a_trusted_one_is_not():
    assert suspicious([doubt("cut")], threshold=70) is True
    assert suspicious([doubt("escapes")], threshold=70) is False


@pytest.mark.parametrize("kind", ["shrunk", "tail"])
def test_the_same_twice_is_believed_where_only_its_size_was_doubted(kind):
    settled = settle(reading(WHOLE, kind), reading(WHOLE, kind), threshold=70)
    assert settled == Settled(
        counts=0,
        doubts=(doubt("confirmed", f"{kind}: why; a second read showed the same"),),
    )


@pytest.mark.parametrize("kind", ["cut", "garbage", "not_text", "unbalanced", "collapsed"])
def test_the_same_twice_is_not_believed_where_more_was_doubted(kind):
    settled = settle(reading(WHOLE, kind), reading(WHOLE, kind), threshold=70)
    assert settled == Settled(counts=0, doubts=(doubt(kind),))


def test_what_another_device_confirms_is_not_believed():
    settled = settle(reading(WHOLE, "shrunk"), reading(WHOLE, "shrunk", "hostname"), threshold=70)
    assert settled == Settled(counts=0, doubts=(doubt("shrunk"), doubt("hostname")))


def test_a_read_that_broke_gives_way_to_a_whole_one():
    assert settle(reading("a\n", "cut", "shrunk"), reading(WHOLE), threshold=70) == Settled(
        counts=1, doubts=()
    )


def test_two_different_reads_are_neither():
    settled = settle(reading("a\nc\n", "shrunk"), reading("a\nd\ne\n"), threshold=70)
    assert settled.doubts[1] == doubt(
        "restless",
        "it changes while it is read: from line 2 on two reads differ (2 and 3 lines)",
    )


def test_what_another_device_showed_is_not_believed_because_it_comes_again():
    assert trust.is_final(["sections: x", "hostname: y"]) is True
    assert trust.is_final(["shrunk: hostname"]) is False
