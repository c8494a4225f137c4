"""HAPUS DATA SAYA: asked once more, then done.

Where a sender can be forged, the answer is a code that only the true address has received.
"""

from __future__ import annotations

from dataclasses import replace

from dialogs import asking, codes, words
from dialogs.conversation import Conversation, Turn
from dialogs.effects import Ask, OfferCode, Option, Say
from dialogs.linking import erased
from dialogs.rule import Decision, reply, speaks

SLOT = "erase"
_NUMBERS = {1: "yes", 2: "no"}


def ask(conversation: Conversation, turn: Turn) -> Decision:
    """Say what will be gone and what stays, and ask for the last word."""
    if turn.abilities.forgeable:
        offer = OfferCode(code=turn.code, purpose="erase", lasts=codes.LASTS)
        return reply(conversation, offer, Say(phrase="erase_code", slots={"code": turn.code}))
    options = (
        Option(value=f"{SLOT}:yes", label="option_erase"),
        Option(value=f"{SLOT}:no", label="option_keep"),
    )
    question = Ask(slot=SLOT, phrase="ask_erase", options=options)
    return reply(replace(conversation, erasing=turn.at), question)


def answered(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: the very next message answers "delete everything?", in so many words."""
    meant = _meant(conversation, turn)
    if meant is None:
        return None
    if meant == "yes":
        return erased(conversation, turn)
    kept = replace(conversation, erasing=None)
    if kept.draft is not None and not kept.handed_over:
        return asking.resume(kept, turn, Say(phrase="erase_not"))
    return reply(kept, Say(phrase="erase_not"))


def lapsed(conversation: Conversation, turn: Turn) -> Conversation:
    """The question is closed by anything but an answer: a later "yes" means something else."""
    if conversation.erasing is None or turn.timer or _meant(conversation, turn):
        return conversation
    return replace(conversation, erasing=None)


def overtaken(decision: Decision, turn: Turn) -> Decision:
    """The question is closed by what the clock brings, too: a "yes" then answers the news."""
    after, effects = decision
    if after.erasing is None or not (turn.timer and speaks(effects)):
        return decision
    return replace(after, erasing=None), effects


def _meant(conversation: Conversation, turn: Turn) -> str | None:
    asked = conversation.erasing
    if asked is None or turn.at - asked > codes.LASTS or turn.timer or turn.edited:
        return None
    if turn.choice:
        slot, _, value = turn.choice.partition(":")
        return value if slot == SLOT else None
    number = words.number(turn.text)
    return words.meaning("erasing", turn.text) or _NUMBERS.get(number or 0)
