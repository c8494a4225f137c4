"""A claimed message becomes a turn; the effects of a step become a decision. Pure.

Everything that a step may know stands in the turn, everything that it wants done in the decision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from channels.adapter import Caps
from channels.message import Choice, InboundMessage, Link, OutboundMessage, Priority
from dialogs import codec
from dialogs.conversation import (
    Abilities,
    Conversation,
    Known,
    Offer,
    Photo,
    Spot,
    Ticket,
    Turn,
)
from dialogs.effects import (
    Effect,
    FileComplaint,
    HandOver,
    OptOut,
    Schedule,
    UpdateComplaint,
)
from dialogs.render import compose
from nlu import ticket
from nlu.places.place import OutsideCity, Place
from nlu.places.resolve import BadPoint
from nlu.understanding import Understanding
from store import codec as store_codec
from store.cards import NewCard
from store.complaints import Filing, Happening
from store.decisions import Decision, Timer
from store.inbox import CLOCK, Claimed

Locate = Callable[[float, float], Place | OutsideCity]
_LONGEST = 20_000  # characters of one message that are read; the journal keeps all


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """What the store was asked for, for a batch of claimed messages."""

    mine: Mapping[int, tuple[Ticket, ...]]  # by conversation
    named: Mapping[str, Ticket]  # by number


def numbers_in(understandings: Sequence[Understanding]) -> list[str]:
    """Every ticket number that these texts mention."""
    return [
        str(entity.value)
        for understanding in understandings
        for entity in understanding.entities
        if entity.entity == "ticket"
    ]


def readable(message: InboundMessage) -> str:
    """The text that the engine reads: the message's, or the venue's words."""
    return message.text[:_LONGEST]


def turn_of(
    claimed: Claimed,
    understanding: Understanding,
    looked: Looked,
    *,
    caps: Caps,
    at: datetime,
    random: Random,
    locate: Locate,
    offer: Offer | None = None,
) -> Turn:
    """Put together what the step may know; `locate` finds the kelurahan of a point."""
    message = claimed.message
    spot, outside = _spot(message, locate)
    outside = outside or (spot is None and understanding.outside)
    return Turn(
        text=readable(message),
        understanding=understanding,
        at=at,
        ticket_number=ticket.make(random),
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
        abilities=Abilities(
            media=caps.media, location=caps.location, buttons=caps.buttons, public=caps.public
        ),
        known=_known(claimed, understanding, looked),
        locale_hint=message.locale,
        offer=offer,
        by_card=message.card,
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


def _known(claimed: Claimed, understanding: Understanding, looked: Looked) -> Known:
    mine = looked.mine.get(claimed.conversation_id, ())
    owned = {one.number for one in mine}
    others = (
        looked.named[number]
        for number in dict.fromkeys(numbers_in([understanding]))
        if number in looked.named and number not in owned
    )
    return Known(tickets=(*mine, *others))


def conversation_of(claimed: Claimed) -> Conversation:
    """The conversation as it was left, or a new one."""
    return codec.load(claimed.state) if claimed.state else Conversation()


def decision_of(
    claimed: Claimed,
    turn: Turn,
    after: Conversation,
    effects: Sequence[Effect],
    *,
    caps: Caps,
    owner: str,
    understanding: Understanding | None,
) -> Decision:
    """Put together what T2 writes."""
    stopped = next(
        (effect.stopped for effect in effects if isinstance(effect, OptOut)), after.stopped
    )
    return Decision(
        inbox_id=claimed.id,
        conversation_id=claimed.conversation_id,
        owner=owner,
        state=codec.dump(after),
        stopped=stopped,
        at=turn.at,
        understanding=understanding,
        says=_says(claimed, turn, after, effects),
        filings=tuple(
            Filing(
                ticket=effect.ticket,
                draft=effect.draft,
                complete=effect.complete,
                channel=claimed.channel,
                conversation_id=claimed.conversation_id,
                inbox_id=claimed.id,
                at=turn.at,
            )
            for effect in effects
            if isinstance(effect, FileComplaint)
        ),
        happenings=tuple(
            Happening(
                ticket=effect.ticket,
                kind=effect.kind,
                actor="citizen",
                at=turn.at,
                body={"text": effect.text},
                photos=effect.photos,
                spot=effect.spot,
            )
            for effect in effects
            if isinstance(effect, UpdateComplaint)
        ),
        tasks=tuple(effect.reason for effect in effects if isinstance(effect, HandOver)),
        timers=tuple(
            timer_of(claimed, effect.timer, turn.at + effect.after)
            for effect in effects
            if isinstance(effect, Schedule) and caps.unasked
        ),
        card=_new_card(claimed, turn, after),
    )


def _new_card(claimed: Claimed, turn: Turn, after: Conversation) -> NewCard | None:
    """The card that this turn has offered, unless it was offered before."""
    card = after.card
    if card is None or card == conversation_of(claimed).card:
        return None
    return NewCard(
        id=card.id,
        conversation_id=claimed.conversation_id,
        thread=claimed.message.thread,
        made_at=turn.at,
        expires_at=card.expires_at,
    )


def _says(
    claimed: Claimed, turn: Turn, after: Conversation, effects: Sequence[Effect]
) -> tuple[OutboundMessage, ...]:
    reply = compose(after.locale, effects, turn.abilities)
    if not reply.text:
        return ()
    message = claimed.message
    answers = message.channel != CLOCK
    return (
        OutboundMessage(
            channel=claimed.channel,
            account=claimed.account,
            address=claimed.address,
            key=f"{claimed.id}:answer",
            text=reply.text,
            choices=tuple(Choice(value=value, label=label) for value, label in reply.options),
            ask_location=reply.ask_location,
            link=Link(url=reply.link[0], label=reply.link[1]) if reply.link else None,
            locale=after.locale,
            in_reply_to=message.external_id if answers else "",
            thread=message.thread,
            priority=Priority.REPLY if answers else Priority.STATUS,
        ),
    )


def timer_of(claimed: Claimed, name: str, at: datetime) -> Timer:
    """A message from the clock to this conversation, carrying the thread on."""
    message = InboundMessage(
        channel=CLOCK,
        account=claimed.account,
        external_id="",
        sender="",
        address=claimed.address,
        text="",
        sent_at=at,
        choice=name,
        thread=claimed.message.thread,
    )
    return Timer(name=name, at=at, message=store_codec.dump(message))
