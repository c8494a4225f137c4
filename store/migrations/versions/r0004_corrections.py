"""Corrections say what they correct, and more than a category; what was learnt is recorded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables import Utc

revision = "r0004"
down_revision = "r0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "learning",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("learned_to", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning")),
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.add_column(sa.Column("inbox_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("engine", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("before", sa.Text(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("categories", sa.Text(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("intent", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("spot", sa.Text(), nullable=True))
        batch_op.alter_column("complaint_id", existing_type=sa.BigInteger(), nullable=True)
        batch_op.alter_column("category", existing_type=sa.Text(), nullable=True)
        batch_op.create_foreign_key(
            batch_op.f("fk_correction_inbox_id"), "inbox", ["inbox_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_correction_inbox_id"), ["inbox_id"], unique=False)


def downgrade() -> None:
    """Go back. What the older table cannot hold is lost: words on messages, intents, places."""
    op.execute("DELETE FROM correction WHERE complaint_id IS NULL OR category IS NULL")
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_correction_inbox_id"))
        batch_op.drop_constraint(batch_op.f("fk_correction_inbox_id"), type_="foreignkey")
        batch_op.alter_column("category", existing_type=sa.Text(), nullable=False)
        batch_op.alter_column("complaint_id", existing_type=sa.BigInteger(), nullable=False)
        for name in ("spot", "intent", "categories", "before", "engine", "inbox_id"):
            batch_op.drop_column(name)
    op.drop_table("learning")
