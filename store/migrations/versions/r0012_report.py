"""A report's page: photos made unreadable in parts, and what lies around a place."""

from __future__ import annotations

from alembic import op

revision = "r0012"
down_revision = "r0010"
branch_labels = None
depends_on = None

# Spelled out: SQLite adds a column with its reference only so, without copying the whole table.
_REFERENCE = (
    "ALTER TABLE media ADD COLUMN edited_from BIGINT "
    "CONSTRAINT fk_media_edited_from REFERENCES media (id)"
)


def upgrade() -> None:
    """Go forward."""
    op.execute(_REFERENCE)
    op.create_index("ix_media_edited_from", "media", ["edited_from"])
    op.create_index("ix_complaint_place", "complaint", ["lat", "lon"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_complaint_place", table_name="complaint")
    op.drop_index("ix_media_edited_from", table_name="media")
    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.drop_constraint("fk_media_edited_from", type_="foreignkey")
        batch_op.drop_column("edited_from")
