"""People at the desk: accounts, how they come in, what they did, how they look at the queue."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Text
from sqlmodel import Field

from store.tables.base import Row, moment, reference, row_id, written


class Account(Row, table=True):
    """Somebody who works in the console: a name, a role, and for an officer what he may see."""

    __tablename__ = "account"
    id: int = row_id()
    name: str = Field(sa_column=Column(Text, nullable=False, unique=True))  # typed to sign in
    role: str = written()  # viewer | officer | moderator | admin
    agency: str | None = written(nullable=True, default=None)  # of an officer
    area: str | None = written(nullable=True, default=None)  # of an officer: "kota/kecamatan/..."
    password: str | None = written(
        nullable=True, default=None
    )  # argon2id; None: signs in elsewhere
    subject: str | None = Field(
        sa_column=Column(Text, nullable=True, unique=True), default=None
    )  # "<issuer> <sub>" of single sign-on
    locale: str = written(default="id")
    made_at: datetime = moment()
    disabled_at: datetime | None = moment(nullable=True)


class SessionRow(Row, table=True):
    """A signed-in browser. Its secret is kept as a hash alone."""

    __tablename__ = "session"
    digest: str = Field(sa_column=Column(Text, primary_key=True))
    account_id: int = reference("account.id", index=True)
    made_at: datetime = moment()
    seen_at: datetime = moment()
    expires_at: datetime = moment()
    agent: str = written()  # what the browser calls itself, cut short


class LoginAttempt(Row, table=True):
    """Failures to enter the console, counted per account, browser or address: keyed hashes."""

    __tablename__ = "login_attempt"
    key: str = Field(sa_column=Column(Text, primary_key=True))
    failures: int = 0
    at: datetime = moment()  # of the last one
    until: datetime = moment()  # nobody may try before


class SetupLink(Row, table=True):
    """A link with which somebody chooses the password of his account. Its secret is hashed."""

    __tablename__ = "setup_link"
    account_id: int = Field(
        sa_column=Column(
            BigInteger, ForeignKey("account.id"), primary_key=True, autoincrement=False
        )
    )
    digest: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    expires_at: datetime = moment()


class ApiToken(Row, table=True):
    """What a program shows instead of a session. Its secret is kept as a hash alone."""

    __tablename__ = "api_token"
    id: int = row_id()
    account_id: int = reference("account.id", index=True)
    name: str = written()  # what it is for
    digest: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    scopes: str = written()  # rights, a space between
    made_at: datetime = moment()
    expires_at: datetime | None = moment(nullable=True)
    used_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)


class SavedView(Row, table=True):
    """A filter of the queue under a name: its owner's, or everybody's."""

    __tablename__ = "saved_view"
    id: int = row_id()
    account_id: int | None = reference("account.id", nullable=True, index=True)  # None: everybody's
    name: str = written()
    query: str = written()  # as it stands in the address: category=banjir&status=open
    at: datetime = moment()


class Audit(Row, table=True):
    """Who did what in the console. Appended, never changed; ids and numbers, no citizen's words."""

    __tablename__ = "audit"
    id: int = row_id()
    at: datetime = moment()
    actor: str = written()  # an account's name; "kanal" for a command
    act: str = written()  # "correct.category", "people.disable", ...
    subject: str = written()  # a ticket number, an account's name, a model's version
    detail: str = written(default="{}")
    __table_args__ = (Index("ix_audit_subject", "subject", "id"),)


class AuditSeal(Row, table=True):
    """A link of the chain over the audit log: each holds what stood before it. Appended alone."""

    __tablename__ = "audit_seal"
    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    audit_id: int = Field(sa_column=Column(BigInteger, nullable=False, unique=True))
    seal: str = written()
