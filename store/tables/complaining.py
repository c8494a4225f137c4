"""Complaints, who joined them, what happened to them, what waits for a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Computed, Index, Integer, Text, UniqueConstraint, text
from sqlmodel import Field

from store.tables.base import Row, moment, partial_index, reference, row_id, written
from store.urgency import URGENCY


class Complaint(Row, table=True):
    """A filed complaint, as it stands now; how it came to stand so is in `complaint_event`."""

    __tablename__ = "complaint"
    id: int = row_id()
    ticket: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    status: str = written(default="open")
    category: str = written()
    confidence: float = 0.0
    engine: str = written()
    text: str = written()  # as written
    lat: float | None = None
    lon: float | None = None
    place_words: str = written()
    place_source: str = written()
    place_radius_m: int | None = None  # how well the place is known; None for no better than words
    kelurahan: str | None = written(nullable=True, default=None)
    kecamatan: str | None = written(nullable=True, default=None)
    kota: str | None = written(nullable=True, default=None)
    slots: str = written(default="{}")
    emergency: bool = False
    complete: bool = True
    escalated: int = 0  # how often it was told again or disputed
    published_text: str | None = written(
        nullable=True, default=None
    )  # as a moderator lets it be read
    anonymous: bool = False  # officials must not learn who reports
    merged_into: int | None = reference("complaint.id", nullable=True)
    channel: str = written()
    conversation_id: int = reference("conversation.id", index=True)
    filed_by: int = reference("inbox.id")  # the message that filed it
    filed_at: datetime = moment()
    updated_at: datetime = moment()
    agency: str | None = written(nullable=True, default=None)  # who is to act, by rule or by hand
    agency_rule: str = Field(  # the rule's name, "hand" for a person's word (store/assignment.py)
        sa_column=Column(Text, nullable=False, server_default=""), default=""
    )
    waits: int = 0  # the most urgent of its open tasks (store/urgency.py), 0 for none
    checked: bool = False  # a person has said what it is about
    urgency: int = Field(sa_column=Column(Integer, Computed(URGENCY), nullable=True), default=None)
    __table_args__ = (
        Index("ix_complaint_near", "category", "lat", "lon"),
        Index("ix_complaint_place", "lat", "lon"),
        Index("ix_complaint_queue", "urgency", "filed_at", "id", "confidence"),
        *(
            Index(f"ix_complaint_queue_{name}", name, "urgency", "filed_at", "id")
            for name in (
                "category",
                "status",
                "agency",
                "channel",
                "kota",
                "kecamatan",
                "kelurahan",
            )
        ),
        # What stands out just now is counted by time and area, and reads nothing but this index.
        Index(
            "ix_complaint_counted",
            "filed_at",
            "kelurahan",
            "kecamatan",
            "kota",
            "category",
            "agency",
        ),
    )


class Supporter(Row, table=True):
    """A citizen who joined a complaint that another had filed, with his own words."""

    __tablename__ = "supporter"
    id: int = row_id()
    complaint_id: int = reference("complaint.id")
    conversation_id: int = reference("conversation.id", index=True)
    inbox_id: int = reference("inbox.id")  # the message that joined
    at: datetime = moment()
    text: str = written()
    slots: str = written(default="{}")
    place_words: str = written()
    lat: float | None = None
    lon: float | None = None
    anonymous: bool = False
    __table_args__ = (
        UniqueConstraint("complaint_id", "conversation_id"),
        Index("ix_supporter_at", "at", "complaint_id"),
    )


class ComplaintEvent(Row, table=True):
    """The history of a complaint. Appended, never edited."""

    __tablename__ = "complaint_event"
    id: int = row_id()
    complaint_id: int = reference("complaint.id", index=True)
    at: datetime = moment()
    kind: str = written()  # filed | status | corrected | confirmed | citizen_note | dispute | ...
    actor: str = written()  # citizen | bot | a moderator's account
    body: str = written(default="{}")
    inbox_id: int | None = reference(
        "inbox.id", nullable=True, index=True
    )  # the message, if by one
    __table_args__ = (
        Index(
            "ix_complaint_event_status",
            "complaint_id",
            "at",
            postgresql_where=text("kind = 'status'"),
            sqlite_where=text("kind = 'status'"),
        ),
    )


class Task(Row, table=True):
    """Something that a person must look at."""

    __tablename__ = "task"
    id: int = row_id()
    reason: str = written()
    conversation_id: int | None = reference("conversation.id", nullable=True)
    inbox_id: int | None = reference("inbox.id", nullable=True)
    ticket: str | None = written(nullable=True, default=None)  # the complaint that it is about
    at: datetime = moment()
    done_at: datetime | None = moment(nullable=True)
    done_by: str | None = written(nullable=True, default=None)
    __table_args__ = (
        partial_index("ix_task_open", "id", "done_at IS NULL"),
        partial_index("ix_task_loose", "id", "done_at IS NULL AND ticket IS NULL"),
        Index("ix_task_ticket", "ticket"),
        Index("ix_task_conversation", "conversation_id"),
        Index("ix_task_inbox", "inbox_id"),
    )


class Settled(Row, table=True):
    """Something of the queue that is no complaint, and that a person has looked at."""

    __tablename__ = "settled"
    kind: str = Field(sa_column=Column(Text, primary_key=True))  # message | mo | mt | raw
    id: int = row_id()
    actor: str = written()
    at: datetime = moment()
