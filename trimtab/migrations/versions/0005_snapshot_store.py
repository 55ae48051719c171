"""Snapshot texts as keyframes and deltas with dictionaries"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "zstd_dictionary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_zstd_dictionary_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zstd_dictionary")),
        sa.UniqueConstraint(
            "platform", "unit_id", "version",
            name=op.f("uq_zstd_dictionary_platform_unit_id_version"),
        ),
    )  # fmt: skip
    op.create_table(
        "keyframe",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dictionary_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dictionary_id"], ["zstd_dictionary.id"],
            name=op.f("fk_keyframe_dictionary_id_zstd_dictionary"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keyframe")),
    )  # fmt: skip
    op.create_table(
        "delta_set",
        sa.Column("keyframe_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["keyframe_id"], ["keyframe.id"], name=op.f("fk_delta_set_keyframe_id_keyframe")
        ),
        sa.PrimaryKeyConstraint("keyframe_id", name=op.f("pk_delta_set")),
    )
    # What is compressed already is not tried again, and a page keeps room for a set that grows.
    op.execute("ALTER TABLE keyframe ALTER COLUMN body SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE delta_set ALTER COLUMN body SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE delta_set SET (fillfactor = 85)")
    _texts()
    op.create_table(
        "removed_text",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest"], ["content.digest"], name=op.f("fk_removed_text_digest_content")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_removed_text")),
    )
    _snapshots()


def _texts() -> None:
    """Each text of before is a keyframe without a dictionary."""
    op.add_column("content", sa.Column("place", sa.SmallInteger(), nullable=True))
    op.add_column("content", sa.Column("keyframe_id", sa.Integer(), nullable=True))
    op.execute("UPDATE content SET place = 0, keyframe_id = nextval('keyframe_id_seq')")
    op.execute("INSERT INTO keyframe (id, body) SELECT keyframe_id, body FROM content")
    op.alter_column("content", "place", nullable=False)
    op.create_foreign_key(
        op.f("fk_content_keyframe_id_keyframe"), "content", "keyframe", ["keyframe_id"], ["id"]
    )
    op.create_index(op.f("ix_content_keyframe_id"), "content", ["keyframe_id"], unique=False)
    op.drop_column("content", "body")
    op.drop_column("content", "size")


def _snapshots() -> None:
    """Columns change their type where they stand: a dropped one costs eight bytes in every row."""
    op.create_table(
        "observed_facts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observed_facts")),
    )
    op.execute("INSERT INTO observed_facts (facts) SELECT DISTINCT facts FROM snapshot")
    op.execute("CREATE INDEX observed_facts_once ON observed_facts USING hash (facts)")
    op.execute(
        "CREATE FUNCTION facts_once(jsonb) RETURNS integer LANGUAGE sql STABLE AS"
        " 'SELECT id FROM observed_facts WHERE facts = $1'"
    )
    op.execute("ALTER TABLE snapshot ALTER COLUMN facts TYPE integer USING facts_once(facts)")
    op.execute("ALTER TABLE snapshot ALTER COLUMN facts DROP NOT NULL")
    op.execute("ALTER TABLE snapshot RENAME COLUMN facts TO facts_id")
    op.execute("DROP FUNCTION facts_once(jsonb)")
    op.execute("DROP INDEX observed_facts_once")
    op.create_foreign_key(
        op.f("fk_snapshot_facts_id_observed_facts"), "snapshot", "observed_facts",
        ["facts_id"], ["id"],
    )  # fmt: skip
    op.execute(
        "ALTER TABLE snapshot ALTER COLUMN doubts TYPE text USING array_to_string(doubts, E'\\n')"
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
