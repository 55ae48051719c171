"""Commitments to what the marks of configurations hide"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "redaction_commitment",
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_redaction_commitment_device_id_device")
        ),
        sa.PrimaryKeyConstraint("device_id", "commitment", name=op.f("pk_redaction_commitment")),
    )
    op.create_index(
        op.f("ix_redaction_commitment_digest"), "redaction_commitment", ["digest"]
    )  # fmt: skip


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
