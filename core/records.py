"""Read and verify audit records on behalf of a person. Writes none."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from core.audit import AuditRecord
from core.context import Context
from core.verify import Verification, verify_records


def list_records(
    ctx: Context, *, before: int | None = None, limit: int = 50, action: str | None = None,
    actor: str | None = None, subject_type: str | None = None, subject_id: str | None = None,
) -> Sequence[AuditRecord]:  # fmt: skip
    """Records, newest first; needs `audit.read`."""
    ctx.require("audit.read")
    query = select(AuditRecord).order_by(AuditRecord.id.desc()).limit(limit)
    for column, value in (
        (AuditRecord.action, action), (AuditRecord.actor_name, actor),
        (AuditRecord.subject_type, subject_type), (AuditRecord.subject_id, subject_id),
    ):  # fmt: skip
        if value is not None:
            query = query.where(column == value)
    if before is not None:
        query = query.where(AuditRecord.id < before)
    return ctx.session.scalars(query).all()


def verify(ctx: Context) -> Verification:
    """Verify all records; needs `audit.read`. The verification is itself recorded by callers."""
    ctx.require("audit.read")
    return verify_records(ctx.session)


def canonical_lines(ctx: Context) -> Iterator[bytes]:
    """Every record's canonical JSON in order, for export; needs `audit.read`."""
    ctx.require("audit.read")
    query = select(AuditRecord.canonical).order_by(AuditRecord.id)
    return iter(ctx.session.scalars(query.execution_options(yield_per=1000)))
