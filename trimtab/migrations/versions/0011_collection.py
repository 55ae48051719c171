"""Seals of what devices showed last"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device_report", sa.Column("running_seal", sa.LargeBinary(), nullable=True))
    op.add_column("device_report", sa.Column("startup_seal", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
