"""Emergencies, reviews and maintenance runs"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _emergencies()
    _maintenance()


def _emergencies() -> None:
    op.create_table(
        "break_glass",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("broken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("review_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change_request.id"],
            name=op.f("fk_break_glass_change_id_change_request"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_break_glass_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass")),
    )  # fmt: skip
    for column in ("change_id", "reviewed_at"):
        op.create_index(op.f(f"ix_break_glass_{column}"), "break_glass", [column])
    op.create_table(
        "emergency_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("break_glass_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('justified', 'not_justified')", name=op.f("ck_emergency_review_verdict")
        ),
        sa.ForeignKeyConstraint(
            ["break_glass_id"], ["break_glass.id"],
            name=op.f("fk_emergency_review_break_glass_id_break_glass"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_emergency_review_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["problem_id"], ["problem.id"], name=op.f("fk_emergency_review_problem_id_problem")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_review")),
        sa.UniqueConstraint(
            "break_glass_id", "person_id", name=op.f("uq_emergency_review_break_glass_id_person_id")
        ),
    )  # fmt: skip
    op.create_index(
        op.f("ix_emergency_review_break_glass_id"), "emergency_review", ["break_glass_id"]
    )


def _maintenance() -> None:
    op.create_table(
        "maintenance_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("device_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("schedule_id", sa.Integer(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('health', 'backup', 'certificates', 'unsaved', 'passwords', 'standard')",
            name=op.f("ck_maintenance_plan_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_maintenance_plan_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedule.id"], name=op.f("fk_maintenance_plan_schedule_id_schedule")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_maintenance_plan_created_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_plan")),
        sa.UniqueConstraint("name", name=op.f("uq_maintenance_plan_name")),
    )
    op.create_index(op.f("ix_maintenance_plan_unit_id"), "maintenance_plan", ["unit_id"])
    op.create_table(
        "maintenance_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('passed', 'attention', 'failed')",
            name=op.f("ck_maintenance_result_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["maintenance_plan.id"],
            name=op.f("fk_maintenance_result_plan_id_maintenance_plan"),
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_maintenance_result_device_id_device")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_result")),
    )  # fmt: skip
    op.create_index(op.f("ix_maintenance_result_device_id"), "maintenance_result", ["device_id"])
    op.create_index("ix_maintenance_result_run", "maintenance_result", ["plan_id", "began_at"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
