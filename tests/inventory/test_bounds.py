"""What a session may bring, and what its bytes are read as."""

import pytest

from inventory.cleaning import told, visible
from inventory.drivers.decoding import decoded, decoder
from inventory.drivers.errors import DeviceTimeout, OutputTooLarge
from inventory.drivers.login import Login
from inventory.drivers.meter import metered, read_all, within


class Channel:
    """Gives its pieces, then says that it is over."""

    def __init__(self, *pieces):
        self.pieces = list(pieces)
        self.closed = False

    def recv(self, _size):
        return self.pieces.pop(0) if self.pieces else b""

    def close(self):
        self.closed = True


def login(**values):
    return Login(hostname="r1", address="10.0.0.1", platform="cisco_ios", username="u", **values)


def test_what_is_within_its_bounds_comes_whole():
    assert read_all(Channel(b"ab", b"cd"), login(max_bytes=4)) == b"abcd"


def test_one_byte_too_many_ends_the_session():
    channel = Channel(b"ab", b"cde", b"f")
    with pytest.raises(OutputTooLarge, match=r"r1 \(10\.0\.0\.1:22\) showed more than"):
        read_all(channel, login(max_bytes=4))
    assert (channel.closed, channel.pieces) == (True, [b"f"])


def test_a_session_that_takes_too_long_is_ended():
    channel = Channel(b"ab")
    with pytest.raises(DeviceTimeout, match="was not done after -1 s"):
        read_all(channel, login(max_seconds=-1))
    assert channel.closed


def test_everything_else_of_a_channel_is_the_channels_own():
    channel = Channel()
    assert metered(channel, login()).pieces is channel.pieces


def test_what_a_library_fetched_is_measured_too():
    within(login(max_bytes=4), "ab", "cd")
    with pytest.raises(OutputTooLarge, match="raise collection_megabytes"):
        within(login(max_bytes=4), "ab", "cde")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("grün – ok".encode(), "grün – ok"),  # noqa: RUF001 - the dash that terminals send
        (b"gr\xfcn", "grün"),
        (b"a \x96 b", "a \u2013 b"),
        (b"a\x81b", "a\ufffdb"),
        (b"\xe2\x82", "â‚"),  # noqa: RUF001 - half of a euro sign, byte by byte
        (b"nul\x00", "nul\x00"),
    ],
)
def test_bytes_of_any_terminal_become_text(data, text):
    assert decoded(data) == text


def test_a_character_that_comes_in_two_pieces_is_one():
    pieces = decoder()
    data = "grün €".encode()
    assert "".join(pieces.decode(bytes([one])) for one in data) == "grün €"


def test_a_word_of_a_device_is_kept_printable_and_short():
    assert told("r1\x00\x1b[31m\n" + "x" * 300) == "r1[31m" + "x" * 241


def test_a_line_is_read_as_a_person_reads_it():
    assert visible(" --More-- \x08\x08\x1b[Kenable secret x") == "enable secret x"
    assert visible("a --More-- b", gap=" ") == "a b"
