"""Archives of old audit records: what left the database, and the one way out"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TABLES = ("audit_archive", "audit_restored")
ONE_WAY_OUT = """
CREATE OR REPLACE FUNCTION audit_record_is_archived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM audit_leaf leaf
        JOIN audit_archive archive
            ON archive.first <= leaf.position AND leaf.position < archive.size
        JOIN audit_head head ON head.size = archive.size AND head.root = archive.root
        WHERE leaf.audit_record_id = OLD.id
            AND leaf.hash = sha256('\\x00'::bytea || OLD.canonical)
            AND archive.xact = pg_current_xact_id()::text::bigint
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'audit records are insert-only: DELETE refused: no archive that was written in '
        'this transaction holds record %', OLD.id;
END $$;
CREATE OR REPLACE TRIGGER audit_record_insert_only BEFORE UPDATE ON audit_record
    FOR EACH ROW EXECUTE FUNCTION audit_record_is_insert_only();
CREATE TRIGGER audit_record_archived BEFORE DELETE ON audit_record
    FOR EACH ROW EXECUTE FUNCTION audit_record_is_archived();
"""


def upgrade() -> None:
    op.create_table(
        "audit_archive",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("first_root", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_by", sa.Integer(), nullable=True),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column(
            "xact", sa.BigInteger(), nullable=False,
            server_default=sa.text("(pg_current_xact_id()::text::bigint)"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_archive")),
    )  # fmt: skip
    op.create_table(
        "audit_restored",
        sa.Column("archive_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restored_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("archive_id", name=op.f("pk_audit_restored")),
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION audit_record_is_insert_only()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_record_is_insert_only()"
        )
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER")
    op.execute(ONE_WAY_OUT)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
