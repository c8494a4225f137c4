"""What goes out: messages to citizens, what providers said, how their channels fare."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Text, text
from sqlmodel import Field

from store.tables.base import Row, moment, partial_index, reference, row_id, written

# Words of a partial index: a query that says the same uses it.
UNTOLD = "state IN ('failed', 'dead', 'queued', 'unknown', 'parked')"


class Outbox(Row, table=True):
    """A message to a citizen, from the decision to the receipt."""

    __tablename__ = "outbox"
    id: int = row_id()
    key: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    conversation_id: int = reference("conversation.id")
    channel: str = written()
    account: str = written()
    message: str = written()
    priority: int = 0  # 0 a reply, 1 a status, 2 a broadcast: the lowest goes first
    state: str = written(default="queued")  # see store/outbox.py
    part: int = 0  # the next wire part to send
    attempts: int = 0
    due_at: datetime = moment()
    lease_until: datetime | None = moment(nullable=True)
    detail: str | None = written(nullable=True, default=None)
    created_at: datetime = moment()
    sent_at: datetime | None = moment(nullable=True)
    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "channel",
            "account",
            "priority",
            "id",
            postgresql_where=text("state IN ('queued', 'unknown')"),
            sqlite_where=text("state IN ('queued', 'unknown')"),
        ),
        Index("ix_outbox_conversation", "conversation_id", "id"),
        partial_index("ix_outbox_dead", "id", "state = 'dead'"),
        Index("ix_outbox_told", "channel", "created_at"),
        Index(  # the few of which the overview counts the state
            "ix_outbox_untold",
            "created_at",
            "channel",
            "state",
            postgresql_where=text(UNTOLD),
            sqlite_where=text(UNTOLD),
        ),
    )


class SentPart(Row, table=True):
    """A wire part that the provider took, under the id that its receipts name."""

    __tablename__ = "sent_part"
    outbox_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("outbox.id"), primary_key=True, autoincrement=False)
    )
    part: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    channel: str = written()
    account: str = written()
    provider_id: str = written()
    state: str = written(default="sent")  # sent | delivered | read | failed
    __table_args__ = (Index("ix_sent_part_provider", "channel", "account", "provider_id"),)


class EarlyReceipt(Row, table=True):
    """A receipt that came before T3 had recorded what it speaks of."""

    __tablename__ = "early_receipt"
    channel: str = Field(sa_column=Column(Text, primary_key=True))
    account: str = Field(sa_column=Column(Text, primary_key=True))
    provider_id: str = Field(sa_column=Column(Text, primary_key=True))
    status: str = Field(sa_column=Column(Text, primary_key=True))
    at: datetime = moment()


class Exchange(Row, table=True):
    """What we asked a provider and what it said: the trace of one attempt at one wire part."""

    __tablename__ = "exchange"
    id: int = row_id()
    outbox_id: int = reference("outbox.id", index=True)
    part: int = 0
    at: datetime = moment()
    took_ms: int = 0
    request: str = written()  # method and body, secrets redacted, long values cut
    outcome: str = written()  # sent | retry | unknown | refused | parked | misconfigured
    detail: str = written()


class ChannelState(Row, table=True):
    """How an account of a channel fares, as the process that serves it last said."""

    __tablename__ = "channel_state"
    channel: str = Field(sa_column=Column(Text, primary_key=True))
    account: str = Field(sa_column=Column(Text, primary_key=True))
    state: str = written()  # up | held | broken | off
    detail: str = written()
    at: datetime = moment()


class Lease(Row, table=True):
    """What one process at a time may do: a poller, a bind."""

    __tablename__ = "lease"
    name: str = Field(sa_column=Column(Text, primary_key=True))
    owner: str = written()
    until: datetime = moment()
