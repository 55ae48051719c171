"""Whether the columns of an audit record say what its canonical form says. Reads only.

Most records are judged by writing down the bytes that their columns call for; whatever differs from
that is looked at member by member, slowly.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from typing import NamedTuple

import rfc8785

from core.audit import FORMAT, AuditRecord, Fact
from core.evidence.tree import leaf_hash

LARGEST_INTEGER = 2**53 - 1  # RFC 8785, appendix D

_ORIGIN = re.compile(
    rb'"address":(?:null|"[ !#-\[\]-~]*"),"door":"[a-z]+","request_id":(?:null|"[ !#-\[\]-~]*")'
)
_BETWEEN = b',"format":%d,"origin":{' % FORMAT
KEPT = 10_000


class Columns(NamedTuple):
    """The columns of a record as verification reads them, but its facts."""

    canonical: bytes
    record_id: str
    recorded_at: datetime
    actor_id: int | None
    actor_name: str
    action: str
    subject_type: str
    subject_id: str
    subject_label: str


def is_likely(row: Columns) -> bool:
    """Whether the canonical bytes are what these columns call for, at first sight.

    The facts are not looked at, and the origin has no columns: it has to be one, in printable
    characters. False says nothing yet; `faults` decides.
    """
    canonical, record_id, recorded_at, actor_id, actor_name, action, type_, id_, label = row
    begin = _begin(action, actor_id, actor_name)
    at = recorded_at.astimezone(UTC).isoformat(timespec="microseconds")
    end = b'},"record_id":"%b","recorded_at":"%b",%b' % (
        record_id.encode(), at.encode(), _end(type_, id_, label)
    )  # fmt: skip
    if not (canonical.startswith(begin) and canonical.endswith(end)):
        return False
    stop = canonical.rfind(_BETWEEN, len(begin), -len(end))
    start = stop + len(_BETWEEN)
    return stop > 0 and _ORIGIN.fullmatch(canonical, start, len(canonical) - len(end)) is not None


@lru_cache(maxsize=KEPT)
def _begin(action: str, actor_id: int | None, actor_name: str) -> bytes:
    kind, person = ("platform", "null") if actor_id is None else ("person", actor_id)
    return (
        f'{{"action":{quoted(action)},"actor":{{"id":{person},"kind":"{kind}",'
        f'"name":{quoted(actor_name)}}},"facts":{{'
    ).encode()


@lru_cache(maxsize=KEPT)
def _end(type_: str, id_: str, label: str) -> bytes:
    return (
        f'"subject":{{"id":{quoted(id_)},"label":{quoted(label)},"type":{quoted(type_)}}}}}'
    ).encode()


def faults(row: AuditRecord) -> Iterator[str]:
    """What is wrong with a record in itself, wherever it stands."""
    if leaf_hash(row.canonical) != row.digest:
        yield "digest does not match the canonical record"
        return
    told = _read(row.canonical)
    if told is None:
        yield "canonical record is not in the format of audit records"
        return
    for name, column in COLUMNS.items():
        if _canonical(told[name]) != _canonical(column(row)):
            yield f"column {name} differs from the canonical record"


def _read(canonical: bytes) -> Mapping[str, Fact] | None:
    """The record's members; None unless these bytes are the one form of a whole record."""
    try:
        told = json.loads(canonical)
    except ValueError:
        return None
    if not isinstance(told, dict) or set(told) != {"format", "origin", *COLUMNS}:
        return None
    return told if told["format"] == FORMAT and _canonical(told) == canonical else None


COLUMNS: Mapping[str, Callable[[AuditRecord], Fact]] = {
    "record_id": lambda row: str(row.record_id),
    "recorded_at": lambda row: row.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
    "action": lambda row: row.action,
    "facts": lambda row: row.facts,
    "actor": lambda row: {
        "kind": "platform" if row.actor_id is None else "person",
        "id": row.actor_id,
        "name": row.actor_name,
    },
    "subject": lambda row: {
        "type": row.subject_type, "id": row.subject_id, "label": row.subject_label,
    },
}  # fmt: skip
"""What each member of the canonical form says again in the columns."""


def _canonical(value: Fact) -> bytes | None:
    """RFC 8785 bytes; None for what has none, such as a number that no record can hold."""
    try:
        return rfc8785.dumps(_as_json_numbers(value))
    except (rfc8785.CanonicalizationError, OverflowError):
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
