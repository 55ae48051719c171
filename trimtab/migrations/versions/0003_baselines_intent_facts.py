"""Baselines in time: planned, with grace and cohorts, of some sections; expected facts"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("baseline", sa.Column("grace_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("baseline", sa.Column("cohort", sa.Integer(), nullable=True))
    for name, kind, empty in (
        ("sections", postgresql.ARRAY(sa.Text()), "{}"),
        ("provenance", sa.Text(), ""),
    ):
        op.add_column("baseline", sa.Column(name, kind, nullable=False, server_default=empty))
        op.alter_column("baseline", name, server_default=None)
    op.create_table(
        "expected_facts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["person.id"], name=op.f("fk_expected_facts_approved_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_expected_facts_device_id_device")
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshot.id"], name=op.f("fk_expected_facts_snapshot_id_snapshot")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expected_facts")),
        sa.UniqueConstraint(
            "device_id", "version", name=op.f("uq_expected_facts_device_id_version")
        ),
    )
    op.create_index(
        "uq_expected_facts_valid",
        "expected_facts",
        ["device_id"],
        unique=True,
        postgresql_where=sa.text("valid_until IS NULL"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
