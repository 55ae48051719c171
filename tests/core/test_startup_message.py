"""The first words of PostgreSQL's protocol."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import startup_message as first

WORD = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


def startup(told, *, version=3 << 16):
    words = "".join(f"{key}\0{value}\0" for key, value in told.items())
    body = version.to_bytes(4) + words.encode() + b"\0"
    return (len(body) + 4).to_bytes(4) + body


@given(st.dictionaries(WORD, WORD))
def test_what_a_session_begins_with_is_read(told):
    assert first.parameters(startup(told)) == told


@given(st.binary(max_size=200))
def test_no_bytes_break_it(message):
    found = first.parameters(message)
    assert found is None or all(isinstance(one, str) for one in found)


@pytest.mark.parametrize(
    "message",
    [
        b"", first.SSL_REQUEST, startup({"user": "x"}, version=2 << 16),
        startup({"user": "x"})[:-1], startup({"user": "x"}) + b"y\0", b"\0\0\0\x0b\0\3\0\0\xff\0\0",
    ],
)  # fmt: skip
def test_anything_else_is_no_such_message(message):
    assert first.parameters(message) is None


@pytest.mark.parametrize(
    ("head", "length"), [(b"\0\0\0\x08", 8), (b"\0\0\x27\x10", 10_000), (b"\0\0\0\x07", None),
                         (b"\0\0\x27\x11", None), (b"GET ", None)]
)  # fmt: skip
def test_a_first_message_is_neither_tiny_nor_large(head, length):
    assert first.length_of(head) == length


def test_a_request_to_cancel_is_known():
    assert first.is_cancel(first.REQUEST.pack(16, first.CANCEL) + bytes(8))
    assert not first.is_cancel(first.SSL_REQUEST)


def test_a_refusal_is_what_a_server_says():
    assert first.refusal("28000", "no") == (
        b"E\x00\x00\x00\x1eSFATAL\x00VFATAL\x00C28000\x00Mno\x00\x00"
    )
