"""Which way a message may take that nobody has just asked for. Pure.

Some providers let us speak freely only for a while after the citizen wrote (`Caps.reply_window`).
Afterwards: a template that the provider has approved, else another address of the same person, else
it is parked until he writes again, and a person is told that he could not be reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from channels.adapter import Caps, may_write
from channels.message import Choice, OutboundMessage
from dialogs.conversation import Abilities
from dialogs.effects import Effect, Say
from dialogs.phrasebook import say
from dialogs.render import compose

UNREACHABLE = "unreachable"  # the task's reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Elsewhere:
    """Another conversation with the same person."""

    conversation_id: int
    channel: str
    account: str
    address: str
    caps: Caps
    abilities: Abilities
    heard_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """Where a message goes; none at all when everything is empty."""

    here: tuple[OutboundMessage, ...] = ()
    elsewhere: tuple[tuple[int, OutboundMessage], ...] = ()  # with the conversation
    parked: tuple[OutboundMessage, ...] = ()


def way_of(
    message: OutboundMessage,
    effects: Sequence[Effect],
    *,
    caps: Caps,
    heard_at: datetime | None,
    at: datetime,
    elsewhere: Sequence[Elsewhere] = (),
) -> Way:
    """Choose the way of an unasked message."""
    if may_write(caps, heard_at, at):
        return Way(here=(message,))
    approved = next(
        (one for one in effects if isinstance(one, Say) and one.phrase in caps.templates), None
    )
    if approved is not None:
        return Way(here=(_as_template(message, approved),))
    for other in elsewhere:
        if may_write(other.caps, other.heard_at, at):
            return Way(elsewhere=((other.conversation_id, _moved(message, effects, other)),))
    return Way(parked=(message,))


def _as_template(message: OutboundMessage, approved: Say) -> OutboundMessage:
    return replace(
        message,
        text=say(message.locale, approved.phrase, approved.slots),
        choices=(),
        photos=(),
        link=None,
        ask_location=False,
        template=approved.phrase,
        template_slots=dict(approved.slots),
    )


def _moved(
    message: OutboundMessage, effects: Sequence[Effect], other: Elsewhere
) -> OutboundMessage:
    """The same words, for what the other channel can carry, outside any thread."""
    reply = compose(message.locale, effects, other.abilities)
    return replace(
        message,
        channel=other.channel,
        account=other.account,
        address=other.address,
        text=reply.text,
        choices=tuple(Choice(value=value, label=label) for value, label in reply.options),
        ask_location=reply.ask_location,
        link=None,
        photos=reply.photos if other.caps.photos_out else (),
        thread={},
    )
