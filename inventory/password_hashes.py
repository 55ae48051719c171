"""Hashes of passwords, made as devices make them: so it is known what they will show. Pure.

Cisco's type 8 is PBKDF2-SHA-256 with 20,000 rounds, type 9 scrypt (N 16384, r 1, p 1), both in an
alphabet of their own over base64. What begins with `$5$` and `$6$` is SHA-crypt (Ulrich Drepper,
"Unix crypt using SHA-256 and SHA-512", 2007) with 5,000 rounds.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, get_args

Kind = Literal["cisco_8", "cisco_9", "sha256_crypt", "sha512_crypt"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
USUAL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
SALT = 14  # characters: Cisco's length, and within SHA-crypt's 16
ROUNDS = 5000


def salt_of(seed: bytes) -> str:
    """A salt that is always the same for the same seed, of which 14 bytes are needed."""
    return "".join(ALPHABET[one % len(ALPHABET)] for one in seed[:SALT])


def hashed(password: str, kind: Kind, salt: str) -> str:
    """The password as a device shows it, with the mark of its kind and the salt."""
    return MAKERS[kind](password.encode(), salt.encode())


def _cisco(mark: str, make: Callable[[bytes, bytes], bytes], password: bytes, salt: bytes) -> str:
    plain = base64.b64encode(make(password, salt)).decode().rstrip("=")
    return f"${mark}${salt.decode()}${plain.translate(str.maketrans(USUAL, ALPHABET))}"


def _pbkdf2(password: bytes, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password, salt, 20_000, 32)


def _scrypt(password: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(password, salt=salt, n=16_384, r=1, p=1, dklen=32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sha:
    """One of the two SHA-crypts: its mark, digest, and the order in which its bytes are written."""

    mark: str
    name: str
    order: Sequence[Sequence[int]]
    last: Sequence[int]


def _order(turns: int, step: int, first: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """Triples of byte numbers; each is the one before, turned by one place and counted up."""
    triples, now = [], tuple(first)
    for _ in range(turns):
        triples.append(now)
        now = tuple(one + 1 for one in (now[step:] + now[:step]))
    return tuple(triples)


SHA256 = Sha(mark="5", name="sha256", order=_order(10, 2, (0, 10, 20)), last=(31, 30))
SHA512 = Sha(mark="6", name="sha512", order=_order(21, 1, (0, 21, 42)), last=(63,))


def _sha_crypt(sha: Sha, password: bytes, salt: bytes) -> str:
    """Steps 1 to 22 of the specification."""
    digest = partial(hashlib.new, sha.name)
    other = digest(password + salt + password).digest()
    start = password + salt + _filled(other, len(password))
    bits = len(password)
    while bits:
        start += other if bits & 1 else password
        bits >>= 1
    now = digest(start).digest()
    by_password = _filled(digest(password * len(password)).digest(), len(password))
    by_salt = _filled(digest(salt * (16 + now[0])).digest(), len(salt))
    for turn in range(ROUNDS):
        odd = turn & 1
        text = by_password if odd else now
        text += by_salt if turn % 3 else b""
        text += by_password if turn % 7 else b""
        text += now if odd else by_password
        now = digest(text).digest()
    return f"${sha.mark}${salt.decode()}${_written(now, sha)}"


def _filled(block: bytes, length: int) -> bytes:
    return (block * (length // len(block) + 1))[:length]


def _written(digest: bytes, sha: Sha) -> str:
    triples = [digest[a] << 16 | digest[b] << 8 | digest[c] for a, b, c in sha.order]
    text = "".join(_letters(one, 4) for one in triples)
    rest = sum(digest[at] << 8 * place for place, at in enumerate(reversed(sha.last)))
    return text + _letters(rest, len(sha.last) + 1)


def _letters(value: int, count: int) -> str:
    """So many characters of six bits each, the lowest first."""
    return "".join(ALPHABET[value >> shift & 63] for shift in range(0, 6 * count, 6))


MAKERS: Mapping[Kind, Callable[[bytes, bytes], str]] = {
    "cisco_8": partial(_cisco, "8", _pbkdf2),
    "cisco_9": partial(_cisco, "9", _scrypt),
    "sha256_crypt": partial(_sha_crypt, SHA256),
    "sha512_crypt": partial(_sha_crypt, SHA512),
}
