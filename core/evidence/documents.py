"""Heads, keys and proofs as the JSON that leaves the house. Reads no database.

An evidence document (`trimtab-evidence/1`) holds the log's name, its keys, signed heads, records
with their audit paths, and consistency proofs between heads; docs/evidence.md describes it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.audit import Fact
from core.errors import InvalidInput
from core.evidence.bundle import bundled
from core.evidence.models import Head, Key
from core.evidence.statements import HeadStatement, moment

FORMAT = "trimtab-evidence/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """A record, its place, and the path that leads from it to the root of a head."""

    position: int
    canonical: bytes
    size: int
    path: Sequence[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """The proof that the larger tree begins with the smaller one."""

    old: int
    new: int
    path: Sequence[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that a stranger needs to check what it tells."""

    keys: Sequence[Key]
    heads: Sequence[Head]
    records: Sequence[Proven] = field(default=())
    extensions: Sequence[Extension] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """A head as it was read from outside: what it says, and the signature that it came with."""

    statement: HeadStatement
    signature: bytes


def program() -> bytes:
    """The program that checks such documents and packs, as one file; it needs nothing of ours."""
    return bundled()


def document(evidence: Evidence) -> Mapping[str, Fact]:
    return {
        "format": FORMAT,
        "log": evidence.keys[0].id,
        "keys": [key_document(key) for key in evidence.keys],
        "heads": [head_document(head, log=evidence.keys[0].id) for head in evidence.heads],
        "records": [
            {
                "position": one.position, "record": one.canonical.decode(), "size": one.size,
                "path": [step.hex() for step in one.path],
            }
            for one in evidence.records
        ],
        "consistency": [
            {"from": one.old, "to": one.new, "path": [step.hex() for step in one.path]}
            for one in evidence.extensions
        ],
    }  # fmt: skip


def key_document(key: Key) -> Mapping[str, Fact]:
    return {
        "key": key.id, "public_key": key.public_key.hex(), "number": key.number,
        "from_size": key.from_size, "made_at": moment(key.made_at), "previous": key.previous_id,
        "signature": key.signature.hex(),
        "previous_signature": key.previous_signature.hex() if key.previous_signature else None,
    }  # fmt: skip


def head_document(head: Head, *, log: str) -> Mapping[str, Fact]:
    return {
        "log": log, "size": head.size, "previous": head.previous, "root": head.root.hex(),
        "sealed_at": moment(head.sealed_at), "key": head.key_id, "signature": head.signature.hex(),
    }  # fmt: skip


def read_key(told: Mapping[str, Fact]) -> Key:
    """The key in a document, its signatures not yet checked; InvalidInput where there is none."""
    try:
        before, signed = told["previous"], told["previous_signature"]
        return Key(
            id=str(told["key"]), public_key=bytes.fromhex(str(told["public_key"])),
            number=int(str(told["number"])), from_size=int(str(told["from_size"])),
            made_at=datetime.fromisoformat(str(told["made_at"])),
            previous_id=None if before is None else str(before),
            signature=bytes.fromhex(str(told["signature"])),
            previous_signature=None if signed is None else bytes.fromhex(str(signed)),
        )  # fmt: skip
    except (ValueError, KeyError) as error:
        raise InvalidInput("This is no key of an audit log.") from error


def head_line(head: Head, *, log: str) -> str:
    """A head on one line, as anchors keep it."""
    return json.dumps(head_document(head, log=log), separators=(",", ":"))


def read_head(line: str) -> SignedHead:
    """The head on such a line, its signature not yet checked; InvalidInput where there is none."""
    try:
        told = json.loads(line)
        return SignedHead(
            statement=HeadStatement(
                log=str(told["log"]), size=int(told["size"]), previous=int(told["previous"]),
                root=bytes.fromhex(told["root"]),
                sealed_at=datetime.fromisoformat(told["sealed_at"]), key_id=str(told["key"]),
            ),
            signature=bytes.fromhex(told["signature"]),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise InvalidInput("This is no signed tree head of an audit log.") from error
