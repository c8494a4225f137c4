"""The overview's days: what counts of their complaints, and which days have changed since."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "r0017"
down_revision = "r0016"
branch_labels = None
depends_on = None

# Which columns count, and the complaints that a row of the table speaks of. A later revision that
# rebuilds such a table on SQLite (batch_alter_table) must lay its triggers anew.
_COUNTS = {
    "complaint": (
        "filed_at, channel, category, agency, kelurahan, kecamatan, kota, status, conversation_id",
        "complaint.id IN ({0}.id)",
        "",
    ),
    "complaint_event": (
        "complaint_id, at, kind",
        "complaint.id IN ({0}.complaint_id)",
        "{0}.kind = 'status'",
    ),
    "conversation_event": (
        "conversation_id, at, kind",
        "complaint.conversation_id IN ({0}.conversation_id)",
        "{0}.kind = 'said'",
    ),
    "correction": (
        "complaint_id, category, before, undoes",
        "complaint.id IN ({0}.complaint_id)",
        "{0}.complaint_id IS NOT NULL",
    ),
}
_MARK = "INSERT INTO overview_change (day) {}"
_FILED = "SELECT DISTINCT {} FROM complaint WHERE {}"
_COUNTED = ["filed_at", "kelurahan", "kecamatan", "kota", "category", "agency"]
_COUNTED_BEFORE = [
    "filed_at", "channel", "category", "agency", "kelurahan", "kecamatan", "kota", "status", "id",
]  # fmt: skip
_VERBS = ("INSERT", "UPDATE", "DELETE")
_DAY = {
    "sqlite": "substr({}, 1, 10)",
    "postgresql": "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
}


def upgrade() -> None:
    """Go forward."""
    dialect = op.get_bind().dialect.name
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "overview_day",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_overview_day")),
    )
    op.create_table(
        "overview_change",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overview_change")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_overview_change_day", "overview_change", ["day"])
    filed = _DAY[dialect].format("filed_at")
    op.execute(_MARK.format(_FILED.format(filed, "true")))
    for statement in _on_sqlite() if dialect == "sqlite" else _on_postgresql():
        op.execute(statement)
    _indexes()


def _indexes() -> None:
    """Of what is still counted as it stands: messages, and what stands out just now."""
    op.drop_index("ix_outbox_counted", "outbox")
    op.create_index("ix_outbox_told", "outbox", ["channel", "created_at"])
    untold = sa.text("state IN ('failed', 'dead', 'queued', 'unknown', 'parked')")
    op.create_index(
        "ix_outbox_untold",
        "outbox",
        ["created_at", "channel", "state"],
        sqlite_where=untold,
        postgresql_where=untold,
    )
    op.drop_index("ix_complaint_counted", "complaint")
    op.create_index("ix_complaint_counted", "complaint", _COUNTED)
    op.create_index("ix_supporter_at", "supporter", ["at", "complaint_id"])


def _days(rows: tuple[str, ...], of: str, day: str) -> str:
    """Mark the days of the complaints that these rows (new, old) speak of."""
    if of == "complaint":  # itself: it is perhaps no longer there
        days = " UNION ".join(f"SELECT {day.format(f'{row}.filed_at')}" for row in rows)
        return _MARK.format(days)
    which = " OR ".join(_COUNTS[of][1].format(row) for row in rows)
    filed = day.format("complaint.filed_at")
    return _MARK.format(_FILED.format(filed, which))


def _triggers() -> Iterator[tuple[str, str, str, tuple[str, ...], str]]:
    """Table, verb, what it is said of, the rows that there are, and when it counts."""
    for of, (columns, _, which) in _COUNTS.items():
        for verb in _VERBS:
            rows = {"INSERT": ("new",), "UPDATE": ("old", "new"), "DELETE": ("old",)}[verb]
            said = f"UPDATE OF {columns}" if verb == "UPDATE" else verb
            when = " OR ".join(which.format(row) for row in rows) if which else ""
            yield of, verb, said, rows, f" WHEN ({when})" if when else ""


def _on_sqlite() -> Iterator[str]:
    for of, verb, said, rows, when in _triggers():
        yield (
            f"CREATE TRIGGER overview_{of}_{verb.lower()} AFTER {said} ON {of}{when}"
            f" BEGIN {_days(rows, of, _DAY['sqlite'])}; END"
        )


def _on_postgresql() -> Iterator[str]:
    for of, verb, said, rows, when in _triggers():
        name = f"overview_{of}_{verb.lower()}"
        yield (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {_days(rows, of, _DAY['postgresql'])}; RETURN NULL; END $$"
        )
        yield (
            f"CREATE TRIGGER {name} AFTER {said} ON {of}"
            f" FOR EACH ROW{when} EXECUTE FUNCTION {name}()"
        )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_supporter_at", "supporter")
    op.drop_index("ix_complaint_counted", "complaint")
    op.create_index("ix_complaint_counted", "complaint", _COUNTED_BEFORE)
    op.drop_index("ix_outbox_untold", "outbox")
    op.drop_index("ix_outbox_told", "outbox")
    op.create_index("ix_outbox_counted", "outbox", ["created_at", "channel", "state"])
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for of, verb, *_ in _triggers():
        name = f"overview_{of}_{verb.lower()}"
        op.execute(f"DROP TRIGGER {name}" if is_sqlite else f"DROP TRIGGER {name} ON {of}")
        if not is_sqlite:
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_table("overview_change")
    op.drop_table("overview_day")
