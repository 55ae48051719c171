"""Change windows, freezes and their exceptions"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("change_window", "change_freeze"):
        _series(table)
    op.create_table(
        "freeze_exception",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("freeze_id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('asked', 'approved', 'rejected')", name=op.f("ck_freeze_exception_state")
        ),
        sa.ForeignKeyConstraint(
            ["freeze_id"], ["change_freeze.id"], name=op.f("fk_freeze_exception_freeze_id_change_freeze")
        ),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change_request.id"],
            name=op.f("fk_freeze_exception_change_id_change_request"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_freeze_exception_asked_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_freeze_exception_decided_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freeze_exception")),
    )  # fmt: skip
    op.create_index(op.f("ix_freeze_exception_change_id"), "freeze_exception", ["change_id"])
    op.create_index(
        "uq_freeze_exception_standing", "freeze_exception", ["freeze_id", "change_id", "digest"],
        unique=True, postgresql_where=sa.text("state <> 'rejected'"),
    )  # fmt: skip


def _series(table: str) -> None:
    """Windows and freezes have the same columns."""
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("device_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("starts", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("lasting_seconds", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("also", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("but", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f(f"fk_{table}_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f(f"fk_{table}_site_id_site")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f(f"fk_{table}_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["person.id"], name=op.f(f"fk_{table}_ended_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )  # fmt: skip
    op.create_index(op.f(f"ix_{table}_unit_id"), table, ["unit_id"])
    op.create_index(op.f(f"ix_{table}_site_id"), table, ["site_id"])
    op.create_index(
        f"uq_{table}_name", table, ["name"], unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
