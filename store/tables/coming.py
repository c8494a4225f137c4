"""What comes in: deliveries, messages, their parts and attachments, what an engine said of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field

from store.tables.base import Row, moment, partial_index, reference, row_id, written
from store.urgency import UNSURE


class Delivery(Row, table=True):
    """The journal: a delivery as it came. Written in T1, changed only by being emptied."""

    __tablename__ = "delivery"
    id: int = row_id()
    channel: str = written()
    account: str = written()
    received_at: datetime = moment()
    envelope: str = written(default="{}")
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    dead: str | None = written(nullable=True, default=None)  # why it could not be read
    __table_args__ = (partial_index("ix_delivery_dead", "id", "dead IS NOT NULL"),)


class Cursor(Row, table=True):
    """How far a puller has read; moved by the same T1 that keeps what it read."""

    __tablename__ = "cursor"
    channel: str = Field(sa_column=Column(Text, primary_key=True))
    account: str = Field(sa_column=Column(Text, primary_key=True))
    value: str = written()


class Inbox(Row, table=True):
    """A message that waits to be answered, or was. A due timer is one on the channel `clock`."""

    __tablename__ = "inbox"
    id: int = row_id()
    channel: str = written()
    external_id: str = written()
    conversation_id: int = reference("conversation.id")
    delivery_id: int | None = reference("delivery.id", nullable=True)
    message: str = written()
    due_at: datetime = moment()
    state: str = written(default="pending")  # pending | done | dead
    quiet_at: datetime | None = moment(nullable=True)  # waits so long to be joined; None: never is
    attempts: int = 0
    error: str | None = written(nullable=True, default=None)
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index(
            "ix_inbox_due",
            "due_at",
            "id",
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
        Index(
            "ix_inbox_waiting",
            "conversation_id",
            "id",
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
        partial_index("ix_inbox_dead", "id", "state = 'dead'"),
        Index("ix_inbox_conversation", "conversation_id", "id"),
    )


class PartRow(Row, table=True):
    """A delivery of several that make one message, until the message is whole."""

    __tablename__ = "part"
    id: int = row_id()
    channel: str = written()
    key: str = written()
    index: int = 0
    total: int | None = None
    delivery_id: int = reference("delivery.id")
    external_id: str = written()
    message: str = written()
    due_at: datetime = moment()
    joined: bool = False
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index(
            "ix_part_waiting",
            "channel",
            "key",
            postgresql_where=text("NOT joined"),
            sqlite_where=text("NOT joined"),
        ),
    )


class Media(Row, table=True):
    """An attachment: a reference from T1 on, bytes under var/media once it is kept."""

    __tablename__ = "media"
    id: int = row_id()
    inbox_id: int | None = reference(
        "inbox.id", nullable=True, index=True
    )  # None: an officer's photo
    delivery_id: int | None = reference("delivery.id", nullable=True)
    channel: str = written()
    account: str = written()
    ref: str = written()
    state: str = written(default="pending")  # pending | kept | refused
    reason: str | None = written(nullable=True, default=None)  # phrase key when refused
    attempts: int = 0
    due_at: datetime = moment()
    sha256: str | None = written(nullable=True, default=None)
    content_type: str | None = written(nullable=True, default=None)
    width: int | None = None
    height: int | None = None
    lat: float | None = None  # EXIF position
    lon: float | None = None
    complaint_id: int | None = reference("complaint.id", nullable=True, index=True)
    published: bool = False  # a moderator lets everybody see it
    edited_from: int | None = reference(
        "media.id", nullable=True, index=True
    )  # what was made unreadable
    __table_args__ = (
        Index(
            "ix_media_pending",
            "due_at",
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
    )


class Prediction(Row, table=True):
    """What an engine said of a message. Kept; corrections stand beside it, never over it."""

    __tablename__ = "prediction"
    inbox_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("inbox.id"), primary_key=True, autoincrement=False)
    )
    engine: str = written()
    intent: str = written()
    category: str | None = written(nullable=True, default=None)
    confidence: float = 0.0
    understanding: str = written()
    text: str | None = written(
        nullable=True, default=None
    )  # what was read, if more than the message
    __table_args__ = (partial_index("ix_prediction_unsure", "inbox_id", UNSURE),)
