"""Stages, delegations, absences and comments of approvals"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "approval", sa.Column("stage", sa.Text(), server_default="approval", nullable=False)
    )
    op.add_column("approval", sa.Column("behalf_id", sa.Integer(), nullable=True))
    op.add_column("approval", sa.Column("valid_until", TIME, nullable=True))
    op.create_foreign_key(
        op.f("fk_approval_behalf_id_person"), "approval", "person", ["behalf_id"], ["id"]
    )
    _delegations()
    _comments()


def _delegations() -> None:
    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=True),
        sa.Column("absent", sa.Boolean(), nullable=False),
        sa.Column("begins_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.CheckConstraint(
            "absent OR deputy_id IS NOT NULL", name=op.f("ck_delegation_says_something")
        ),
        sa.CheckConstraint("deputy_id <> person_id", name=op.f("ck_delegation_two_persons")),
        sa.CheckConstraint("ends_at > begins_at", name=op.f("ck_delegation_forward")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_delegation_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["deputy_id"], ["person.id"], name=op.f("fk_delegation_deputy_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index(op.f("ix_delegation_person_id"), "delegation", ["person_id"])
    op.create_index(op.f("ix_delegation_deputy_id"), "delegation", ["deputy_id"])


def _comments() -> None:
    op.create_table(
        "change_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("place", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("objection", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("settled_at", TIME, nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change_request.id"],
            name=op.f("fk_change_comment_change_id_change_request"),
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_change_comment_device_id_device")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_change_comment_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["person.id"], name=op.f("fk_change_comment_settled_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_comment")),
    )  # fmt: skip
    op.create_index(op.f("ix_change_comment_change_id"), "change_comment", ["change_id"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
