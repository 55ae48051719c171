"""What a witness signed for a head, read and judged. Pure: no database, no network, no clock."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.evidence.breaks import Kind
from core.evidence.statements import WitnessStatement, is_signed, key_id_of

MOST = 4096
"""Characters of a countersignature; it has some six hundred."""
MALFORMED = (ValueError, KeyError, TypeError, OverflowError, RecursionError)
"""What reading text that is no countersignature ends in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsound:
    """Why a countersignature is none, for the end of a sentence about it."""

    kind: Kind
    what: str


def judged(
    receipt: str, *, log: str, size: int, named: Collection[str]
) -> WitnessStatement | Unsound:
    """What a countersignature says of this log's head, if it is sound.

    It has to be signed by the key that it names, and that key has to be one of those `named`, where
    any are. The root is not looked at.
    """
    try:
        told = _parts(receipt)
        statement = _statement(told)
        signature, public = bytes.fromhex(told["signature"]), bytes.fromhex(told["public_key"])
        signed = is_signed(statement.canonical, signature, public)
    except MALFORMED:
        return Unsound(kind="altered", what="is none")
    key = statement.key_id
    if key != key_id_of(public) or not signed:
        return Unsound(kind="wrong_signature", what="is not signed by the key that it names")
    if (statement.log, statement.size) != (log, size):
        what = f"is for {statement.size} records of the log {statement.log[:16]}"
        return Unsound(kind="altered", what=what)
    if named and key not in named:
        what = f"is signed by the key {key}, which TRIMTAB_AUDIT_WITNESS_KEY does not name"
        return Unsound(kind="wrong_signature", what=what)
    return statement


def _parts(receipt: str) -> Mapping[str, str]:
    if len(receipt) > MOST:
        raise ValueError("too long")
    told: Mapping[str, str] = json.loads(receipt)
    return told


def _statement(told: Mapping[str, str]) -> WitnessStatement:
    return WitnessStatement(
        log=str(told["log"]), size=int(told["size"]), root=bytes.fromhex(told["root"]),
        witness=str(told["witness"]), key_id=str(told["key"]),
        witnessed_at=datetime.fromisoformat(told["witnessed_at"]),
    )  # fmt: skip
