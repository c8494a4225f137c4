"""What is said to somebody who has not just written: nothing to whoever said STOP. Pure."""

from __future__ import annotations

from channels.message import OutboundMessage, Priority
from dialogs import codec
from dialogs.conversation import Conversation
from dialogs.phrasebook import say
from store.joining import Person


def locale_of(state: str) -> str:
    """The language of a conversation, as its state tells it."""
    return codec.load(state).locale if state else Conversation().locale


def unasked(
    person: Person, key: str, phrase: str, *, note: str = "", **slots: str
) -> OutboundMessage | None:
    """A sentence to a person, in his language and his thread; None where he wants none."""
    if person.stopped:
        return None
    locale = locale_of(person.state)
    text = say(locale, phrase, slots)
    return OutboundMessage(
        channel=person.channel,
        account=person.account,
        address=person.address,
        key=key,
        text=f"{text}\n\n{note}" if note else text,
        locale=locale,
        thread=person.told_with.thread,
        priority=Priority.STATUS,
    )
