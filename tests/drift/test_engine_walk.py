"""Following two texts in step: what is between the gaps is the same, and few lines are in them."""

from hypothesis import given
from hypothesis import strategies as st

from drift.engine.unlike import unlike_lines
from drift.engine.walk import gaps

LINES = st.lists(st.sampled_from(("a", "b", "c", "!", "", "long line")), max_size=30)


def framed(lines):
    return "".join(f"\n{line}" for line in lines) + "\n"


def without(text, stretches):
    kept, done = [], 0
    for start, end in stretches:
        kept.append(text[done:start])
        done = end
    return "".join((*kept, text[done:]))


def left(a, b):
    """Both texts without what is out of step."""
    found = list(gaps(a, b))
    return (
        without(a, [(one.start, one.end) for one in found]),
        without(b, [(one.begin, one.close) for one in found]),
    )


@given(LINES, LINES)
def test_outside_the_gaps_both_texts_are_the_same(one, other):
    theirs, ours = left(framed(one), framed(other))
    assert theirs == ours


@given(LINES)
def test_a_text_has_no_gap_to_itself(lines):
    assert list(gaps(framed(lines), framed(lines))) == []


@given(LINES, LINES)
def test_a_line_is_told_exactly_where_the_other_text_lacks_it(one, other):
    extra, missing, _ = unlike_lines(framed(one), framed(other))
    assert extra == [(n, line) for n, line in enumerate(one, 1) if line and line not in other]
    assert missing == [(n, line) for n, line in enumerate(other, 1) if line and line not in one]


@given(LINES, LINES)
def test_lines_said_to_be_in_step_stand_in_one_order(one, other):
    _, _, in_step = unlike_lines(framed(one), framed(other))
    shared = [line for line in one if line in other], [line for line in other if line in one]
    assert not in_step or shared[0] == shared[1]


def numbered(count):
    return [f"line {number}" for number in range(count)]


def altered(lines, *places):
    return [f"{line} anew" if i in places else line for i, line in enumerate(lines)]


def test_altered_lines_are_gaps_of_their_own():
    lines = numbered(1000)
    found = list(gaps(framed(lines), framed(altered(lines, 10, 500, 501, 502, 999))))
    assert len(found) == 3


def test_lines_put_in_and_left_out_are_gaps_of_their_own():
    lines = numbered(1000)
    other = [*lines[:100], "new", *lines[100:300], *lines[302:]]
    a, b = framed(lines), framed(other)
    found = [(a[one.start : one.end], b[one.begin : one.close]) for one in gaps(a, b)]
    assert found == [("", "\nnew"), ("\nline 300\nline 301", "")]


def test_where_no_step_leads_on_the_shared_end_is_left_out():
    lines = numbered(100)
    other = [*lines[:50], *reversed(lines[50:90]), *lines[90:]]
    a, b = framed(lines), framed(other)
    [found] = gaps(a, b)
    assert a[found.end :] == b[found.close :] == framed(lines[90:])
