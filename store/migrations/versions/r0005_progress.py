"""Progress: what an officer shows, what may be published, who wrote, who takes over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables import Utc

revision = "r0005"
down_revision = "r0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("heard_at", Utc(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("handed_over", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("escalated", sa.Integer(), nullable=False, server_default=sa.text("0"))
        )
        batch_op.add_column(sa.Column("published_text", sa.Text(), nullable=True))
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ticket", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("done_by", sa.Text(), nullable=True))
    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.alter_column("inbox_id", existing_type=sa.BigInteger(), nullable=True)
        batch_op.alter_column("delivery_id", existing_type=sa.BigInteger(), nullable=True)
        batch_op.add_column(
            sa.Column("published", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.create_table(
        "conversation_event",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_conversation_event_conversation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_event")),
    )
    with op.batch_alter_table("conversation_event", schema=None) as batch_op:
        batch_op.create_index("ix_conversation_event_conversation_id", ["conversation_id"])
