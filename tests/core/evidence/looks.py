"""The quick look at a record, as a test has it in its hands."""

from datetime import UTC

from core.evidence.likeness import is_likely


def likely(row):
    """The quick look at a record, as verification takes it; it leaves the facts to PostgreSQL."""
    return is_likely(
        (
            row.canonical, str(row.record_id),
            row.recorded_at.astimezone(UTC).replace(tzinfo=None), row.actor_id, row.named,
            row.actor_identity, row.action, row.subject_type, row.subject_id, row.subject_label,
            row.change_id, row.execution_id,
        )
    )  # fmt: skip
