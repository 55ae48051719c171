"""Risk policies"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "risk_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["person.id"], name=op.f("fk_risk_policy_published_by_id_person")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_risk_policy_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_policy")),
        sa.UniqueConstraint(
            "unit_id", "version", name=op.f("uq_risk_policy_unit_id_version"),
            postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
