"""A claimed message becomes a turn; the effects of a step become a decision. Pure.

Everything that a step may know stands in the turn, everything that it wants done in the decision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from random import Random

from channels.adapter import Caps
from channels.message import Choice, InboundMessage, Link, OutboundMessage, Priority
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
from dialogs.effects import (
    Effect,
    FileComplaint,
    HandOver,
    JoinComplaint,
    OptOut,
    Schedule,
    UpdateComplaint,
)
from dialogs.render import compose
from gateway.identities import Digest, known_code, of_effects
from gateway.reach import UNREACHABLE, Elsewhere, Way, way_of
from nlu import ticket
from nlu.places.place import OutsideCity, Place
from nlu.places.resolve import BadPoint
from nlu.understanding import Understanding
from store import codec as store_codec
from store.cards import NewCard
from store.complaints import Filing, Happening, newest
from store.decisions import Decision, Timer
from store.handover import SAID
from store.inbox import CLOCK, Claimed
from store.joining import Joining
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


def decision_of(
    claimed: Claimed,
    turn: Turn,
    after: Conversation,
    effects: Sequence[Effect],
    *,
    caps: Caps,
    owner: str,
    understanding: Understanding | None,
    living: Mapping[str, Living],
    digest: Digest,
    elsewhere: Sequence[Elsewhere] = (),
) -> Decision:
    """Put together what T2 writes."""
    answers = claimed.message.channel != CLOCK
    way = _way(claimed, turn, after, effects, caps, elsewhere)
    stopped = next(
        (effect.stopped for effect in effects if isinstance(effect, OptOut)), after.stopped
    )
    return Decision(
        inbox_id=claimed.id,
        joined=claimed.ids[1:],
        read=turn.text if claimed.ids[1:] or claimed.message.subject else None,
        conversation_id=claimed.conversation_id,
        owner=owner,
        state=codec.dump(after),
        stopped=stopped,
        handed_over=after.handed_over,
        heard_at=turn.at if answers else None,
        wakes=answers and caps.reply_window is not None,
        at=turn.at,
        understanding=understanding,
        says=way.here,
        elsewhere=way.elsewhere,
        parked=way.parked,
        filings=tuple(
            Filing(
                ticket=effect.ticket,
                draft=effect.draft,
                complete=effect.complete,
                channel=claimed.channel,
                conversation_id=claimed.conversation_id,
                inbox_id=claimed.id,
                at=turn.at,
                resembles=effect.resembles,
            )
            for effect in effects
            if isinstance(effect, FileComplaint)
        ),
        joinings=tuple(
            Joining(
                ticket=effect.ticket,
                draft=effect.draft,
                conversation_id=claimed.conversation_id,
                inbox_id=claimed.id,
                at=turn.at,
            )
            for effect in effects
            if isinstance(effect, JoinComplaint)
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
                moves_to=effect.moves_to,
                inbox_id=claimed.id,
            )
            for effect in effects
            if isinstance(effect, UpdateComplaint)
        ),
        tasks=(
            *((one.reason, one.ticket) for one in effects if isinstance(one, HandOver)),
            *((UNREACHABLE, turn.news.ticket.number if turn.news else "") for _ in way.parked),
        ),
        timers=tuple(
            timer_of(claimed, effect.timer, turn.at + effect.after)
            for effect in effects
            if isinstance(effect, Schedule) and caps.unasked
        ),
        card=_new_card(claimed, turn, after),
        **of_effects(claimed, turn, effects, living, digest),
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


def _way(
    claimed: Claimed,
    turn: Turn,
    after: Conversation,
    effects: Sequence[Effect],
    caps: Caps,
    elsewhere: Sequence[Elsewhere],
) -> Way:
    """The message that says it all, on the way that is open to it."""
    says = _says(claimed, turn, after, effects)
    if not says or claimed.message.channel != CLOCK:
        return Way(here=says)
    by_person = event_of(claimed.message, SAID) is not None
    if not caps.unasked or (claimed.stopped and not by_person):  # STOP, or he has blocked us
        return Way()
    return way_of(
        says[0],
        effects,
        caps=caps,
        heard_at=claimed.heard_at,
        at=turn.at,
        elsewhere=tuple(elsewhere),
    )


def _says(
    claimed: Claimed, turn: Turn, after: Conversation, effects: Sequence[Effect]
) -> tuple[OutboundMessage, ...]:
    reply = compose(after.locale, effects, turn.abilities)
    if not reply.text:
        return ()
    message = claimed.message
    answers = message.channel != CLOCK
    by_person = event_of(message, SAID)
    return (
        OutboundMessage(
            channel=claimed.channel,
            account=claimed.account,
            address=claimed.address,
            key=f"{SAID}:{by_person}" if by_person else f"{claimed.id}:answer",
            text=reply.text,
            choices=tuple(Choice(value=value, label=label) for value, label in reply.options),
            ask_location=reply.ask_location,
            link=Link(url=reply.link[0], label=reply.link[1]) if reply.link else None,
            photos=reply.photos,
            locale=after.locale,
            in_reply_to=message.external_id if answers else "",
            thread=message.thread,
            priority=Priority.REPLY if answers or by_person else Priority.STATUS,
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
