"""Encrypted originals of captures, and how far a capture is trusted"""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See the tables' own docstrings."""


def downgrade() -> None:
    """The tables with what is in them go away."""
