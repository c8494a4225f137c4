"""A claimed message becomes a turn: all that a step may know. Pure; decided.py has the way out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from random import Random

from channels.adapter import Caps
from channels.message import InboundMessage, OutboundMessage
from dialogs import codec, codes, subjects
from dialogs.conversation import (
    Abilities,
    Acting,
    Conversation,
    Known,
    Nearby,
    News,
    Offer,
    Photo,
    Spot,
    Ticket,
    Turn,
)
from gateway.identities import Digest, known_code
from gateway.reach import Elsewhere
from nlu import ticket
from nlu.places.place import OutsideCity, Place
from nlu.places.resolve import BadPoint
from nlu.understanding import Understanding
from store.complaints import newest
from store.handover import SAID
from store.inbox import CLOCK, Claimed
from store.people import Living
from store.progress import NEWS

Locate = Callable[[float, float], Place | OutsideCity]
_ONE_SMS = 160  # septets
_LONGEST = 20_000  # characters of one message that are read; the journal keeps all


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """What the store was asked for, for a batch of claimed messages."""

    mine: Mapping[int, tuple[Ticket, ...]] = field(default_factory=dict)  # by conversation
    named: Mapping[str, tuple[Ticket, int]] = field(default_factory=dict)  # by number; who filed it
    replied: Mapping[int, str] = field(default_factory=dict)  # the ticket a conversation answers on
    news: Mapping[int, News] = field(default_factory=dict)  # by event
    said: Mapping[int, str] = field(default_factory=dict)  # a moderator's words, by event
    elsewhere: Mapping[int, tuple[Elsewhere, ...]] = field(default_factory=dict)  # by conversation
    nearby: Mapping[int, tuple[Nearby, ...]] = field(default_factory=dict)  # by conversation
    linked: Mapping[int, tuple[int, ...]] = field(default_factory=dict)  # others of one person
    codes: Mapping[str, Living] = field(default_factory=dict)  # by digest


def numbers_in(message: InboundMessage, understanding: Understanding) -> list[str]:
    """Every ticket number that a message mentions, in its words or in a pressed choice."""
    pressed = [number for number, _, _ in ticket.find(message.choice)]
    told = [str(one.value) for one in understanding.entities if one.entity == "ticket"]
    return [*pressed, *told]


def spoken_of(message: OutboundMessage) -> str:
    """The one ticket that a message of ours spoke of; "" for none or several."""
    numbers = {number for number, _, _ in ticket.find(message.text)}
    return numbers.pop() if len(numbers) == 1 else ""


def event_of(message: InboundMessage, *names: str) -> int | None:
    """The event that a message from the clock is about, when its timer has one of these names."""
    name, _, number = message.choice.partition(":")
    return int(number) if message.channel == CLOCK and name in names else None


def readable(claimed: Claimed) -> str:
    """The text that the engine reads and the step decides on."""
    message = claimed.message
    if not message.subject:
        return message.text[:_LONGEST]
    read = subjects.read(conversation_of(claimed), message.subject, message.text)
    return read[:_LONGEST]


def turn_of(
    claimed: Claimed,
    understanding: Understanding,
    looked: Looked,
    *,
    caps: Caps,
    at: datetime,
    random: Random,
    locate: Locate,
    digest: Digest,
    offer: Offer | None = None,
    pages: str = "",
    site: str = "",
    acting: Acting | None = None,
) -> Turn:
    """Put together what the step may know; `locate` finds the kelurahan of a point."""
    message = claimed.message
    news, said = event_of(message, NEWS), event_of(message, SAID)
    spot, outside = _spot(message, locate)
    outside = outside or (spot is None and understanding.outside)
    return Turn(
        text=readable(claimed),
        understanding=understanding,
        at=at,
        ticket_number=ticket.make(random),
        code=codes.make(random),
        spot=spot,
        outside_city=outside,
        photos=tuple(
            Photo(
                media_id=str(one.id),
                state=one.state,
                reason=one.reason,
                spot=_taken_at(one.lat, one.lon, locate),
            )
            for one in claimed.media
        ),
        choice="" if message.channel == CLOCK else message.choice,
        edited=message.edited,
        timer=message.choice if message.channel == CLOCK else "",
        news=looked.news.get(news) if news else None,
        person=looked.said.get(said, "") if said else "",
        pages=pages,
        abilities=abilities_of(caps),
        known=_known(claimed, understanding, looked, digest),
        locale_hint=message.locale,
        offer=offer,
        by_card=message.card,
        messages=len(claimed.ids),
        site=site,
        acting=acting,
    )


def abilities_of(caps: Caps) -> Abilities:
    """What a channel can carry, in the words of a dialog."""
    return Abilities(
        media=caps.media,
        location=caps.location,
        buttons=caps.buttons,
        public=caps.public,
        photos_out=caps.photos_out,
        forgeable=caps.forgeable,
        guarded=caps.guarded,
        short=caps.text_unit == "septets" and caps.text_limit <= _ONE_SMS,
    )


def _spot(message: InboundMessage, locate: Locate) -> tuple[Spot | None, bool]:
    pin = message.location
    if pin is None:
        return None, False
    try:
        place = locate(pin.lat, pin.lon)
    except BadPoint:  # no point on earth: as if none had come
        return None, False
    words = ", ".join(filter(None, (pin.name, pin.address)))
    source = "card" if message.card else "pin"
    if isinstance(place, OutsideCity):
        return Spot(lat=pin.lat, lon=pin.lon, words=words, source=source), True
    return Spot(lat=pin.lat, lon=pin.lon, words=words, place=place, source=source), False


def _taken_at(lat: float | None, lon: float | None, locate: Locate) -> Spot | None:
    """Where a photo was taken, when that is in the city."""
    if lat is None or lon is None:
        return None
    try:
        place = locate(lat, lon)
    except BadPoint:
        return None
    if isinstance(place, OutsideCity):
        return None
    return Spot(lat=lat, lon=lon, place=place, source="exif")


def _known(claimed: Claimed, understanding: Understanding, looked: Looked, digest: Digest) -> Known:
    others_of_him = looked.linked.get(claimed.conversation_id, ())
    talks = (claimed.conversation_id, *others_of_him)
    mine = newest({one.number: one for talk in talks for one in looked.mine.get(talk, ())}.values())
    replied = looked.replied.get(claimed.conversation_id, "")
    owned = {one.number for one in mine}
    numbers = (*numbers_in(claimed.message, understanding), replied)
    others = (
        replace(named, mine=filed_by == claimed.conversation_id)
        for number in dict.fromkeys(numbers)
        if number in looked.named and number not in owned
        for named, filed_by in (looked.named[number],)
    )
    nearby = looked.nearby.get(claimed.conversation_id, ())
    return Known(
        tickets=(*mine, *others),
        nearby=tuple(one for one in nearby if one.ticket.number not in owned),
        code=known_code(claimed, looked.codes, digest),
        replied=replied,
        linked=bool(others_of_him),
    )


def conversation_of(claimed: Claimed) -> Conversation:
    """The conversation as it was left, or a new one."""
    return _loaded(claimed.state) if claimed.state else Conversation()


@lru_cache(maxsize=256)
def _loaded(state: str) -> Conversation:
    """Read once what is looked at before, while and after it is decided; nobody changes it."""
    return codec.load(state)
