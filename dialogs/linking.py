"""One person on several channels: linked by a one-time code that he carries from one to the other.

HUBUNGKAN on one channel tells a code, the code sent on the other links both, PUTUSKAN undoes it.
A sender that can be forged proves nothing by writing: a code is sent to that address first, and
must come back from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dialogs import codes
from dialogs.conversation import Code, Conversation, Turn
from dialogs.effects import Effect, Erase, Link, OfferCode, Say, Unlink
from dialogs.rule import Decision, reply, tell


def begin(conversation: Conversation, turn: Turn) -> Decision:
    """HUBUNGKAN: tell a code that is to be sent from the other channel."""
    offer = OfferCode(code=turn.code, purpose="link", lasts=codes.LASTS)
    return reply(conversation, offer, Say(phrase="link_code", slots={"code": turn.code}))


def undo(conversation: Conversation, turn: Turn) -> Decision:
    """PUTUSKAN: this address stands alone again."""
    if not turn.known.linked:
        return tell(conversation, "link_none")
    return reply(conversation, Unlink(), Say(phrase="unlinked"))


def code_came(conversation: Conversation, turn: Turn) -> Decision:
    """A code: it does what it was told for, or counts as a miss."""
    since = turn.at - codes.MISSED_WITHIN
    missed = tuple(at for at in conversation.missed if at > since)
    if len(missed) >= codes.MOST_MISSES:
        return tell(replace(conversation, missed=missed), "code_wait")
    known = turn.known.code
    decide = MEANINGS.get((known.purpose, known.own)) if known and known.id else None
    if known is None or decide is None:
        return tell(replace(conversation, missed=(*missed, turn.at)), "code_wrong")
    return decide(replace(conversation, missed=missed), turn, known)


def _here(conversation: Conversation, _turn: Turn, _code: Code) -> Decision:
    return tell(conversation, "code_elsewhere")


def _from_elsewhere(conversation: Conversation, turn: Turn, code: Code) -> Decision:
    if not turn.abilities.forgeable:
        return _linked(conversation, turn, code)
    offer = OfferCode(code=turn.code, purpose="proof", lasts=codes.LASTS, proves=code.id)
    return reply(conversation, offer, Say(phrase="link_prove", slots={"code": turn.code}))


def _linked(conversation: Conversation, _turn: Turn, code: Code) -> Decision:
    return reply(conversation, Link(code=code.id), Say(phrase="linked"))


def erased(conversation: Conversation, _turn: Turn, code: Code | None = None) -> Decision:
    """Forget everything; of the conversation nothing but its language outlives this answer."""
    effects: tuple[Effect, ...] = (Erase(code=code.id if code else 0), Say(phrase="erased"))
    return reply(Conversation(locale=conversation.locale), *effects)


MEANINGS: dict[tuple[str, bool], Callable[[Conversation, Turn, Code], Decision]] = {
    ("link", True): _here,
    ("link", False): _from_elsewhere,
    ("proof", True): _linked,
    ("erase", True): erased,
}
"""By purpose, and whether the code was given to this same address. All else is a miss."""
