"""The state of a conversation and what a turn brings: frozen, versioned, JSON-able.

A `Conversation` is stored as JSON between turns (`codec.py`). A field that is added needs a
default, so that a conversation begun before an upgrade goes on after it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from nlu.places.place import Place
from nlu.understanding import Candidate, Understanding

STATE_VERSION = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """Where a complaint is: a point, words, or both. `source` says how sure that is."""

    lat: float | None = None
    lon: float | None = None
    words: str = ""  # as the citizen wrote it
    place: Place | None = None  # what the words or the point resolve to
    source: str = "words"  # pin | words | exif | card


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A complaint not yet filed."""

    texts: tuple[str, ...] = ()  # as written, in order
    category: str | None = None
    confidence: float = 0.0
    candidates: tuple[Candidate, ...] = ()
    engine: str = ""
    spot: Spot | None = None
    photos: tuple[str, ...] = ()  # ids of media rows
    slots: dict[str, Any] = field(default_factory=dict)  # depth_cm, since, plate, ...
    skipped: tuple[str, ...] = ()  # slots that the citizen chose not to give
    exif: Spot | None = None  # position of a photo: offered, never assumed
    twin: bool = False  # told in one breath with the draft before it: shares its place
    emergency: bool = False
    anonymous: bool = False  # officials must not learn who reports
    begun_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A page on which the question of a place may be answered, once."""

    id: str
    expires_at: datetime  # aware, UTC


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """How often something happened since a moment."""

    since: datetime | None = None
    times: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How a sender behaves, and whether the bot rests from him (abuse.py)."""

    heard: Count = Count()  # messages
    answers: Count = Count()
    same: Count = Count()  # texts like the last one
    text: int = 0  # the likeness of the last text that was long enough
    offences: Count = Count()
    rests_until: datetime | None = None
    why: str = ""  # flood | loop | abuse
    kept: int = 0  # messages that came during the rest


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversation:
    """What the bot remembers of one talk with one address on one channel."""

    version: int = STATE_VERSION
    locale: str = "id"
    flow: str | None = None  # name of the flow under way, None when nothing is
    waiting_for: str | None = None  # the slot, "confirm", ... that the last question asked for
    asked: dict[str, int] = field(default_factory=dict)  # how often each question was asked
    draft: Draft | None = None
    queue: tuple[Draft, ...] = ()  # further complaints, begun before the draft was filed
    places: tuple[Place, ...] = ()  # what the named place may be, in the order offered
    about: str = ""  # the ticket that the open question is about
    offered: tuple[str, ...] = ()  # values of the choices last shown, so that "2" means the second
    misunderstood: int = 0  # in a row
    handed_over: bool = False  # a person has taken the conversation: the bot is silent
    stopped: bool = False  # STOP: nothing unasked is sent
    greeted: bool = False  # has been answered before: the introduction is made once
    card: Card | None = None  # the one that answers the open question; no other is live
    anonymous: bool = False  # asked for before a draft was there: for the next one
    erasing: datetime | None = None  # when "delete everything?" was asked; None: it is not open
    missed: tuple[datetime, ...] = ()  # when wrong codes came, the latest last
    pace: Pace = Pace()
    noticed: bool = False  # has been shown where the privacy notice is


class Status(StrEnum):
    """Where a complaint stands. The table of moves is store/workflow.py."""

    OPEN = "open"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    REOPENED = "reopened"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticket:
    """A filed complaint as a dialog may speak of it."""

    number: str  # JKT-4K7P-2Q9X
    category: str
    status: Status
    area: str  # kelurahan, or to the filer his own words; "" when none is known
    filed_at: datetime  # for one that this citizen joined: when he did
    updated_at: datetime
    mine: bool = True  # filed or joined from this address, or from one linked with it


@dataclass(frozen=True, kw_only=True, slots=True)
class Nearby:
    """An open complaint of somebody else near a spot of this turn. Its words are never shown."""

    ticket: Ticket
    lat: float
    lon: float
    people: int  # who filed it, and who joined
    words: str = ""  # as written: compared with the draft's, nothing else


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """A one-time code that this turn brings, as the store knows it."""

    id: int  # 0: no such code, or used, or too old
    purpose: str = ""  # link | proof | erase
    own: bool = False  # it was given to this same address


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """What an officer told of a complaint; `ticket` is how it stands now."""

    ticket: Ticket
    status: Status  # to which he moved it
    note: str = ""  # his words for the citizen
    photos: tuple[str, ...] = ()  # references of his photos
    published: bool = False  # the photos can be seen on the ticket's page
    reason: str = ""  # a moderator's act beside the status: no_complaint | duplicate | split
    other: str = ""  # the complaint that it was merged into, or split from


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What the store knows beside the conversation, gathered by the worker; `step` never asks."""

    tickets: tuple[Ticket, ...] = ()  # this citizen's, newest first, and any that the text names
    replied: str = ""  # the one ticket that the message spoke of which this turn answers
    nearby: tuple[Nearby, ...] = ()  # others' open complaints near any spot of turn and draft
    code: Code | None = None  # what is known of the code that the text is
    linked: bool = False  # other addresses of this person are known


@dataclass(frozen=True, kw_only=True, slots=True)
class Abilities:
    """What the channel can carry, in the words of a dialog."""

    media: bool = True
    location: bool = False
    buttons: int = 0
    public: bool = False
    photos_out: bool = False  # photos can be sent to the citizen
    forgeable: bool = False  # whoever writes may claim another's address (e-mail, SMS)
    short: bool = False  # what is said in a turn should fit one SMS
    guarded: bool = True  # floods, abuse and loops are braked


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A card that this turn may offer, where the channel has no native positions."""

    card: Card
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Photo:
    """An attachment of this turn: kept, refused, or still being fetched."""

    media_id: str
    state: str  # kept | refused | pending
    reason: str = ""  # phrase key when refused: media_too_large, media_not_a_photo, ...
    spot: Spot | None = None  # EXIF position in the city, offered and never assumed


Acting = Callable[[str, Place | None, str], str]
"""Who acts on a category at a place, as he is called in a language. Pure."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One message of the citizen with all that deciding needs, or a timer that is due."""

    text: str
    understanding: Understanding
    at: datetime  # aware, UTC
    ticket_number: str  # a fresh one, in case this turn files
    code: str = ""  # a fresh one-time code, in case this turn needs one
    spot: Spot | None = None  # a native pin or venue, resolved
    outside_city: bool = False  # the pin or the named place lies outside
    photos: tuple[Photo, ...] = ()
    choice: str = ""  # value of a pressed button
    edited: bool = False
    timer: str = ""  # name of the due timer: reminder, expire, news, ...
    news: News | None = None  # what the timer `news` tells
    person: str = ""  # what a moderator says, with the timer `said`
    pages: str = ""  # where tickets have their public pages, without a slash at the end
    abilities: Abilities = Abilities()
    known: Known = Known()
    locale_hint: str = ""
    offer: Offer | None = None
    by_card: str = ""  # id of the card that this turn was written on
    messages: int = 1  # how many were gathered into this turn
    site: str = ""  # the gateway's public address, without a slash at its end; "" when none
    acting: Acting | None = None  # the city's rules; None: the agency that leads for a category
