"""No record holds a person's name: every record that a test makes is looked at."""

import json
import re
from collections.abc import Iterator

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from core.audit import AuditRecord
from core.database import GuardedSession

FREE = frozenset(
    {"reason", "note", "body", "title", "outcome", "detail", "problem", "root_cause", "workaround"}
)
"""Facts in which people write what they like; docs/personal-data.md says so."""
OWN = frozenset({"acting_for", "action", "origin", "record_id", "recorded_at", "state"})
"""Members that the platform fills with its own: posts, units, addresses."""
NAMES = text("SELECT username, name FROM person")


@event.listens_for(GuardedSession, "before_flush")
def _look(session: Session, _flush: object, _instances: object) -> None:
    records = [
        row for row in session.new
        if isinstance(row, AuditRecord) and b'"format":1,"origin"' not in row.canonical
    ]  # fmt: skip
    if not records:
        return
    names = {name for row in session.connection().execute(NAMES) for name in row}
    for record in records:
        found = names & named_in(record, names)
        assert not found, f"{record.action} names {found}: {record.canonical.decode()}"


def named_in(record: AuditRecord, names: set[str]) -> set[str]:
    """Those names that the record holds as words; only what is free text may."""
    told = json.loads(record.canonical)
    if record.subject_type == "credential":
        told["facts"].pop("username", None)  # a login of devices, which may be called like a person
    said = "\n".join(_texts({name: one for name, one in told.items() if name not in OWN}))
    return {
        name for name in names
        if name in said and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", said)
    }  # fmt: skip


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield name
            if name not in FREE:
                yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
