"""Whether a record's bytes are what its columns call for, at first sight. Pure, and quick.

A million records are judged in seconds: what repeats from record to record is judged once and kept.
`columns.faults` decides where this says no.
"""

import re
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring as quoted

Columns = tuple[
    bytes, str, datetime, int | None, str | None, bytes | None, str, str, str, str, int | None,
    int | None,
]  # fmt: skip
"""Canonical bytes, record_id, recorded_at (UTC, without its zone, which is read quicker), the
actor's id, name and identity, action, the subject's type, id and label, change, execution."""

_TEXT = rb'"[ !#-\[\]-~\x80-\xff]*"'  # that JSON writes as it is
_ACTING_FOR = re.compile(
    rb'\{"acting_for":(?:null|\{"permission":"[a-z._]+","post":\{"id":[0-9]+,"title":%b\},'
    rb'"unit":\{"code":%b,"id":[0-9]+\}\})' % (_TEXT, _TEXT)
)
_HASH = rb'(?:null|"[0-9a-f]{64}")'
_STATE = rb',"state":(?:null|\{"after":%b,"before":%b\})' % (_HASH, _HASH)
_REST = (
    rb'\},"format":%d,"origin":\{"address":(?:null|%b),"door":"[a-z]+","request_id":(?:null|%b)\},'
    rb'"record_id":"([0-9a-f-]{36})",'
    rb'"recorded_at":"([0-9-]{10}T[0-9:]{8}\.[0-9]{6})\+00:00"%b'
)
_OLD = re.compile(_REST % (1, _TEXT, _TEXT, b""))
_NEW = re.compile(_REST % (2, _TEXT, _TEXT, _STATE))
"""What follows a record's facts up to its subject, in both formats."""
_FACTS, _ORIGIN = b',"facts":{', b',"origin":{"address":'
_FORM = len(b'},"format":2')
KEPT = 20_000


def is_likely(row: Columns) -> bool:
    """Whether the canonical bytes are what these columns call for, but for the facts.

    Those are the bytes from behind the first `"facts":` to before the `,"format":` of the first
    `,"origin":{"address":`, which is certain when this says yes. Members without a column, such as
    the origin, have to be of their form, in characters that JSON writes as they are. False says
    nothing yet.
    """
    canonical, record_id, at, actor_id, name, identity, action, type_, id_, label, change, run = row
    back, begin = _end(type_, id_, label), canonical.find(_FACTS)
    stop, end = canonical.find(_ORIGIN, begin) - _FORM, len(canonical) - len(back)
    if not (0 < begin < stop < end and canonical.endswith(back)):
        return False
    if _is_begin(canonical[:begin], action, actor_id, name, identity, change, run):
        rest = _NEW.fullmatch(canonical, stop, end)
    elif name is None or (identity, change, run) != (None, None, None):
        return False
    else:
        old = _is_old_begin(canonical[:begin], action, actor_id, name)
        rest = _OLD.fullmatch(canonical, stop, end) if old else None
    return rest is not None and rest[1] == record_id.encode() and _moment(rest[2]) == at


def _moment(told: bytes) -> datetime | None:
    """The time that is written so; in the one form that the expression lets through."""
    try:
        return datetime.fromisoformat(told.decode())
    except ValueError:
        return None


@lru_cache(maxsize=KEPT)
def _is_begin(
    front: bytes, action: str, actor_id: int | None, name: str | None, identity: bytes | None,
    change: int | None, run: int | None,
) -> bool:  # fmt: skip
    """Whether a record of format 2 begins like this, up to its facts."""
    shown = "null" if identity is None else f'"{identity.hex()}"'
    told = (
        f',"action":{quoted(action)},"actor":{{"id":{_number(actor_id)},"identity":{shown},'
        f'"kind":"{_kind(actor_id)}","name":{"null" if name is None else quoted(name)}}},'
        f'"change":{_number(change)},"execution":{_number(run)}'
    )
    acting = _ACTING_FOR.match(front)
    return acting is not None and front[acting.end() :] == told.encode("utf-8", "replace")


@lru_cache(maxsize=KEPT)
def _is_old_begin(front: bytes, action: str, actor_id: int | None, name: str) -> bool:
    told = (
        f'{{"action":{quoted(action)},"actor":{{"id":{_number(actor_id)},'
        f'"kind":"{_kind(actor_id)}","name":{quoted(name)}}}'
    )
    return front == told.encode("utf-8", "replace")


@lru_cache(maxsize=KEPT)
def _end(type_: str, id_: str, label: str) -> bytes:
    told = f',"subject":{{"id":{quoted(id_)},"label":{quoted(label)},"type":{quoted(type_)}}}}}'
    return told.encode("utf-8", "replace")


def _kind(actor_id: int | None) -> str:
    return "platform" if actor_id is None else "person"


def _number(value: int | None) -> str:
    return "null" if value is None else str(value)
