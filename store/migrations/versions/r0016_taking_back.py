"""Corrections name a language, a duplicate and a split, are said together, and are taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0016"
down_revision = "r0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.add_column(sa.Column("language", sa.Text(), nullable=True))
        for name in ("duplicate_of", "split_into", "undoes", "batch"):
            batch_op.add_column(sa.Column(name, sa.BigInteger(), nullable=True))
        for name in ("duplicate_of", "split_into"):
            batch_op.create_foreign_key(
                batch_op.f(f"fk_correction_{name}"), "complaint", [name], ["id"]
            )
        batch_op.create_foreign_key(
            batch_op.f("fk_correction_undoes"), "correction", ["undoes"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_correction_undoes"), ["undoes"], unique=False)
        batch_op.create_index(batch_op.f("ix_correction_batch"), ["batch"], unique=False)


def downgrade() -> None:
    """Go back. Words that were taken back, and those that took them back, would teach: they go."""
    op.execute(
        "DELETE FROM correction WHERE undoes IS NOT NULL OR id IN"
        " (SELECT undoes FROM (SELECT undoes FROM correction) AS taken WHERE undoes IS NOT NULL)"
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_correction_batch"))
        batch_op.drop_index(batch_op.f("ix_correction_undoes"))
        for name in ("undoes", "split_into", "duplicate_of"):
            batch_op.drop_constraint(batch_op.f(f"fk_correction_{name}"), type_="foreignkey")
        for name in ("batch", "undoes", "split_into", "duplicate_of", "language"):
            batch_op.drop_column(name)
