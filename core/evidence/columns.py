"""Whether the columns of an audit record say what its canonical form says. Reads only.

Each member is looked at by itself, slowly; `likeness` judges most records before that.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC

import rfc8785

from core.audit import AuditRecord, Fact
from core.evidence.tree import leaf_hash

LARGEST_INTEGER = 2**53 - 1  # RFC 8785, appendix D


def faults(row: AuditRecord) -> Iterator[str]:
    """What is wrong with a record in itself, wherever it stands."""
    if leaf_hash(row.canonical) != row.digest:
        yield "digest does not match the canonical record"
        return
    told = _read(row.canonical)
    if told is None:
        yield "canonical record is not in the format of audit records"
        return
    form = told["format"]
    for name, column in COLUMNS.items():
        if _canonical(told.get(name)) != _canonical(column(row, form)):
            yield f"column {name} differs from the canonical record"


def _read(canonical: bytes) -> Mapping[str, Fact] | None:
    """The record's members; None unless these bytes are the one form of a whole record."""
    try:
        told = json.loads(canonical)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or told.keys() != _members(told):
        return None
    return told if _canonical(told) == canonical else None


def _members(told: Mapping[str, Fact]) -> frozenset[str]:
    """The names of what a record of its format tells; a format that is none has one more."""
    form = told.get("format")
    return _MEMBERS.get(form, _NEVER) if type(form) is int else _NEVER


def _actor(row: AuditRecord, form: Fact) -> Fact:
    told: dict[str, Fact] = {
        "kind": "platform" if row.actor_id is None else "person", "id": row.actor_id,
        "name": row.named,
    }  # fmt: skip
    if form != 1 or row.actor_identity is not None:
        told["identity"] = row.actor_identity.hex() if row.actor_identity is not None else None
    return told


COLUMNS: Mapping[str, Callable[[AuditRecord, Fact], Fact]] = {
    "record_id": lambda row, _: str(row.record_id),
    "recorded_at": lambda row, _: row.recorded_at.astimezone(UTC).isoformat(
        timespec="microseconds"
    ),
    "action": lambda row, _: row.action,
    "facts": lambda row, _: row.facts,
    "actor": _actor,
    "subject": lambda row, _: {
        "type": row.subject_type, "id": row.subject_id, "label": row.subject_label,
    },
    "change": lambda row, _: row.change_id,
    "execution": lambda row, _: row.execution_id,
}  # fmt: skip
"""What each member of the canonical form says again in the columns."""

_OLD = frozenset(
    {"format", "record_id", "recorded_at", "actor", "origin", "action", "subject", "facts"}
)
_NEVER = _OLD | {""}
_MEMBERS: Mapping[int, frozenset[str]] = {
    1: _OLD, 2: _OLD | {"acting_for", "state", "change", "execution"},
}  # fmt: skip


def _canonical(value: Fact) -> bytes | None:
    """RFC 8785 bytes; None for what has none, such as a number that no record can hold."""
    try:
        return rfc8785.dumps(_as_json_numbers(value))
    except (rfc8785.CanonicalizationError, OverflowError, RecursionError):
        return None


def _as_json_numbers(value: Fact) -> Fact:
    """JSONB spells 1e21 as an integer, which RFC 8785 (section 3.2.2.3) holds as a double."""
    if isinstance(value, Mapping):
        return {name: _as_json_numbers(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_as_json_numbers(one) for one in value]
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        return float(value)
    return value
