"""Accounts: failures to sign in, set-up links, and an audit log that is only ever appended to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables import Utc

revision = "r0014"
down_revision = "r0013"
branch_labels = None
depends_on = None

_APPENDED = ("audit", "audit_seal")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "login_attempt",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.Column("until", Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_login_attempt")),
    )
    op.create_table(
        "setup_link",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("expires_at", Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_setup_link_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_setup_link")),
        sa.UniqueConstraint("digest", name=op.f("uq_setup_link_digest")),
    )
    op.create_table(
        "audit_seal",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("audit_id", sa.BigInteger(), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_seal_audit_id")),
    )
    for name in _APPENDED:
        _append_only(name)


def _append_only(name: str) -> None:
    """Let the database itself refuse to change or delete a row.

    A later revision that rebuilds such a table on SQLite (batch_alter_table) must lay them anew.
    """
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name} "
                f"BEGIN SELECT RAISE(ABORT, '{name} is only ever appended to'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION appended_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is only ever appended to', TG_TABLE_NAME; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name}_appended BEFORE UPDATE OR DELETE ON {name} "
        "FOR EACH ROW EXECUTE FUNCTION appended_only()"
    )
    op.execute(
        f"CREATE TRIGGER {name}_kept BEFORE TRUNCATE ON {name} "
        "FOR EACH STATEMENT EXECUTE FUNCTION appended_only()"
    )


def downgrade() -> None:
    """Go back."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name in _APPENDED if is_sqlite else ():
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER {name}_no_{verb}")
    for name in () if is_sqlite else _APPENDED:
        for trigger in ("appended", "kept"):
            op.execute(f"DROP TRIGGER {name}_{trigger} ON {name}")
    if not is_sqlite:
        op.execute("DROP FUNCTION appended_only()")
    op.drop_table("audit_seal")
    op.drop_table("setup_link")
    op.drop_table("login_attempt")
