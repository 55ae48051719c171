"""Masks for lines that change by themselves, and who approved them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "noise_mask",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("path", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("example_before", sa.Text(), nullable=False),
        sa.Column("example_after", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("learned_by_id", sa.Integer(), nullable=True),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'active', 'rejected', 'withdrawn')",
            name=op.f("ck_noise_mask_state"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_noise_mask_{column}_{table}")
            )
            for column, table in (
                ("unit_id", "unit"),
                ("device_id", "device"),
                ("learned_by_id", "person"),
                ("ended_by_id", "person"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_noise_mask")),
    )
    for column in ("state", "unit_id"):
        op.create_index(op.f(f"ix_noise_mask_{column}"), "noise_mask", [column], unique=False)
    op.create_index(
        "uq_noise_mask_alive",
        "noise_mask",
        ["platform", "unit_id", "path", "pattern"],
        unique=True,
        postgresql_where=sa.text("state IN ('proposed', 'active')"),
    )
    op.create_table(
        "noise_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mask_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["mask_id"], ["noise_mask.id"], name=op.f("fk_noise_approval_mask_id_noise_mask")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_noise_approval_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_noise_approval")),
        sa.UniqueConstraint(
            "mask_id", "person_id", name=op.f("uq_noise_approval_mask_id_person_id")
        ),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
