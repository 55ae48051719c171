"""How devices stood over time"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_set",
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("rules", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "name = sha256(digest || convert_to(array_to_string(rules, E'\\n'), 'UTF8'))",
            name=op.f("ck_rule_set_name"),
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rule_set")),
    )
    op.create_table(
        "standing",
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("rule_set", sa.LargeBinary(), nullable=False),
        sa.Column("failed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_standing_device_id_device")
        ),
        sa.ForeignKeyConstraint(
            ["rule_set"], ["rule_set.name"], name=op.f("fk_standing_rule_set_rule_set")
        ),
        sa.PrimaryKeyConstraint("device_id", "since", name=op.f("pk_standing")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
