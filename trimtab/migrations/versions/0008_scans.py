"""Scans with their figures, and how often a device failed"""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See the tables' own docstrings."""


def downgrade() -> None:
    """The tables with what is in them go away."""
