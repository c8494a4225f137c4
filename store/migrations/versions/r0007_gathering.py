"""Messages in a row make one turn: until when one waits for the next."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables import Utc

revision = "r0007"
down_revision = "r0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("quiet_at", Utc(timezone=True), nullable=True))
    with op.batch_alter_table("prediction", schema=None) as batch_op:
        batch_op.add_column(sa.Column("text", sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("prediction", schema=None) as batch_op:
        batch_op.drop_column("text")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_column("quiet_at")
