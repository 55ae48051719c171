"""Redundancy groups of devices"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "device", sa.Column("redundancy_group", sa.Text(), server_default="", nullable=False)
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
