"""Records of format 2: persons by commitment, changes and their runs"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_PROTECT = """
CREATE FUNCTION person_identity_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND NEW.salt IS NULL
           AND NEW.username IS NULL AND NEW.name IS NULL AND NEW.id = OLD.id
           AND NEW.commitment = OLD.commitment AND NEW.person_id = OLD.person_id THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'identities of persons are only erased: % refused', TG_OP;
END $$;
CREATE TRIGGER person_identity_kept BEFORE UPDATE OR DELETE ON person_identity
    FOR EACH ROW EXECUTE FUNCTION person_identity_is_kept();
CREATE TRIGGER person_identity_no_truncate BEFORE TRUNCATE ON person_identity
    FOR EACH STATEMENT EXECUTE FUNCTION person_identity_is_kept();
"""


def upgrade() -> None:
    op.alter_column("audit_record", "actor_name", existing_type=sa.Text(), nullable=True)
    op.add_column("audit_record", sa.Column("actor_identity", sa.LargeBinary(), nullable=True))
    op.add_column("audit_record", sa.Column("change_id", sa.Integer(), nullable=True))
    op.add_column("audit_record", sa.Column("execution_id", sa.BigInteger(), nullable=True))
    for member in ("change", "execution"):
        op.create_index(
            f"ix_audit_record_{member}", "audit_record", [f"{member}_id", "id"],
            postgresql_where=sa.text(f"{member}_id IS NOT NULL"),
        )  # fmt: skip
    op.create_table(
        "person_identity",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_identity")),
        sa.UniqueConstraint("commitment", name=op.f("uq_person_identity_commitment")),
    )
    op.create_index("ix_person_identity_person", "person_identity", ["person_id"])
    op.create_index(op.f("ix_person_identity_username"), "person_identity", ["username"])
    op.execute(_PROTECT)
    op.execute("REVOKE DELETE, TRUNCATE ON person_identity FROM CURRENT_USER")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
