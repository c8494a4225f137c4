"""What crosses the border between a wire and the rest of the house: plain frozen types.

Nothing here knows a provider. A field that only one channel understands goes into `thread`,
which everybody else carries along unread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum


class MediaKind(StrEnum):
    """What the provider says an attachment is; the bytes are looked at later."""

    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    DOCUMENT = "document"
    STICKER = "sticker"


@dataclass(frozen=True, kw_only=True, slots=True)
class Location:
    """A native position that the citizen sent (a pin, a venue, his own position), WGS 84."""

    lat: float  # degrees north
    lon: float  # degrees east
    accuracy_m: float | None = None  # radius, where the device told it
    name: str = ""  # a venue's name as the channel gave it
    address: str = ""  # a venue's address as the channel gave it


@dataclass(frozen=True, kw_only=True, slots=True)
class MediaRef:
    """An attachment, known by reference: fetched after T1, by the same adapter's `fetch`."""

    ref: str  # whatever `fetch` needs: a file id, the index of a MIME part
    kind: MediaKind
    content_type: str = ""  # as claimed; never trusted
    size: int | None = None  # bytes, as claimed
    name: str = ""  # file name as claimed; personal data, never logged


@dataclass(frozen=True, kw_only=True, slots=True)
class InboundMessage:
    """One mobile-originated (MO) message, whatever wire it came by."""

    channel: str  # folder name under channels/
    account: str  # which of our accounts on that channel it reached
    external_id: str  # names one event; with `channel`, the idempotency key
    sender: str  # who wrote; with channel and account, the identity. Personal data, never logged
    address: str  # where to answer: the sender, or the chat he wrote in
    text: str  # NFC, stripped; "" when only media or a location came
    sent_at: datetime  # aware, UTC
    subject: str = ""  # what stands above the text (of a mail), where it says more than the text
    location: Location | None = None
    media: tuple[MediaRef, ...] = ()
    choice: str = ""  # the value of a button that we offered and he pressed
    reply_to: str = ""  # the provider's id of the message that he answered
    edited: bool = False  # replaces an earlier text of the same message
    sender_name: str = ""  # as the channel shows it; personal data
    locale: str = ""  # the channel's hint ("id", "en"), "" when it gives none
    card: str = ""  # id of the card that it was written on; it is its conversation's message then
    thread: Mapping[str, str] = field(default_factory=dict)  # opaque: only this channel reads it

    @property
    def words(self) -> str:
        """All that it says: the subject, a line of its own, and the text."""
        return "\n".join(filter(None, (self.subject, self.text)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One delivery of several that make one message: an album's photo, an SMS segment.

    T1 keeps it under (channel, key). The message is complete when `total` parts are there, or,
    where the protocol does not say how many there will be (`total` None), when none has come for
    `quiet_s` seconds. Parts join in order of `index`: texts are concatenated, media collected.
    """

    key: str
    index: int
    total: int | None
    message: InboundMessage
    quiet_s: float = 2.0


class ReceiptStatus(StrEnum):
    """What the provider says became of one of our messages."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """A delivery receipt (DLR) for a message that we sent."""

    channel: str
    account: str
    provider_id: str  # as `Sent.provider_id` gave it
    status: ReceiptStatus
    at: datetime  # aware, UTC
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """An address has become another: a group that grew, a new number. Its talks go on there.

    With `old` go the addresses that begin with it and a colon: the members of a group.
    """

    channel: str
    account: str
    old: str = field(repr=False)  # personal data, both
    new: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """An answer offered as a button, or as a number where the channel has no buttons."""

    value: str  # comes back as `InboundMessage.choice`
    label: str  # what the citizen reads


class Priority(IntEnum):
    """What goes first when an account may not send all at once."""

    REPLY = 0  # somebody waits for it
    STATUS = 1  # news of his report
    BROADCAST = 2  # the same to many


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A page that the text names by its address, and how a button to it would be called."""

    url: str  # stands in the text as well, for channels that show nothing else
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboundMessage:
    """One mobile-terminated (MT) message, channel-neutral: `render` dresses it for the wire."""

    channel: str
    account: str
    address: str  # as `InboundMessage.address` gave it
    key: str  # idempotency key: the same at every attempt
    text: str
    choices: tuple[Choice, ...] = ()
    ask_location: bool = False  # invite a native pin where the channel has one
    link: Link | None = None
    photos: tuple[str, ...] = ()  # references, where the channel's `photos_out` says that it can
    template: str = ""  # name of an approved template that says `text`; see `Caps.templates`
    template_slots: Mapping[str, str] = field(default_factory=dict)
    locale: str = "id"
    in_reply_to: str = ""  # external_id of the message answered, "" when we speak unasked
    thread: Mapping[str, str] = field(default_factory=dict)  # of the message answered
    priority: Priority = Priority.REPLY


def answer_id(card_id: str) -> str:
    """The `external_id` of the answer to a card: T1 keeps one of its name, so there is one."""
    return f"card:{card_id}"
