"""Every table of the house. Times are aware UTC; JSON columns hold what a room's types dump.

A column that is added needs a migration (docs/upgrade.md); `kanal migrate --check` and a test
compare these classes with the migrations.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Computed,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

from store.urgency import URGENCY

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Utc(TypeDecorator[datetime]):
    """A moment: aware in Python, `timestamptz` on PostgreSQL.

    SQLite has no type for it: ISO 8601 text in UTC, always with microseconds, so that the order
    of texts is the order of moments.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite."""
        kind = Text() if dialect.name == "sqlite" else DateTime(timezone=True)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse what has no zone."""
        if value is None:
            return None
        if value.tzinfo is not UTC:
            if value.tzinfo is None:
                raise ValueError(f"{value!r} has no time zone; pass an aware UTC time")
            value = value.astimezone(UTC)
        return value.isoformat(timespec="microseconds") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give the moment back."""
        if value is None or dialect.name != "sqlite":
            return value  # type: ignore[no-any-return]
        return datetime.fromisoformat(value)


class Row(SQLModel):
    """The base of every table: named constraints, so that migrations can name them."""

    metadata = MetaData(naming_convention=NAMES)


def _id() -> Any:
    return Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


def _ref(target: str, *, nullable: bool = False, index: bool = False) -> Any:
    key = ForeignKey(target)
    return Field(sa_column=Column(BigInteger, key, nullable=nullable, index=index), default=None)


def _text(*, nullable: bool = False, default: str | None = "") -> Any:
    return Field(sa_column=Column(Text, nullable=nullable), default=default)


def _at(*, nullable: bool = False) -> Any:
    return Field(sa_column=Column(Utc, nullable=nullable), default=None)


def _some(name: str, column: str, which: str, sqlite: str = "") -> Index:
    """An index of the few rows that somebody looks for again and again.

    SQLite uses it for a query that says the same in the same words.
    """
    return Index(name, column, postgresql_where=text(which), sqlite_where=text(sqlite or which))


class Delivery(Row, table=True):
    """The journal: a delivery as it came. Written in T1, changed only by being emptied."""

    __tablename__ = "delivery"
    id: int = _id()
    channel: str = _text()
    account: str = _text()
    received_at: datetime = _at()
    envelope: str = _text(default="{}")
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    dead: str | None = _text(nullable=True, default=None)  # why it could not be read
    __table_args__ = (_some("ix_delivery_dead", "id", "dead IS NOT NULL"),)


class Cursor(Row, table=True):
    """How far a puller has read; moved by the same T1 that keeps what it read."""

    __tablename__ = "cursor"
    channel: str = Field(sa_column=Column(Text, primary_key=True))
    account: str = Field(sa_column=Column(Text, primary_key=True))
    value: str = _text()


class ConversationRow(Row, table=True):
    """One talk with one address on one channel, its state, and the lease on it."""

    __tablename__ = "conversation"
    id: int = _id()
    channel: str = _text()
    account: str = _text()
    address: str = _text()
    state: str = _text(default="{}")
    stopped: bool = False
    handed_over: bool = False  # a person answers
    updated_at: datetime = _at()
    heard_at: datetime | None = _at(nullable=True)  # when the citizen last wrote
    lease_owner: str | None = _text(nullable=True, default=None)
    lease_until: datetime | None = _at(nullable=True)
    erasure_id: int | None = _ref("erasure.id", nullable=True)  # forgotten: nothing goes here
    __table_args__ = (
        UniqueConstraint("channel", "account", "address"),
        _some("ix_conversation_handed_over", "id", "handed_over", "handed_over = 1"),
    )


class Contact(Row, table=True):
    """A person of whom more than one address is known, because he linked them himself."""

    __tablename__ = "contact"
    id: int = _id()
    at: datetime = _at()


class Identity(Row, table=True):
    """An address of a contact on one channel: the one that a conversation is held with."""

    __tablename__ = "identity"
    conversation_id: int = Field(
        sa_column=Column(
            BigInteger, ForeignKey("conversation.id"), primary_key=True, autoincrement=False
        )
    )
    contact_id: int = _ref("contact.id", index=True)
    at: datetime = _at()


class OneTimeCode(Row, table=True):
    """A code that was told to one address. Only its keyed hash is kept; it is good once."""

    __tablename__ = "one_time_code"
    id: int = _id()
    digest: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    purpose: str = _text()  # link | proof | erase
    conversation_id: int = _ref("conversation.id", index=True)
    proves: int | None = Field(sa_column=Column(BigInteger, nullable=True), default=None)
    expires_at: datetime = _at()
    used_at: datetime | None = _at(nullable=True)


class Erasure(Row, table=True):
    """That somebody's data was erased: when, whose (a keyed hash), and what kinds of rows."""

    __tablename__ = "erasure"
    id: int = _id()
    at: datetime = _at()
    who: str = _text()  # keyed hashes of the addresses, to prove it to whoever comes with one
    kinds: str = _text(default="{}")  # how many rows of which table
    files: str = _text(default="[]")  # photos that are still to be deleted
    keys_until: datetime = _at()  # then the providers' ids of his messages go as well
    done_at: datetime | None = _at(nullable=True)


class Inbox(Row, table=True):
    """A message that waits to be answered, or was. A due timer is one on the channel `clock`."""

    __tablename__ = "inbox"
    id: int = _id()
    channel: str = _text()
    external_id: str = _text()
    conversation_id: int = _ref("conversation.id")
    delivery_id: int | None = _ref("delivery.id", nullable=True)
    message: str = _text()
    due_at: datetime = _at()
    state: str = _text(default="pending")  # pending | done | dead
    quiet_at: datetime | None = _at(nullable=True)  # waits so long to be joined; None: never is
    attempts: int = 0
    error: str | None = _text(nullable=True, default=None)
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
        _some("ix_inbox_dead", "id", "state = 'dead'"),
        Index("ix_inbox_conversation", "conversation_id", "id"),
    )


class PartRow(Row, table=True):
    """A delivery of several that make one message, until the message is whole."""

    __tablename__ = "part"
    id: int = _id()
    channel: str = _text()
    key: str = _text()
    index: int = 0
    total: int | None = None
    delivery_id: int = _ref("delivery.id")
    external_id: str = _text()
    message: str = _text()
    due_at: datetime = _at()
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
    id: int = _id()
    inbox_id: int | None = _ref("inbox.id", nullable=True, index=True)  # None: an officer's photo
    delivery_id: int | None = _ref("delivery.id", nullable=True)
    channel: str = _text()
    account: str = _text()
    ref: str = _text()
    state: str = _text(default="pending")  # pending | kept | refused
    reason: str | None = _text(nullable=True, default=None)  # phrase key when refused
    attempts: int = 0
    due_at: datetime = _at()
    sha256: str | None = _text(nullable=True, default=None)
    content_type: str | None = _text(nullable=True, default=None)
    width: int | None = None
    height: int | None = None
    lat: float | None = None  # EXIF position
    lon: float | None = None
    complaint_id: int | None = _ref("complaint.id", nullable=True, index=True)
    published: bool = False  # a moderator lets everybody see it
    edited_from: int | None = _ref(
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
    engine: str = _text()
    intent: str = _text()
    category: str | None = _text(nullable=True, default=None)
    confidence: float = 0.0
    understanding: str = _text()
    text: str | None = _text(nullable=True, default=None)  # what was read, if more than the message
    __table_args__ = (
        _some("ix_prediction_unsure", "inbox_id", "category IS NOT NULL AND confidence < 0.5"),
    )


class Correction(Row, table=True):
    """A moderator's word on a prediction. Appended, never changed: a later word is a later row."""

    __tablename__ = "correction"
    id: int = _id()
    complaint_id: int | None = _ref("complaint.id", nullable=True, index=True)
    inbox_id: int | None = _ref("inbox.id", nullable=True, index=True)  # one of the two at least
    actor: str = _text()  # a moderator's account; "citizen" or "auto:<rule>" where none spoke
    at: datetime = _at()
    engine: str = _text()  # the one that predicted
    before: str = _text(default="{}")  # what stood before: store/corrections.py
    category: str | None = _text(nullable=True, default=None)  # None: no word on the category
    categories: str = _text(default="[]")  # all that fit, `category` first
    intent: str | None = _text(nullable=True, default=None)
    spot: str | None = _text(nullable=True, default=None)  # where it is, a dumped Spot
    language: str | None = _text(nullable=True, default=None)  # id | en
    duplicate_of: int | None = _ref("complaint.id", nullable=True)  # tells of the same as this one
    split_into: int | None = _ref("complaint.id", nullable=True)  # tells of this one as well
    undoes: int | None = _ref("correction.id", nullable=True, index=True)  # takes that word back
    batch: int | None = Field(
        sa_column=Column(BigInteger, nullable=True, index=True), default=None
    )  # of words that were said together


class Learning(Row, table=True):
    """What became of a candidate model, or a roll-back. Appended, never changed."""

    __tablename__ = "learning"
    id: int = _id()
    at: datetime = _at()
    actor: str = _text()
    outcome: str = _text()  # kept (for a person to promote) | promoted | refused | rolled_back
    version: str = _text()  # of the candidate, or of the model gone back to
    before: str = _text()  # of the model that was current
    learned_to: int = Field(sa_column=Column(BigInteger, nullable=False), default=0)
    verdict: str = _text(default="{}")  # the figures


class Training(Row, table=True):
    """A candidate model in the making: who asked for it, how far it is, how it ended."""

    __tablename__ = "training"
    id: int = _id()
    at: datetime = _at()
    actor: str = _text()
    state: str = _text(default="running")  # running | done | failed
    step: str = _text()  # what is being done now; of a failed one, why it failed
    share: float = 0.0  # of the work, 0 to 1
    until: datetime = _at()  # taken for dead when nothing was heard until then
    version: str = _text()  # of the candidate that came of it; "" while there is none
    ended_at: datetime | None = _at(nullable=True)
    __table_args__ = (
        Index(
            "uq_training_running",  # one at a time, on however many machines
            "state",
            unique=True,
            postgresql_where=text("state = 'running'"),
            sqlite_where=text("state = 'running'"),
        ),
    )


class Complaint(Row, table=True):
    """A filed complaint, as it stands now; how it came to stand so is in `complaint_event`."""

    __tablename__ = "complaint"
    id: int = _id()
    ticket: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    status: str = _text(default="open")
    category: str = _text()
    confidence: float = 0.0
    engine: str = _text()
    text: str = _text()  # as written
    lat: float | None = None
    lon: float | None = None
    place_words: str = _text()
    place_source: str = _text()
    place_radius_m: int | None = None  # how well the place is known; None for no better than words
    kelurahan: str | None = _text(nullable=True, default=None)
    kecamatan: str | None = _text(nullable=True, default=None)
    kota: str | None = _text(nullable=True, default=None)
    slots: str = _text(default="{}")
    emergency: bool = False
    complete: bool = True
    escalated: int = 0  # how often it was told again or disputed
    published_text: str | None = _text(
        nullable=True, default=None
    )  # as a moderator lets it be read
    anonymous: bool = False  # officials must not learn who reports
    merged_into: int | None = _ref("complaint.id", nullable=True)
    channel: str = _text()
    conversation_id: int = _ref("conversation.id", index=True)
    filed_by: int = _ref("inbox.id")  # the message that filed it
    filed_at: datetime = _at()
    updated_at: datetime = _at()
    agency: str | None = _text(nullable=True, default=None)  # who is to act, by rule or by hand
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
        # The overview counts by time and one of the others, and reads nothing but this index.
        Index(
            "ix_complaint_counted",
            "filed_at",
            "channel",
            "category",
            "agency",
            "kelurahan",
            "kecamatan",
            "kota",
            "status",
            "id",
        ),
    )


class Supporter(Row, table=True):
    """A citizen who joined a complaint that another had filed, with his own words."""

    __tablename__ = "supporter"
    id: int = _id()
    complaint_id: int = _ref("complaint.id")
    conversation_id: int = _ref("conversation.id", index=True)
    inbox_id: int = _ref("inbox.id")  # the message that joined
    at: datetime = _at()
    text: str = _text()
    slots: str = _text(default="{}")
    place_words: str = _text()
    lat: float | None = None
    lon: float | None = None
    anonymous: bool = False
    __table_args__ = (UniqueConstraint("complaint_id", "conversation_id"),)


class ComplaintEvent(Row, table=True):
    """The history of a complaint. Appended, never edited."""

    __tablename__ = "complaint_event"
    id: int = _id()
    complaint_id: int = _ref("complaint.id", index=True)
    at: datetime = _at()
    kind: str = _text()  # filed | status | corrected | confirmed | citizen_note | dispute | ...
    actor: str = _text()  # citizen | bot | a moderator's account
    body: str = _text(default="{}")
    inbox_id: int | None = _ref("inbox.id", nullable=True, index=True)  # the message, if by one
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
    id: int = _id()
    reason: str = _text()
    conversation_id: int | None = _ref("conversation.id", nullable=True)
    inbox_id: int | None = _ref("inbox.id", nullable=True)
    ticket: str | None = _text(nullable=True, default=None)  # the complaint that it is about
    at: datetime = _at()
    done_at: datetime | None = _at(nullable=True)
    done_by: str | None = _text(nullable=True, default=None)
    __table_args__ = (
        _some("ix_task_open", "id", "done_at IS NULL"),
        _some("ix_task_loose", "id", "done_at IS NULL AND ticket IS NULL"),
        Index("ix_task_ticket", "ticket"),
        Index("ix_task_conversation", "conversation_id"),
        Index("ix_task_inbox", "inbox_id"),
    )


class Settled(Row, table=True):
    """Something of the queue that is no complaint, and that a person has looked at."""

    __tablename__ = "settled"
    kind: str = Field(sa_column=Column(Text, primary_key=True))  # message | mo | mt | raw
    id: int = _id()
    actor: str = _text()
    at: datetime = _at()


class SavedView(Row, table=True):
    """A filter of the queue under a name: its owner's, or everybody's."""

    __tablename__ = "saved_view"
    id: int = _id()
    account_id: int | None = _ref("account.id", nullable=True, index=True)  # None: everybody's
    name: str = _text()
    query: str = _text()  # as it stands in the address: category=banjir&status=open
    at: datetime = _at()


class ConversationEvent(Row, table=True):
    """What people did with a conversation. Appended, never edited."""

    __tablename__ = "conversation_event"
    id: int = _id()
    conversation_id: int = _ref("conversation.id", index=True)
    at: datetime = _at()
    kind: str = _text()  # taken | said | back | note
    actor: str = _text()  # a moderator's account
    text: str = _text()  # what was said, or noted for colleagues


class Outbox(Row, table=True):
    """A message to a citizen, from the decision to the receipt."""

    __tablename__ = "outbox"
    id: int = _id()
    key: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    conversation_id: int = _ref("conversation.id")
    channel: str = _text()
    account: str = _text()
    message: str = _text()
    priority: int = 0  # 0 a reply, 1 a status, 2 a broadcast: the lowest goes first
    state: str = _text(default="queued")  # see store/outbox.py
    part: int = 0  # the next wire part to send
    attempts: int = 0
    due_at: datetime = _at()
    lease_until: datetime | None = _at(nullable=True)
    detail: str | None = _text(nullable=True, default=None)
    created_at: datetime = _at()
    sent_at: datetime | None = _at(nullable=True)
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
        _some("ix_outbox_dead", "id", "state = 'dead'"),
        Index("ix_outbox_counted", "created_at", "channel", "state"),
    )


class SentPart(Row, table=True):
    """A wire part that the provider took, under the id that its receipts name."""

    __tablename__ = "sent_part"
    outbox_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("outbox.id"), primary_key=True, autoincrement=False)
    )
    part: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    channel: str = _text()
    account: str = _text()
    provider_id: str = _text()
    state: str = _text(default="sent")  # sent | delivered | read | failed
    __table_args__ = (Index("ix_sent_part_provider", "channel", "account", "provider_id"),)


class EarlyReceipt(Row, table=True):
    """A receipt that came before T3 had recorded what it speaks of."""

    __tablename__ = "early_receipt"
    channel: str = Field(sa_column=Column(Text, primary_key=True))
    account: str = Field(sa_column=Column(Text, primary_key=True))
    provider_id: str = Field(sa_column=Column(Text, primary_key=True))
    status: str = Field(sa_column=Column(Text, primary_key=True))
    at: datetime = _at()


class Exchange(Row, table=True):
    """What we asked a provider and what it said: the trace of one attempt at one wire part."""

    __tablename__ = "exchange"
    id: int = _id()
    outbox_id: int = _ref("outbox.id", index=True)
    part: int = 0
    at: datetime = _at()
    took_ms: int = 0
    request: str = _text()  # method and body, secrets redacted, long values cut
    outcome: str = _text()  # sent | retry | unknown | refused | parked | misconfigured
    detail: str = _text()


class ChannelState(Row, table=True):
    """How an account of a channel fares, as the process that serves it last said."""

    __tablename__ = "channel_state"
    channel: str = Field(sa_column=Column(Text, primary_key=True))
    account: str = Field(sa_column=Column(Text, primary_key=True))
    state: str = _text()  # up | held | broken | off
    detail: str = _text()
    at: datetime = _at()


class CardRow(Row, table=True):
    """A card: a question that may be answered once, on a page. Written with the question (T2).

    What became of it is not written here: it is used when the inbox holds `card:<id>`, and ended
    when its conversation no longer names it.
    """

    __tablename__ = "card"
    id: str = Field(sa_column=Column(Text, primary_key=True))
    conversation_id: int = _ref("conversation.id", index=True)
    thread: str = _text(default="{}")  # of the message that the question answered
    made_at: datetime = _at()
    expires_at: datetime = _at()


class Lease(Row, table=True):
    """What one process at a time may do: a poller, a bind."""

    __tablename__ = "lease"
    name: str = Field(sa_column=Column(Text, primary_key=True))
    owner: str = _text()
    until: datetime = _at()


class Account(Row, table=True):
    """Somebody who works in the console: a name, a role, and for an officer what he may see."""

    __tablename__ = "account"
    id: int = _id()
    name: str = Field(sa_column=Column(Text, nullable=False, unique=True))  # typed to sign in
    role: str = _text()  # viewer | officer | moderator | admin
    agency: str | None = _text(nullable=True, default=None)  # of an officer
    area: str | None = _text(nullable=True, default=None)  # of an officer: "kota/kecamatan/..."
    password: str | None = _text(nullable=True, default=None)  # argon2id; None: signs in elsewhere
    subject: str | None = Field(
        sa_column=Column(Text, nullable=True, unique=True), default=None
    )  # "<issuer> <sub>" of single sign-on
    locale: str = _text(default="id")
    made_at: datetime = _at()
    disabled_at: datetime | None = _at(nullable=True)


class SessionRow(Row, table=True):
    """A signed-in browser. Its secret is kept as a hash alone."""

    __tablename__ = "session"
    digest: str = Field(sa_column=Column(Text, primary_key=True))
    account_id: int = _ref("account.id", index=True)
    made_at: datetime = _at()
    seen_at: datetime = _at()
    expires_at: datetime = _at()
    agent: str = _text()  # what the browser calls itself, cut short


class Audit(Row, table=True):
    """Who did what in the console. Appended, never changed; ids and numbers, no citizen's words."""

    __tablename__ = "audit"
    id: int = _id()
    at: datetime = _at()
    actor: str = _text()  # an account's name; "kanal" for a command
    act: str = _text()  # "correct.category", "people.disable", ...
    subject: str = _text()  # a ticket number, an account's name, a model's version
    detail: str = _text(default="{}")
    __table_args__ = (Index("ix_audit_subject", "subject", "id"),)


class LoginAttempt(Row, table=True):
    """Failures to enter the console, counted per account, browser or address: keyed hashes."""

    __tablename__ = "login_attempt"
    key: str = Field(sa_column=Column(Text, primary_key=True))
    failures: int = 0
    at: datetime = _at()  # of the last one
    until: datetime = _at()  # nobody may try before


class SetupLink(Row, table=True):
    """A link with which somebody chooses the password of his account. Its secret is hashed."""

    __tablename__ = "setup_link"
    account_id: int = Field(
        sa_column=Column(
            BigInteger, ForeignKey("account.id"), primary_key=True, autoincrement=False
        )
    )
    digest: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    expires_at: datetime = _at()


class AuditSeal(Row, table=True):
    """A link of the chain over the audit log: each holds what stood before it. Appended alone."""

    __tablename__ = "audit_seal"
    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    audit_id: int = Field(sa_column=Column(BigInteger, nullable=False, unique=True))
    seal: str = _text()


class ApiToken(Row, table=True):
    """What a program shows instead of a session. Its secret is kept as a hash alone."""

    __tablename__ = "api_token"
    id: int = _id()
    account_id: int = _ref("account.id", index=True)
    name: str = _text()  # what it is for
    digest: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    scopes: str = _text()  # rights, a space between
    made_at: datetime = _at()
    expires_at: datetime | None = _at(nullable=True)
    used_at: datetime | None = _at(nullable=True)
    ended_at: datetime | None = _at(nullable=True)


def table(row: type[Row]) -> Table:
    """The Core table under a SQLModel class: the hot path speaks Core."""
    return row.__table__  # type: ignore[attr-defined, no-any-return]
