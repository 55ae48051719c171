"""Snapshot texts as keyframes and deltas with dictionaries"""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See the tables' own docstrings."""


def downgrade() -> None:
    """The tables with what is in them go away."""
