"""Notices to persons, and how they want to be told"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "topic IN ('vote', 'again', 'over', 'review')", name=op.f("ck_notice_topic")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'taken', 'sent', 'failed', 'unsent')",
            name=op.f("ck_notice_state"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notice_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("person_id", "mark", name=op.f("uq_notice_person_id_mark")),
    )  # fmt: skip
    op.create_index(
        "ix_notice_waiting", "notice", ["person_id"], postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index("ix_notice_person", "notice", ["person_id", "id"])
    op.create_index(op.f("ix_notice_noted_at"), "notice", ["noted_at"])
    op.create_table(
        "notice_look",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("situation", sa.Text(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_notice_look")),
    )
    op.create_index(op.f("ix_notice_look_looked_at"), "notice_look", ["looked_at"])
    op.create_table(
        "notice_preference",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("manner", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "manner IN ('off', 'each', 'daily')", name=op.f("ck_notice_preference_manner")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notice_preference_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_preference")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
