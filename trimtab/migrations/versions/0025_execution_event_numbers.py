"""Events of a run are numbered, and insert-only"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

NUMBERED = """
UPDATE execution_event event SET number = counted.number FROM (
    SELECT id, row_number() OVER (PARTITION BY run_id ORDER BY id) AS number FROM execution_event
) counted WHERE counted.id = event.id
"""
PROTECT = """
CREATE OR REPLACE FUNCTION execution_event_is_insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'execution events are insert-only: % refused', TG_OP;
END $$;
CREATE OR REPLACE TRIGGER execution_event_insert_only BEFORE UPDATE OR DELETE ON execution_event
    FOR EACH ROW EXECUTE FUNCTION execution_event_is_insert_only();
CREATE OR REPLACE TRIGGER execution_event_no_truncate BEFORE TRUNCATE ON execution_event
    FOR EACH STATEMENT EXECUTE FUNCTION execution_event_is_insert_only();
"""


def upgrade() -> None:
    op.add_column("execution_event", sa.Column("number", sa.Integer(), nullable=True))
    op.execute(NUMBERED)
    op.alter_column("execution_event", "number", nullable=False)
    op.create_unique_constraint(
        op.f("uq_execution_event_run_id_number"), "execution_event", ["run_id", "number"]
    )
    op.execute(PROTECT)
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON execution_event FROM CURRENT_USER")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
