"""Ranges that may be probed, and what was found in them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _keys(table: str, columns: dict[str, str]) -> list[sa.Constraint]:
    foreign = [
        sa.ForeignKeyConstraint(
            [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}")
        )
        for column, other in columns.items()
    ]
    return [*foreign, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))]


def upgrade() -> None:
    op.create_table(
        "discovery_range",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cidr", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("ports", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("allowed_by_id", sa.Integer(), nullable=False),
        sa.Column("allowed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        *_keys("discovery_range", {
            "unit_id": "unit", "credential_id": "credential", "site_id": "site",
            "allowed_by_id": "person", "withdrawn_by_id": "person",
        }),
    )  # fmt: skip
    op.create_index(
        "uq_discovery_range_cidr", "discovery_range", ["cidr"], unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )  # fmt: skip
    op.create_table(
        "discovery_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("range_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("cidrs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("seeds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by_id", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("looked", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("identified", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'finished', 'cancelled', 'failed')",
            name=op.f("ck_discovery_run_state"),
        ),
        *_keys("discovery_run", {
            "unit_id": "unit", "requested_by_id": "person", "cancelled_by_id": "person",
        }),
    )  # fmt: skip
    op.create_table(
        "candidate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("range_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("hostname", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("serial", sa.Text(), nullable=True),
        sa.Column("os_version", sa.Text(), nullable=True),
        sa.Column("banner", sa.Text(), nullable=False),
        sa.Column("key_algorithm", sa.Text(), nullable=True),
        sa.Column("host_key", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("proposal", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('found', 'adopted', 'ignored', 'merged')", name=op.f("ck_candidate_state")
        ),
        *_keys("candidate", {
            "unit_id": "unit", "range_id": "discovery_range", "device_id": "device",
            "decided_by_id": "person",
        }),
    )  # fmt: skip
    op.create_index(
        "uq_candidate_address", "candidate", ["unit_id", "address"], unique=True,
        postgresql_where=sa.text("address IS NOT NULL"),
    )  # fmt: skip
    op.create_index("ix_candidate_serial", "candidate", ["serial"], unique=False)
    op.create_index(
        "ix_candidate_name", "candidate", ["unit_id", sa.text("lower(hostname)")], unique=False
    )
    for table, column in (
        ("discovery_range", "unit_id"), ("discovery_run", "unit_id"), ("candidate", "unit_id"),
        ("candidate", "state"), ("candidate", "device_id"),
    ):  # fmt: skip
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
