"""What is signed, byte by byte, as RFC 8785 JSON. Pure: no database, no clock.

Hashes, keys and signatures are lower-case hexadecimal; a key's id is the SHA-256 of its 32 bytes;
the log's name is the id of its first key. Signatures are Ed25519 (RFC 8032).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadStatement:
    """That the log had this many records, and with them this root, at that time."""

    log: str
    size: int
    previous: int
    root: bytes
    sealed_at: datetime
    key_id: str

    @property
    def canonical(self) -> bytes:
        return rfc8785.dumps(
            {
                "format": FORMAT,
                "what": "trimtab tree head",
                "log": self.log,
                "size": self.size,
                "previous": self.previous,
                "root": self.root.hex(),
                "sealed_at": moment(self.sealed_at),
                "key": self.key_id,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStatement:
    """That a key signs the heads of more than `from_size` records, after the one before it."""

    log: str
    key_id: str
    public_key: bytes
    number: int
    from_size: int
    made_at: datetime
    previous_id: str | None

    @property
    def canonical(self) -> bytes:
        return rfc8785.dumps(
            {
                "format": FORMAT,
                "what": "trimtab log key",
                "log": self.log,
                "key": self.key_id,
                "public_key": self.public_key.hex(),
                "number": self.number,
                "from_size": self.from_size,
                "made_at": moment(self.made_at),
                "previous": self.previous_id,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessStatement:
    """That a witness saw this head of a log, and that it continues all that it saw before."""

    log: str
    size: int
    root: bytes
    witness: str
    key_id: str
    witnessed_at: datetime

    @property
    def canonical(self) -> bytes:
        return rfc8785.dumps(
            {
                "format": FORMAT,
                "what": "trimtab witness",
                "log": self.log,
                "size": self.size,
                "root": self.root.hex(),
                "witness": self.witness,
                "key": self.key_id,
                "witnessed_at": moment(self.witnessed_at),
            }
        )


def moment(at: datetime) -> str:
    """A time as it is signed: UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def key_id_of(public_key: bytes) -> str:
    return sha256(public_key).hexdigest()


def is_signed(statement: bytes, signature: bytes, public_key: bytes) -> bool:
    """Whether the key made the signature; a key that is none made nothing."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, statement)
    except (InvalidSignature, ValueError):
        return False
    return True
