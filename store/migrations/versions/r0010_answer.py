"""The rule by which an agency was given a complaint."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0010"
down_revision = "r0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column(
        "complaint", sa.Column("agency_rule", sa.Text(), nullable=False, server_default="")
    )


def downgrade() -> None:
    """Go back."""
    op.drop_column("complaint", "agency_rule")
