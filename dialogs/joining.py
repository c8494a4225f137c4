"""Joining a complaint that somebody else has filed: one question, in the place of the confirmation.

Asked at most once for a draft, and never beside another question: the summary ends with "join that
report?" instead of "shall I send it?". Of the other report only kind, place, age and the number of
people is told.
"""

from __future__ import annotations

from dataclasses import replace

from dialogs.conversation import Conversation, Draft, Turn
from dialogs.effects import Ask, Effect, HandOver, JoinComplaint, Option, Say
from dialogs.filing import closed, reasons, settled
from dialogs.nearby import Around, around
from dialogs.phrasebook import say
from dialogs.rule import Decision, reply

JOIN = "join"
_HOUR, _DAY = 3600, 86_400


def offered(conversation: Conversation, turn: Turn) -> Around | None:
    """What may be joined, None when there is nothing, or when that has been asked before."""
    asked = JOIN in conversation.asked or turn.abilities.public
    return None if asked else around(conversation.draft or Draft(), turn)


def ask(
    conversation: Conversation, turn: Turn, found: Around, summary: dict[str, str]
) -> tuple[Conversation, Ask]:
    """The summary with "join that report?", and the conversation that waits for the answer."""
    options = tuple(
        Option(value=f"{JOIN}:{name}", label=f"option_{label}")
        for name, label in (("yes", "join"), ("no", "send_new"), ("change", "change"))
    )
    waiting = replace(
        conversation,
        waiting_for=JOIN,
        about=found.best.ticket.number,
        asked={**conversation.asked, JOIN: 1},
        offered=tuple(option.value for option in options),
    )
    slots = {
        **summary,
        "count": str(found.people),
        "age": _age(conversation.locale, turn, found),
    }
    return waiting, Ask(slot=JOIN, phrase="confirm_join", slots=slots, options=options)


def _age(locale: str, turn: Turn, found: Around) -> str:
    seconds = (turn.at - found.best.ticket.filed_at).total_seconds()
    if seconds < _HOUR:
        return say(locale, "age_now", {})
    if seconds < _DAY:
        return say(locale, "age_hours", {"count": str(int(seconds // _HOUR))})
    return say(locale, "age_days", {"count": str(int(seconds // _DAY))})


def join(conversation: Conversation, *said: Effect) -> Decision:
    """Let the draft join; `asking.onward` goes on from there."""
    draft = settled(conversation.draft or Draft())
    ticket = conversation.about
    return reply(
        closed(conversation),
        *said,
        JoinComplaint(ticket=ticket, draft=draft),
        *(HandOver(reason=one) for one in dict.fromkeys(reasons(draft))),
        Say(phrase="joined", slots={"ticket": ticket}),
    )
