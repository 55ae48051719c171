"""Saved questions, their answers, and the notices about them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("keep", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("schedule_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("form IN ('csv', 'jsonl', 'ocsf')", name=op.f("ck_saved_question_form")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_saved_question_owner_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_saved_question_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedule.id"], name=op.f("fk_saved_question_schedule_id_schedule")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_question")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_saved_question_owner_id_name")),
    )
    op.create_index(op.f("ix_saved_question_unit_id"), "saved_question", ["unit_id"])
    _kept_answer()
    _topics("'vote', 'again', 'over', 'review', 'answer'")


def _kept_answer() -> None:
    op.create_table(
        "kept_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("saved_question_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("unit_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(content IS NULL) = (problem <> '')", name=op.f("ck_kept_answer_content")
        ),
        sa.ForeignKeyConstraint(
            ["saved_question_id"], ["saved_question.id"], ondelete="CASCADE",
            name=op.f("fk_kept_answer_saved_question_id_saved_question"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_answer")),
    )  # fmt: skip
    op.create_index(op.f("ix_kept_answer_saved_question_id"), "kept_answer", ["saved_question_id"])


def _topics(allowed: str) -> None:
    op.drop_constraint(op.f("ck_notice_topic"), "notice", type_="check")
    op.create_check_constraint(op.f("ck_notice_topic"), "notice", f"topic IN ({allowed})")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
