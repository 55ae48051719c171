"""Standard changes and templates"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "standard_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("units", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("platforms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("playbook", sa.Text(), nullable=False),
        sa.Column("playbook_digest", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("rollback_template", sa.Text(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("risk_ceiling", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("drafted_by_id", sa.Integer(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'approved', 'retired')", name=op.f("ck_standard_change_state")
        ),
        sa.CheckConstraint(
            "risk_ceiling IN ('low', 'medium', 'high')",
            name=op.f("ck_standard_change_risk_ceiling"),
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_standard_change_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by_id"], ["person.id"], name=op.f("fk_standard_change_drafted_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_change")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_standard_change_name_version")),
    )
    op.create_index(op.f("ix_standard_change_unit_id"), "standard_change", ["unit_id"])
    op.create_table(
        "standard_vote",
        sa.Column("standard_change_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("voted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["standard_change_id"],
            ["standard_change.id"],
            name=op.f("fk_standard_vote_standard_change_id_standard_change"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_standard_vote_person_id_person")
        ),
        sa.PrimaryKeyConstraint("standard_change_id", "person_id", name=op.f("pk_standard_vote")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
