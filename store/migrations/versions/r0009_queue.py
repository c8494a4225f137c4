"""The moderators' queue: agency and urgency of complaints, words to search, saved views."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nlu.categories import categories
from store.tables import Utc
from store.urgency import URGENCY

revision = "r0009"
down_revision = "r0008"
branch_labels = None
depends_on = None

_FILTERS = ("category", "status", "agency", "channel", "kota", "kecamatan", "kelurahan")
_SOME = {
    "ix_delivery_dead": ("delivery", "id", "dead IS NOT NULL"),
    "ix_conversation_handed_over": ("conversation", "id", "handed_over"),
    "ix_inbox_dead": ("inbox", "id", "state = 'dead'"),
    "ix_outbox_dead": ("outbox", "id", "state = 'dead'"),
    "ix_task_open": ("task", "id", "done_at IS NULL"),
    "ix_task_loose": ("task", "id", "done_at IS NULL AND ticket IS NULL"),
    "ix_prediction_unsure": (
        "prediction",
        "inbox_id",
        "category IS NOT NULL AND confidence < 0.5",
    ),
}
_SQLITE = {"handed_over": "handed_over = 1"}  # as it says so in a query
_TASKS = {"ix_task_ticket": "ticket", "ix_task_conversation": "conversation_id",
          "ix_task_inbox": "inbox_id"}  # fmt: skip
_PUT = """
    INSERT INTO complaint_words (rowid, ticket, text, place_words, kelurahan, kecamatan)
    VALUES (new.id, new.ticket, new.text, new.place_words, new.kelurahan, new.kecamatan);
"""
_TAKE = """
    INSERT INTO complaint_words
        (complaint_words, rowid, ticket, text, place_words, kelurahan, kecamatan)
    VALUES
        ('delete', old.id, old.ticket, old.text, old.place_words, old.kelurahan, old.kecamatan);
"""
_ON = "CREATE TRIGGER complaint_words_{0} AFTER {1} ON complaint BEGIN {2} END"
_INDEX = """
    CREATE VIRTUAL TABLE complaint_words USING fts5(
        ticket, text, place_words, kelurahan, kecamatan,
        content='complaint', content_rowid='id', tokenize='unicode61', columnsize=0)
"""
_ON_SQLITE = (
    _INDEX,
    "INSERT INTO complaint_words (complaint_words) VALUES ('rebuild')",
    _ON.format("filed", "INSERT", _PUT),
    _ON.format(
        "changed",
        "UPDATE OF ticket, text, place_words, kelurahan, kecamatan",
        _TAKE + _PUT,
    ),
    _ON.format("gone", "DELETE", _TAKE),
)
_ON_POSTGRESQL = """
    ALTER TABLE complaint ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('simple',
        regexp_replace(lower(ticket || ' ' || text || ' ' || place_words || ' ' ||
            coalesce(kelurahan, '') || ' ' || coalesce(kecamatan, '')),
            '[^[:alnum:]]+', ' ', 'g'))) STORED
"""
# As need() of store/urgency.py weighs the reasons of open tasks.
_WAITS = """
    UPDATE complaint SET waits = coalesce((
        SELECT max(CASE reason WHEN 'emergency' THEN 5 WHEN 'dispute' THEN 3 WHEN 'repeat' THEN 3
                   WHEN 'unsure' THEN 2 WHEN 'misunderstood' THEN 2 WHEN 'dead_letter' THEN 1
                   ELSE 4 END)
        FROM task WHERE task.ticket = complaint.ticket AND task.done_at IS NULL), 0)
    WHERE ticket IN (SELECT ticket FROM task WHERE done_at IS NULL AND ticket IS NOT NULL)
"""


def upgrade() -> None:
    """Go forward."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column("complaint", sa.Column("agency", sa.Text(), nullable=True))
    op.add_column("complaint", sa.Column("waits", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "complaint", sa.Column("checked", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    for name, column in _TASKS.items():
        op.create_index(name, "task", [column])
    _fill()
    kept = "VIRTUAL" if sqlite else "STORED"
    op.execute(
        f"ALTER TABLE complaint ADD COLUMN urgency INTEGER GENERATED ALWAYS AS ({URGENCY}) {kept}"
    )
    _indexes()
    if sqlite:
        _words_on_sqlite()
    else:
        _words_on_postgresql()
    _tables()


def _fill() -> None:
    """What stands in the database already."""
    connection = op.get_bind()
    for slug, row in categories().items():
        connection.execute(
            sa.text("UPDATE complaint SET agency = :agency WHERE category = :slug"),
            {"agency": row.agency[0], "slug": slug},
        )
    connection.execute(
        sa.text(
            "UPDATE complaint SET checked = true WHERE id IN "
            "(SELECT complaint_id FROM correction WHERE category IS NOT NULL)"
        )
    )
    connection.execute(sa.text(_WAITS))


def _indexes() -> None:
    op.create_index("ix_inbox_conversation", "inbox", ["conversation_id", "id"])
    op.create_index("ix_complaint_queue", "complaint", ["urgency", "filed_at", "id", "confidence"])
    for name in _FILTERS:
        op.create_index(
            f"ix_complaint_queue_{name}", "complaint", [name, "urgency", "filed_at", "id"]
        )
    for name, (of, column, which) in _SOME.items():
        op.create_index(
            name,
            of,
            [column],
            postgresql_where=sa.text(which),
            sqlite_where=sa.text(_SQLITE.get(which, which)),
        )


def _words_on_sqlite() -> None:
    """An index of words beside the table, kept by triggers (docs/adr/0005)."""
    for statement in _ON_SQLITE:
        op.execute(statement)


def _words_on_postgresql() -> None:
    """A column of words that the database keeps, and an index of it."""
    op.execute(_ON_POSTGRESQL)
    op.execute("CREATE INDEX ix_complaint_words ON complaint USING gin (words)")


def _tables() -> None:
    op.create_table(
        "settled",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", name=op.f("pk_settled")),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_saved_view_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index("ix_saved_view_account_id", "saved_view", ["account_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("saved_view")
    op.drop_table("settled")
    if op.get_bind().dialect.name == "sqlite":
        for name in ("filed", "changed", "gone"):
            op.execute(f"DROP TRIGGER complaint_words_{name}")
        op.drop_table("complaint_words")
    else:
        op.drop_index("ix_complaint_words", "complaint")
        op.drop_column("complaint", "words")
    for name, (of, _, _) in _SOME.items():
        op.drop_index(name, of)
    for name in _TASKS:
        op.drop_index(name, "task")
    op.drop_index("ix_inbox_conversation", "inbox")
    op.drop_index("ix_complaint_queue", "complaint")
    for name in _FILTERS:
        op.drop_index(f"ix_complaint_queue_{name}", "complaint")
    for name in ("urgency", "checked", "waits", "agency"):  # SQLite 3.35 drops a column in place
        op.drop_column("complaint", name)
