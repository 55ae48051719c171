"""Messages out of a stream, however it is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.syslog import Frames
from operations.syslog.framing import LARGEST
from operations.syslog.message import LONGEST

LINE = st.binary(min_size=1, max_size=40).map(
    lambda raw: b"<13>" + raw.replace(b"\n", b".").replace(b"\0", b".")
)
FRAME = st.one_of(
    LINE.map(lambda raw: (raw, b"%d %s" % (len(raw), raw))),
    LINE.map(lambda raw: (raw, raw + b"\n")),
)


def cut(stream, sizes):
    while stream:
        size = sizes.pop() if sizes else len(stream)
        yield stream[:size]
        stream = stream[size:]


@given(st.lists(FRAME, max_size=8), st.lists(st.integers(1, 30), max_size=40))
def test_what_is_framed_either_way_comes_out_however_the_stream_is_cut(sent, sizes):
    frames, found = Frames(), []
    for part in cut(b"".join(framed for _, framed in sent), sizes):
        found += frames.feed(part)
    assert found == [raw for raw, _ in sent]


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (b"8 <13>\na\nb" + b"<13>c\n", [b"<13>\na\nb", b"<13>c"]),
        (b"<13>a\r\n<13>b\0<13>c\n", [b"<13>a\r", b"<13>b", b"<13>c"]),
        (b"5 <13>a\n5 <13>b", [b"<13>a", b"<13>b"]),
        (b"123456789 a\n<13>b\n", [b"123456789 a", b"<13>b"]),
        (b"2026 is a year\n", []),
        (b"07 x\n", [b"07 x"]),
    ],
)
def test_both_framings_are_told_apart(stream, found):
    assert Frames().feed(stream) == found


def test_what_a_closed_connection_left_without_an_end_is_a_message():
    frames = Frames()
    assert (frames.feed(b"<13>a\n<13>b"), frames.rest()) == ([b"<13>a"], b"<13>b")


def test_a_frame_that_was_announced_and_never_came_is_none():
    frames = Frames()
    assert (frames.feed(b"99 <13>a"), frames.rest()) == ([], b"")


@pytest.mark.parametrize("end", [b"\n", b"\0"])
def test_a_line_that_is_too_long_is_cut_and_the_next_one_is_whole(end):
    found = []
    frames = Frames()
    for part in (b"<13>" + b"x" * (3 * LONGEST), b"yy" + end, b"<13>next" + end):
        found += frames.feed(part)
        assert len(frames._held) <= LONGEST + 1
    assert found == [b"<13>" + b"x" * (LONGEST - 4), b"<13>next"]


def test_a_frame_that_is_too_long_is_cut_and_the_next_one_is_whole():
    body = b"<13>" + b"x" * (LARGEST - 4)
    found = Frames().feed(b"%d %s" % (LARGEST, body) + b"5 <13>a")
    assert found == [body[:LONGEST], b"<13>a"]


@given(st.binary(max_size=2000), st.lists(st.integers(1, 300), max_size=40))
def test_no_stream_raises_or_makes_more_of_itself(stream, sizes):
    frames = Frames()
    found = [one for part in cut(stream, sizes) for one in frames.feed(part)]
    assert len(b"".join([*found, frames.rest()])) <= len(stream)
