"""A training that every process sees; what the overview counts by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables import Utc

revision = "r0013"
down_revision = "r0012"
branch_labels = None
depends_on = None

_COUNTED = [
    "filed_at", "channel", "category", "agency", "kelurahan", "kecamatan", "kota", "status", "id",
]  # fmt: skip


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "training",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("until", Utc(timezone=True), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("ended_at", Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training")),
    )
    running = sa.text("state = 'running'")
    op.create_index(
        "uq_training_running",
        "training",
        ["state"],
        unique=True,
        postgresql_where=running,
        sqlite_where=running,
    )
    op.create_index("ix_complaint_counted", "complaint", _COUNTED)
    status = sa.text("kind = 'status'")
    op.create_index(
        "ix_complaint_event_status",
        "complaint_event",
        ["complaint_id", "at"],
        postgresql_where=status,
        sqlite_where=status,
    )
    op.create_index("ix_outbox_counted", "outbox", ["created_at", "channel", "state"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_outbox_counted", "outbox")
    op.drop_index("ix_complaint_event_status", "complaint_event")
    op.drop_index("ix_complaint_counted", "complaint")
    op.drop_table("training")
