"""What is asked about: also what was held for no complaint, yet not surely."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0018"
down_revision = "r0017"
branch_labels = None
depends_on = None

_NAME = "ix_prediction_unsure"
_BEFORE = "category IS NOT NULL AND confidence < 0.5"
_AFTER = (
    "category IS NOT NULL AND (confidence < 0.5 "
    "OR (category = 'bukan_aduan' AND intent = 'other' AND confidence < 0.9))"
)


def upgrade() -> None:
    """Go forward."""
    _index(_AFTER)


def _index(which: str) -> None:
    op.drop_index(_NAME, "prediction")
    some = sa.text(which)
    op.create_index(_NAME, "prediction", ["inbox_id"], sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    """Go back."""
    _index(_BEFORE)
