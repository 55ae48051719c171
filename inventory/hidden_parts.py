"""What the marks of a redacted text hide, and the commitment to it. Pure; keeps no secret.

A redacted text is plain parts with marks between them. Each part has a leaf: SHA-256 of 0x00 and
the plain part's UTF-8, or of 0x01, a salt of 32 bytes and the hidden part's UTF-8. The commitment
is SHA-256 of `trimtab redaction/1`, a line feed and all leaves in order: who has the redacted text
and the hidden parts' leaves computes it anew, and who is told one salt can try its hidden part.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from inventory.redaction import MARK, mark

HEADING = b"trimtab redaction/1\n"
LEAF_BYTES = 32  # SHA-256
TRIED = 64  # ends of a hidden part that are tried until one fits its mark
REACH = 10_000  # characters within which an end is looked for again


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """A commitment to a text as its device showed it, and the hidden parts' leaves in order."""

    commitment: bytes
    secrets: tuple[bytes, ...]


def hidden_parts(original: str, redacted: str, *, key: bytes) -> tuple[str, ...] | None:
    """What stands in the original in each mark's place, in order; None where the two do not fit.

    The plain parts and these between them are the original. `key` is the one that marks are made
    with; it tells which of several places a hidden part ends at. Where none fits its mark, as for
    a mark that took in another one, it ends at the first place that goes on like the redacted text.
    """
    plain, marks = MARK.split(redacted), MARK.findall(redacted)
    if not marks:
        return () if original == redacted else None
    end = len(original) - len(plain[-1])
    at = len(plain[0])
    if end < at or not (original.startswith(plain[0]) and original.endswith(plain[-1])):
        return None
    found = list[str]()
    for marked, after in zip(marks[:-1], plain[1:-1], strict=True):
        stop = _end(original, at, end, marked, after, key)
        if stop is None:
            return None
        found.append(original[at:stop])
        at = stop + len(after)
    return (*found, original[at:end])


def _end(original: str, at: int, end: int, marked: str, after: str, key: bytes) -> int | None:
    """Where the hidden part that begins at `at` ends: before `after`, best where it fits its mark.

    A mark that the device itself showed hides nothing but itself.
    """
    if original.startswith(marked + after, at, end):
        return at + len(marked)
    first = found = original.find(after, at, end)
    for _ in range(TRIED):
        if found < 0:
            break
        if mark(original[at:found], key) == marked:
            return found
        found = original.find(after, found + 1, min(end, at + REACH + len(after)))
    return None if first < 0 else first


def committed(
    redacted: str, hidden: Sequence[str], *, digest: bytes, key: bytes
) -> Redaction:  # fmt: skip
    """The commitment to a text of that digest; `key` is the one that salts are made with."""
    plain = [hashlib.sha256(b"\x00" + part.encode()).digest() for part in MARK.split(redacted)]
    secrets = [
        leaf(salt(key, digest=digest, number=number, secret=secret), secret)
        for number, secret in enumerate(hidden, 1)
    ]
    made = hashlib.sha256(HEADING)
    for shown, kept in zip_longest(plain, secrets, fillvalue=b""):
        made.update(shown + kept)
    return Redaction(commitment=made.digest(), secrets=tuple(secrets))


def salt(key: bytes, *, digest: bytes, number: int, secret: str) -> bytes:
    """The 32 bytes that hide the hidden part of that number, counted from 1.

    The secret is part of it: where two had the same mark, the salt of one tells nothing of the
    other.
    """
    return hmac.digest(key, digest + number.to_bytes(8) + secret.encode(), "sha256")


def leaf(salted: bytes, secret: str) -> bytes:
    """The leaf of a hidden part."""
    return hashlib.sha256(b"\x01" + salted + secret.encode()).digest()
