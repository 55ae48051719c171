"""Devices whose password is another one than their credential says"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "device",
        sa.Column(
            "own_login", postgresql.JSONB(astext_type=sa.Text()), server_default="{}",
            nullable=False,
        ),
    )  # fmt: skip


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
