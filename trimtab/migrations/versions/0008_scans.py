"""Scans with their figures, and how often a device failed"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("resting", sa.Integer(), nullable=False),
        sa.Column("outcomes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("slowest", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("failed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cut", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
    )
    op.add_column("device", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("device", sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "schedule", sa.Column("jitter_seconds", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("site", sa.Column("max_sessions", sa.Integer(), nullable=True))


def downgrade() -> None:
    """The tables with what is in them go away."""
    op.drop_column("site", "max_sessions")
    op.drop_column("schedule", "jitter_seconds")
    op.drop_column("device", "rests_until")
    op.drop_column("device", "failures")
    op.drop_table("scan")
