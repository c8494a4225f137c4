"""Who joined, who is linked, who wants to be unnamed or forgotten."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables import Utc

revision = "r0006"
down_revision = "r0005"
branch_labels = None
depends_on = None

# Spelled out: SQLite adds a column with its reference only so, without copying the whole table.
_REFERENCE = "ALTER TABLE {0} ADD COLUMN {1} BIGINT CONSTRAINT fk_{0}_{1} REFERENCES {2} (id)"


def upgrade() -> None:
    """Go forward."""
    _people()
    op.create_table(
        "erasure",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("keys_until", Utc(timezone=True), nullable=False),
        sa.Column("done_at", Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.execute(_REFERENCE.format("conversation", "erasure_id", "erasure"))
    op.execute(_REFERENCE.format("complaint", "merged_into", "complaint"))
    op.add_column(
        "complaint",
        sa.Column("anonymous", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("complaint", sa.Column("place_radius_m", sa.Integer(), nullable=True))
    op.execute(_REFERENCE.format("complaint_event", "inbox_id", "inbox"))
    op.create_index("ix_complaint_event_inbox_id", "complaint_event", ["inbox_id"])
    _supporters()


def _people() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_table(
        "identity",
        sa.Column("conversation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_identity_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_identity_conversation_id")
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_identity")),
    )
    op.create_index("ix_identity_contact_id", "identity", ["contact_id"])
    op.create_table(
        "one_time_code",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("proves", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", Utc(timezone=True), nullable=False),
        sa.Column("used_at", Utc(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_one_time_code_conversation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_one_time_code_digest")),
    )
    op.create_index("ix_one_time_code_conversation_id", "one_time_code", ["conversation_id"])


def _supporters() -> None:
    op.create_table(
        "supporter",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("complaint_id", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("inbox_id", sa.BigInteger(), nullable=False),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("slots", sa.Text(), nullable=False),
        sa.Column("place_words", sa.Text(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.id"], name=op.f("fk_supporter_complaint_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_supporter_conversation_id")
        ),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_supporter_inbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supporter")),
        sa.UniqueConstraint(
            "complaint_id", "conversation_id", name=op.f("uq_supporter_complaint_id")
        ),
    )
    op.create_index("ix_supporter_conversation_id", "supporter", ["conversation_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("supporter")
    op.drop_index("ix_complaint_event_inbox_id", "complaint_event")
    with op.batch_alter_table("complaint_event") as batch_op:
        batch_op.drop_column("inbox_id")
    with op.batch_alter_table("complaint") as batch_op:
        for name in ("place_radius_m", "anonymous", "merged_into"):
            batch_op.drop_column(name)
    with op.batch_alter_table("conversation") as batch_op:
        batch_op.drop_column("erasure_id")
    for name in ("erasure", "one_time_code", "identity", "contact"):
        op.drop_table(name)
