"""What devices said of themselves, and jump hosts by site"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "device_report",
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("saved", sa.Boolean(), nullable=True),
        sa.Column("uptime", sa.Integer(), nullable=True),
        sa.Column("interfaces", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_device_report_device_id_device")
        ),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device_report")),
    )
    op.add_column("site", sa.Column("jump", sa.Text(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
