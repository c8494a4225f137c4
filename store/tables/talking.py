"""Conversations, whose they are, and what people did in them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Text, UniqueConstraint
from sqlmodel import Field

from store.tables.base import Row, moment, partial_index, reference, row_id, written


class ConversationRow(Row, table=True):
    """One talk with one address on one channel, its state, and the lease on it."""

    __tablename__ = "conversation"
    id: int = row_id()
    channel: str = written()
    account: str = written()
    address: str = written()
    state: str = written(default="{}")
    stopped: bool = False
    handed_over: bool = False  # a person answers
    updated_at: datetime = moment()
    heard_at: datetime | None = moment(nullable=True)  # when the citizen last wrote
    lease_owner: str | None = written(nullable=True, default=None)
    lease_until: datetime | None = moment(nullable=True)
    erasure_id: int | None = reference("erasure.id", nullable=True)  # forgotten: nothing goes here
    __table_args__ = (
        UniqueConstraint("channel", "account", "address"),
        partial_index("ix_conversation_handed_over", "id", "handed_over", "handed_over = 1"),
    )


class Contact(Row, table=True):
    """A person of whom more than one address is known, because he linked them himself."""

    __tablename__ = "contact"
    id: int = row_id()
    at: datetime = moment()


class Identity(Row, table=True):
    """An address of a contact on one channel: the one that a conversation is held with."""

    __tablename__ = "identity"
    conversation_id: int = Field(
        sa_column=Column(
            BigInteger, ForeignKey("conversation.id"), primary_key=True, autoincrement=False
        )
    )
    contact_id: int = reference("contact.id", index=True)
    at: datetime = moment()


class OneTimeCode(Row, table=True):
    """A code that was told to one address. Only its keyed hash is kept; it is good once."""

    __tablename__ = "one_time_code"
    id: int = row_id()
    digest: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    purpose: str = written()  # link | proof | erase
    conversation_id: int = reference("conversation.id", index=True)
    proves: int | None = Field(sa_column=Column(BigInteger, nullable=True), default=None)
    expires_at: datetime = moment()
    used_at: datetime | None = moment(nullable=True)


class Erasure(Row, table=True):
    """That somebody's data was erased: when, whose (a keyed hash), and what kinds of rows."""

    __tablename__ = "erasure"
    id: int = row_id()
    at: datetime = moment()
    who: str = written()  # keyed hashes of the addresses, to prove it to whoever comes with one
    kinds: str = written(default="{}")  # how many rows of which table
    files: str = written(default="[]")  # photos that are still to be deleted
    keys_until: datetime = moment()  # then the providers' ids of his messages go as well
    done_at: datetime | None = moment(nullable=True)


class ConversationEvent(Row, table=True):
    """What people did with a conversation. Appended, never edited."""

    __tablename__ = "conversation_event"
    id: int = row_id()
    conversation_id: int = reference("conversation.id", index=True)
    at: datetime = moment()
    kind: str = written()  # taken | said | back | note
    actor: str = written()  # a moderator's account
    text: str = written()  # what was said, or noted for colleagues


class CardRow(Row, table=True):
    """A card: a question that may be answered once, on a page. Written with the question (T2).

    What became of it is not written here: it is used when the inbox holds `card:<id>`, and ended
    when its conversation no longer names it.
    """

    __tablename__ = "card"
    id: str = Field(sa_column=Column(Text, primary_key=True))
    conversation_id: int = reference("conversation.id", index=True)
    thread: str = written(default="{}")  # of the message that the question answered
    made_at: datetime = moment()
    expires_at: datetime = moment()
