"""Encrypted originals of captures, and how far a capture is trusted"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("snapshot", sa.Column("score", sa.Integer(), nullable=True))
    op.execute("UPDATE snapshot SET score = CASE WHEN trusted THEN 100 ELSE 0 END")
    op.alter_column("snapshot", "score", nullable=False)
    op.create_table(
        "original",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_original_device_id_device")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_original")),
        sa.UniqueConstraint("device_id", "digest", name=op.f("uq_original_device_id_digest")),
    )
    op.create_index(op.f("ix_original_key_id"), "original", ["key_id"], unique=False)


def downgrade() -> None:
    op.drop_table("original")
    op.drop_column("snapshot", "score")
