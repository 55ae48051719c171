"""Waves, gates and pauses of executions"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


TARGET_STATES = (
    "state IN ('waiting', 'running', 'interrupted', 'done', 'failed', 'rolled_back', 'skipped')"
)


def upgrade() -> None:
    op.add_column("change_request", sa.Column("reruns_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_change_request_reruns_id_change_request"),
        "change_request", "change_request", ["reruns_id"], ["id"],
    )  # fmt: skip
    op.add_column(
        "change_target", sa.Column("touched_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.drop_constraint(op.f("ck_change_target_state"), "change_target", type_="check")
    op.create_check_constraint(op.f("ck_change_target_state"), "change_target", TARGET_STATES)
    op.execute(
        "UPDATE change_target SET touched_at = ("
        "SELECT max(started_touching_at) FROM change_run"
        " WHERE change_run.change_id = change_target.change_id)"
        " WHERE state IN ('interrupted', 'done', 'failed', 'rolled_back')"
    )
    for name in ("pause", "roll_back", "resume"):
        op.add_column(
            "change_run",
            sa.Column(f"{name}_requested_at", sa.DateTime(timezone=True), nullable=True),
        )
    op.create_table(
        "gate_result",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("moment", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_gate_result_device_id_device")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["change_run.id"], name=op.f("fk_gate_result_run_id_change_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_result")),
    )
    op.create_index(op.f("ix_gate_result_device_id"), "gate_result", ["device_id"])
    op.create_index(op.f("ix_gate_result_run_id"), "gate_result", ["run_id"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
