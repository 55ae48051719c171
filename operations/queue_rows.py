"""What the database role of a far worker sees: row-level security, laid after every upgrade.

The owner of the tables is not concerned: PostgreSQL applies policies to everybody else only, and
roles without grants reach nothing. All follows from `session_user`, which `SET ROLE` leaves alone.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from operations.queue_functions import FUNCTIONS

DEVICE = "far_device(device_id)"
COLLECTED = (
    "model", "serial", "os_version", "attempted_at", "outcome", "outcome_detail", "failures",
    "rests_until",
)  # fmt: skip
"""What a collection writes of a device; the rest of it is the central platform's."""
READ, ADD = ("SELECT",), ("SELECT", "INSERT")
WRITE, ALL = (*ADD, "UPDATE"), (*ADD, "UPDATE", "DELETE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One table: the rows that a far role sees, those that it may write, and how.

    `writes` None is the same as `sees`, `checks` None the same as `writes`; `sees` None opens all
    rows. Grants may name columns.
    """

    table: str
    sees: str | None
    grants: Sequence[str]
    writes: str | None = None
    checks: str | None = None


def _of(tables: Sequence[str], sees: str | None, grants: Sequence[str]) -> tuple[Rows, ...]:
    return tuple(Rows(table=table, sees=sees, grants=grants) for table in tables)


ROWS: tuple[Rows, ...] = (
    *_of(("alembic_version", "policy", "policy_version", "clause", "post"), None, READ),
    *_of(("standard_change", "standard_vote"), None, READ),
    *_of(("rule_set",), None, ADD),
    *_of(("baseline", "expected_facts"), DEVICE, READ),
    *_of(("original", "redaction_commitment", "verification", "gate_result"), DEVICE, ADD),
    *_of(
        ("host_key", "snapshot", "device_report", "finding", "judged", "standing", "change_target"),
        DEVICE, WRITE,
    ),
    *_of(("relation",), DEVICE, ALL),
    *_of(("credential",), "far_credential(id)", READ),
    *_of(("secret",), "far_secret(name)", READ),
    *_of(("site",), "far_site(id)", READ),
    *_of(
        ("unit",), "id IN (SELECT far_units()) OR id IN (SELECT far_units_above())", READ
    ),
    Rows(
        table="device", sees="far_device(id)",
        grants=("SELECT", f"UPDATE ({', '.join(COLLECTED)})"),
    ),
    *_of(("content",), "far_keyframe(keyframe_id) OR far_text(digest)", WRITE),
    *_of(("keyframe",), "far_keyframe(id)", (*ADD, "UPDATE (id)")),  # to lock it, never to change
    *_of(("delta_set",), "far_keyframe(keyframe_id)", WRITE),
    *_of(("observed_facts",), "far_facts(id)", ADD),
    *_of(("removed_text",), "far_text(digest)", ("SELECT", "DELETE")),
    *_of(
        ("zstd_dictionary",),
        "CASE WHEN unit_id IN (SELECT far_units()) THEN true ELSE far_dictionary(id) END", READ,
    ),
    *_of(("event",), f"{DEVICE} OR far_site_event(fingerprint)", WRITE),
    Rows(
        table="noise_mask", sees="far_mask(id)", writes="unit_id IN (SELECT far_units())",
        grants=WRITE,
    ),
    *_of(("noise_approval",), "far_mask(mask_id)", READ),
    *_of(("scan", "queue_worker"), "database_role = session_user", ALL),
    *_of(("worker_queue",), "role_name = session_user", READ),
    Rows(
        table="change_request", sees="far_touched(id)", writes="far_change(id)",
        grants=("SELECT", "UPDATE (state, outcome, closed_at)"),
    ),
    *_of(
        ("approval",), "far_change(change_id)", ("SELECT", "UPDATE (voided_at, void_reason)")
    ),
    *_of(
        ("break_glass",), "far_change(change_id)", ("SELECT", "UPDATE (ended_at, end_reason)")
    ),
    *_of(("change_run",), "far_change(change_id)", WRITE),
    *_of(("freeze_exception",), "far_change(change_id)", READ),
    *_of(
        ("change_freeze",),
        "far_site(site_id) OR (site_id IS NULL AND coalesce(unit_id IN"
        " (SELECT far_units() UNION SELECT far_units_above()), true))", READ,
    ),
    *_of(("execution_event",), "far_run(run_id)", ADD),
    *_of(
        ("person",), "far_person(id)",
        ("SELECT (id, username, name, email, active, created_at)",),
    ),
    *_of(("post_holding",), "far_person(person_id)", READ),
    Rows(
        table="audit_record", sees="true", writes="actor_id IS NULL",  # in no person's name
        grants=("INSERT", "SELECT (id)"),
    ),
    Rows(
        table="procrastinate_jobs",
        sees="queue_name = (SELECT far_queue()) OR trimtab_role = session_user",
        writes="queue_name = (SELECT far_queue())",
        checks="queue_name = (SELECT far_queue())"
        " OR (queue_name, task_name, status) = ('default', 'operations.notify', 'todo')",
        grants=WRITE,
    ),
    *_of(
        ("procrastinate_events",),
        "EXISTS (SELECT FROM procrastinate_jobs job WHERE job.id = job_id)", ADD,
    ),
    *_of(("procrastinate_workers",), "trimtab_role = session_user", ALL),
)  # fmt: skip
"""Every table that a far worker has to do with; all others are closed to it."""

INDEXES = (
    "snapshot USING hash (digest)",
    "baseline USING hash (digest)",
    "snapshot (facts_id)",
    "keyframe (dictionary_id)",
)
"""What the policies look up; made with the first role, so that others need not pay for them."""

_MARK = text("SELECT obj_description(to_regprocedure('far_queue()'))")
_ROLES = text("SELECT role_name FROM worker_queue WHERE role_name IS NOT NULL ORDER BY role_name")
_SEQUENCES = text("""
SELECT pg_get_serial_sequence(CAST(:table AS text), attname) FROM pg_attribute
WHERE attrelid = to_regclass(:table) AND attnum > 0 AND NOT attisdropped
  AND pg_get_serial_sequence(CAST(:table AS text), attname) IS NOT NULL
""")


def lay(connection: Connection) -> None:
    """Lay functions, policies and the roles' grants, unless these very ones are there already."""
    statements = [FUNCTIONS, *(_policies(rows) for rows in ROWS)]
    mark = hashlib.sha256("\n".join([*statements, repr(ROWS)]).encode()).hexdigest()
    if connection.scalar(_MARK) == mark:
        return
    for statement in statements:
        connection.exec_driver_sql(statement)
    for role in connection.scalars(_ROLES).all():
        grant(connection, role)
    connection.exec_driver_sql(f"COMMENT ON FUNCTION far_queue() IS '{mark}'")


def grant(connection: Connection, role: str) -> None:
    """Give the role what it needs, and nothing that an earlier version gave."""
    name = quoted(role)
    for number, columns in enumerate(INDEXES, start=1):
        connection.exec_driver_sql(f"CREATE INDEX IF NOT EXISTS ix_far_{number} ON {columns}")
    connection.exec_driver_sql(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}")
    for rows in ROWS:
        connection.exec_driver_sql(f"GRANT {', '.join(rows.grants)} ON {rows.table} TO {name}")
        if "INSERT" in rows.grants:
            for sequence in connection.scalars(_SEQUENCES, {"table": rows.table}).all():
                connection.exec_driver_sql(f"GRANT USAGE ON SEQUENCE {sequence} TO {name}")


def quoted(name: str) -> str:
    """A name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def _policies(rows: Rows) -> str:
    if rows.sees is None:
        return f"ALTER TABLE {rows.table} DISABLE ROW LEVEL SECURITY"
    writes = rows.writes or rows.sees
    return f"""
ALTER TABLE {rows.table} ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS far_sees ON {rows.table};
DROP POLICY IF EXISTS far_writes ON {rows.table};
CREATE POLICY far_sees ON {rows.table} FOR SELECT USING ({rows.sees});
CREATE POLICY far_writes ON {rows.table} USING ({writes}) WITH CHECK ({rows.checks or writes})
"""
