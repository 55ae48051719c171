"""Ranges that may be probed, and what was found in them"""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See the tables' own docstrings."""


def downgrade() -> None:
    """The tables with what is in them go away."""
