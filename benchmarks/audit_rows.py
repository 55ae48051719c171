"""Audit records by the hundred thousand, written as the platform writes them, but in bulk."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg

from core.evidence.tree import leaf_hash

BEGIN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ACTIONS = ("device.collected", "change.approved", "finding.recorded", "schedule.fired")
COLUMNS = (
    "record_id, recorded_at, actor_id, actor_identity, action, subject_type, subject_id,"
    " subject_label, change_id, facts, canonical, digest"
)
Columns = tuple[
    UUID, datetime, int | None, bytes, str, str, str, str, int | None, str, bytes, bytes
]


def copied(connection: psycopg.Connection, number: int) -> None:
    """Insert so many records, committed every hundred thousand."""
    for start in range(0, number, 100_000):
        with connection.cursor() as cursor, cursor.copy(
            f"COPY audit_record ({COLUMNS}) FROM STDIN"
        ) as copy:  # fmt: skip
            for row in _rows(start, min(start + 100_000, number)):
                copy.write_row(row)
        connection.commit()


def _rows(start: int, stop: int) -> Iterator[Columns]:
    for number in range(start, stop):
        yield columns_of(number)


def columns_of(number: int) -> Columns:
    """A record of about 1,200 bytes with the facts of a usual one."""
    identity, at = UUID(int=number + 1), BEGIN + timedelta(milliseconds=10 * number)
    facts = {
        "digest": leaf_hash(b"%d" % number).hex(), "note": "as agreed in the window",
        "device": number % 10_000, "outcome": "succeeded", "checks": ["reachable", "neighbours"],
        "before": leaf_hash(b"b%d" % number).hex(), "after": leaf_hash(b"a%d" % number).hex(),
    }  # fmt: skip
    action, person, device = ACTIONS[number % len(ACTIONS)], number % 50, number % 10_000
    change, name = number % 1000 if number % 4 == 1 else None, leaf_hash(b"p%d" % person)
    before, after = leaf_hash(b"s%d" % device).hex(), leaf_hash(b"s%d" % number).hex()
    told = {
        "format": 2, "record_id": str(identity),
        "recorded_at": at.isoformat(timespec="microseconds"),
        "actor": {"kind": "person", "id": person, "identity": name.hex(), "name": None},
        "acting_for": {
            "permission": "change.approve", "post": {"id": 7, "title": "network engineer"},
            "unit": {"id": 3, "code": "berlin"},
        },
        "state": {"before": before, "after": after}, "change": change, "execution": None,
        "origin": {"door": "rest", "address": "10.0.0.7", "request_id": f"r{number:032x}"},
        "action": action, "facts": facts,
        "subject": {"type": "device", "id": str(device), "label": f"edge-{device}"},
    }  # fmt: skip
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    return (
        identity, at, person, name, action, "device", str(device), f"edge-{device}", change,
        json.dumps(facts), canonical, leaf_hash(canonical),
    )  # fmt: skip
