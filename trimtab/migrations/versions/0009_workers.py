"""Workers near the devices: queues by site, a database role that sees only its own"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The policies of the roles are laid by `operations.queue_rows` after every upgrade."""
    op.create_table(
        "worker_queue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("if_away", sa.Text(), nullable=False),
        sa.Column("away_seconds", sa.Integer(), nullable=False),
        sa.Column("role_name", sa.Text(), nullable=True),
        sa.Column("key_mark", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("if_away IN ('wait', 'move')", name=op.f("ck_worker_queue_if_away")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_worker_queue_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_worker_queue_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_queue")),
        sa.UniqueConstraint("name", name=op.f("uq_worker_queue_name")),
        sa.UniqueConstraint("role_name", name=op.f("uq_worker_queue_role_name")),
        sa.UniqueConstraint("unit_id", name=op.f("uq_worker_queue_unit_id")),
    )
    op.create_table(
        "queue_worker",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("queues", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "database_role", sa.Text(), server_default=sa.text("session_user"), nullable=False
        ),
        sa.Column(
            "started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_worker")),
    )  # fmt: skip
    op.add_column(
        "scan",
        sa.Column(
            "database_role", sa.Text(), server_default=sa.text("session_user"), nullable=False
        ),
    )


def downgrade() -> None:
    """The tables with what is in them go away."""
    op.drop_column("scan", "database_role")
    op.drop_table("queue_worker")
    op.drop_table("worker_queue")
