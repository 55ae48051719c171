"""Lines that two texts share, hunks, and how the deltas of a keyframe are kept as one value."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.store.deltas import Hunk, hunks, packed, patched, unpacked
from inventory.store.frames import Packed, compressed, trained, uncompressed
from inventory.store.lines import Run, equal_runs
from tests.inventory.store_rows import config

texts = st.lists(st.sampled_from(["a", "b", "!", " c", "ä", ""]), max_size=40).map("\n".join)


def test_lines_around_a_change_are_the_same():
    assert equal_runs(["a", "b", "c"], ["a", "x", "c"]) == (Run(0, 0, 1), Run(2, 2, 1))


def test_a_moved_block_is_the_same_on_one_side_of_what_it_passed():
    assert equal_runs(["1", "2", "3", "4"], ["3", "4", "1", "2"]) == (Run(2, 0, 2),)


@given(texts, texts)
def test_the_runs_are_equal_lines_in_rising_order(one, other):
    before, after = one.split("\n"), other.split("\n")
    at = (0, 0)
    for run in equal_runs(before, after):
        assert run.before >= at[0]
        assert run.after >= at[1]
        assert run.length > 0
        stretch = slice(run.before, run.before + run.length)
        assert before[stretch] == after[run.after : run.after + run.length]
        at = run.before + run.length, run.after + run.length


@given(st.lists(texts, min_size=2, max_size=6))
def test_every_text_comes_back_from_its_keyframe_and_the_packed_deltas(several):
    base, *others = [one.encode() for one in several]
    deltas = {place: hunks(base, one) for place, one in enumerate(others, 1)}
    plain = packed(deltas)
    assert unpacked(plain) == deltas
    assert [patched(base, plain, place) for place in deltas] == others


def test_a_hunk_holds_only_the_bytes_that_differ():
    base, text = b"a\n description port 17\nb\n", b"a\n description port 18\nb\n"
    assert hunks(base, text) == (Hunk(21, 1, b"8"),)


def test_a_delta_that_is_not_there_is_a_key_error():
    with pytest.raises(KeyError):
        patched(b"a", packed({1: hunks(b"a", b"b")}), 2)


def test_texts_that_share_what_differs_cost_one_hunk():
    base = config().encode()
    many = packed({n: hunks(base, config("ntp server 10.0.0.1").encode()) for n in range(1, 10)})
    assert many.count(b"ntp server") == 1


def test_a_hundred_thousand_lines_that_repeat_are_compared_in_no_time():
    base = b"!\n" * 100_000
    begun = time.perf_counter()
    told = hunks(base, b"x\n" + base[:-500] + b"y\n" + base)
    assert time.perf_counter() - begun < 5
    assert patched(base, packed({1: told}), 1) == b"x\n" + base[:-500] + b"y\n" + base


def test_a_dictionary_makes_alike_texts_smaller_and_they_come_back():
    samples = [config(f"hostname r{n}", f"ntp server 10.0.0.{n}").encode() for n in range(60)]
    dictionary = trained(samples)
    alone, known = compressed(samples[0]), compressed(samples[0], dictionary=dictionary)
    assert len(known) < len(alone) * 0.7
    assert uncompressed(known, dictionary=dictionary) == samples[0]


def test_too_few_samples_make_no_dictionary():
    assert trained([b"a"]) is None


def test_a_packed_text_is_read_without_a_database():
    base, text = config().encode(), config("ntp server 10.0.0.1")
    deltas = compressed(packed({3: hunks(base, text.encode())}))
    assert Packed(compressed(base), None, deltas, 3).text() == text
