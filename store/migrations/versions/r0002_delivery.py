"""Delivery: priorities, receipts per part, a trace of every exchange, how each channel fares."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables import Utc

revision = "r0002"
down_revision = "r0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    _tables()
    # What was sent under which id goes to its new place, so that receipts still find it.
    op.execute(
        "INSERT INTO sent_part (outbox_id, part, channel, account, provider_id, state) "
        "SELECT id, CASE WHEN part > 0 THEN part - 1 ELSE 0 END, channel, account, provider_id, "
        "CASE WHEN state IN ('delivered', 'read', 'failed') THEN state ELSE 'sent' END "
        "FROM outbox WHERE provider_id IS NOT NULL"
    )
    with op.batch_alter_table("outbox") as batch:
        batch.drop_index("ix_outbox_provider")
        batch.drop_index("ix_outbox_queued")
        batch.drop_column("provider_id")
        batch.add_column(sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("outbox") as batch:
        batch.alter_column("priority", server_default=None)
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["channel", "account", "priority", "id"],
        postgresql_where=sa.text("state IN ('queued', 'unknown')"),
        sqlite_where=sa.text("state IN ('queued', 'unknown')"),
    )


def _tables() -> None:
    op.create_table(
        "sent_part",
        sa.Column("outbox_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_sent_part_outbox_id")),
        sa.PrimaryKeyConstraint("outbox_id", "part", name=op.f("pk_sent_part")),
    )
    op.create_index("ix_sent_part_provider", "sent_part", ["channel", "account", "provider_id"])
    op.create_table(
        "early_receipt",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "channel", "account", "provider_id", "status", name=op.f("pk_early_receipt")
        ),
    )
    op.create_table(
        "exchange",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_exchange_outbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange")),
    )
    op.create_index(op.f("ix_exchange_outbox_id"), "exchange", ["outbox_id"])
    op.create_table(
        "channel_state",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "account", name=op.f("pk_channel_state")),
    )


def downgrade() -> None:
    """Go back; traces, receipts per part and states are lost."""
    with op.batch_alter_table("outbox") as batch:
        batch.drop_index("ix_outbox_waiting")
        batch.drop_column("priority")
        batch.add_column(sa.Column("provider_id", sa.Text(), nullable=True))
    op.create_index(
        "ix_outbox_queued",
        "outbox",
        ["id"],
        postgresql_where=sa.text("state = 'queued'"),
        sqlite_where=sa.text("state = 'queued'"),
    )
    op.create_index("ix_outbox_provider", "outbox", ["channel", "provider_id"])
    for table in ("channel_state", "exchange", "early_receipt", "sent_part"):
        op.drop_table(table)
