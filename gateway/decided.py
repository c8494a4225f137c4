"""The effects of a step become a decision: all that T2 writes. Pure; turns.py has the way in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from channels.adapter import Caps
from channels.message import Choice, InboundMessage, Link, OutboundMessage, Priority
from dialogs import codec
from dialogs.conversation import (
    Conversation,
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
from gateway.identities import Digest, of_effects
from gateway.reach import UNREACHABLE, Elsewhere, Way, way_of
from gateway.turns import conversation_of, event_of
from nlu.understanding import Understanding
from store import codec as store_codec
from store.cards import NewCard
from store.complaints import Filing, Happening
from store.decisions import Decision, Timer
from store.handover import SAID
from store.inbox import CLOCK, Claimed
from store.joining import Joining
from store.people import Living


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
