"""The step: one turn, one decision. Read ORDER from top to bottom and you know the bot.

conversation, effects = step(conversation, turn)
"""

from __future__ import annotations

from dataclasses import replace

from dialogs import (
    abuse,
    cards,
    closing,
    commands,
    drafted,
    earlier,
    emergency,
    erasing,
    language,
    privacy,
    public,
    quiet,
    reporting,
    smalltalk,
    status,
    timers,
)
from dialogs.conversation import Conversation, Turn
from dialogs.effects import Say
from dialogs.rule import Decision, Rule, reply

ORDER: tuple[Rule, ...] = (
    timers.due,  # nobody wrote: a reminder, or filing what would be lost
    erasing.answered,  # "delete everything?": yes or no, and nothing else
    abuse.resting,  # floods, loops and the muted: kept, not answered
    commands.command,  # STOP and the like, before any classifier
    emergency.located,  # what follows an emergency belongs to it
    emergency.danger,  # 112, even while a person has the conversation
    closing.answered,  # "is it fixed?": by a press at any time
    quiet.handed_over,  # a person answers: be silent
    quiet.edited,  # a better wording of what was answered
    abuse.insulted,  # a few rude words
    public.public,  # strangers read along
    closing.reason,  # what is still wrong
    earlier.photo_of,  # a photo with a ticket number
    earlier.photo_for,  # whose photo is this?
    status.chosen,  # one of the complaints that were listed
    status.number_alone,  # nothing but a ticket number, or a question about one
    drafted.answered,  # an answer to what was asked, or anything else while a draft is open
    smalltalk.bare,  # one word that needs no classifier
    abuse.advertised,
    earlier.again,  # a repeat or dispute of an earlier complaint
    reporting.report,
)
"""The first rule that decides has decided. What none of them takes goes by intent (ROUTES)."""

ROUTES: dict[str, smalltalk.Route] = {
    "status": status.asked,
    "greet": smalltalk.greet,
    "help": smalltalk.help_,
    "thanks": smalltalk.thanks,
    "human": smalltalk.human,
    "stop": smalltalk.stop_hint,
    "affirm": smalltalk.nothing_open,
    "deny": smalltalk.nothing_open,
    "skip": smalltalk.nothing_open,
    "cancel": smalltalk.nothing_open,
}


_LEAST = 0.25  # a less certain intent is no intent


def step(conversation: Conversation, turn: Turn) -> Decision:
    """Decide what one turn changes. No clock, no I/O: same arguments, same answer."""
    turn = turn if turn.text.strip() else replace(turn, text="")
    conversation = cards.taken(language.heard(conversation, turn), turn)
    conversation = emergency.lapsed(erasing.lapsed(conversation, turn), turn)
    conversation = abuse.heard(conversation, turn)
    decided = (rule(conversation, turn) for rule in ORDER)
    after, effects = next((one for one in decided if one), None) or _by_intent(conversation, turn)
    after, effects = erasing.overtaken((cards.settled(after), effects), turn)
    answered = any(isinstance(effect, Say) for effect in effects)
    after = replace(after, greeted=after.greeted or answered or bool(after.waiting_for))
    return abuse.answered(privacy.noticed((after, effects), turn), turn)


def _by_intent(conversation: Conversation, turn: Turn) -> Decision:
    refused = next((one for one in turn.photos if one.state == "refused"), None)
    if not turn.text and refused is not None:
        return reply(
            conversation,
            Say(phrase=refused.reason or "media_unavailable"),
            Say(phrase="how_to_begin"),
        )
    said = turn.understanding
    guessed = said.intent_confidence < _LEAST
    route = smalltalk.other if guessed else ROUTES.get(said.intent, smalltalk.other)
    return (route if turn.text else smalltalk.other)(conversation, turn)
