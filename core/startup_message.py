"""The first words of PostgreSQL's protocol (its manual, chapter 54.2 and 54.7). Pure."""

import struct
from collections.abc import Mapping

LENGTH = struct.Struct("!I")
REQUEST = struct.Struct("!II")
SSL_REQUEST = REQUEST.pack(8, 80877103)
GSS_REQUEST = REQUEST.pack(8, 80877104)
CANCEL = 80877102
PROTOCOL = 3  # the major version
SMALLEST, LARGEST = 8, 10_000  # bytes of a first message (MAX_STARTUP_PACKET_LENGTH)
NO_ENTRY = "28000"  # invalid_authorization_specification
TOO_MANY = "53300"  # too_many_connections
BROKEN = "08P01"  # protocol_violation


def length_of(head: bytes) -> int | None:
    """How long the message is that begins with these four bytes; None where it cannot be one."""
    length: int = LENGTH.unpack(head)[0]
    return length if SMALLEST <= length <= LARGEST else None


def is_cancel(message: bytes) -> bool:
    """Whether it asks to end a query, which it proves its right to with a secret of its own."""
    return int.from_bytes(message[4:8]) == CANCEL


def parameters(message: bytes) -> Mapping[str, str] | None:
    """The parameters that a session begins with, None of anything else than such a message."""
    if len(message) < SMALLEST or int.from_bytes(message[4:6]) != PROTOCOL:
        return None
    words = message[8:].split(b"\0")
    if len(words) < 2 or words[-2:] != [b"", b""] or len(words) % 2:
        return None
    try:
        told = [word.decode() for word in words[:-2]]
    except UnicodeDecodeError:
        return None
    return dict(zip(told[::2], told[1::2], strict=True))


def refusal(code: str, message: str) -> bytes:
    """An error as the server tells it before a session began."""
    fields = {"S": "FATAL", "V": "FATAL", "C": code, "M": message}
    body = b"".join(f"{key}{value}".encode() + b"\0" for key, value in fields.items()) + b"\0"
    return b"E" + LENGTH.pack(len(body) + LENGTH.size) + body
