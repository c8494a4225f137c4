"""What is no complaint: greetings, thanks, help, a wish for a person, what nobody understands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dialogs import words
from dialogs.conversation import Conversation, Turn
from dialogs.effects import HandOver, Say, Schedule
from dialogs.rule import HAND_BACK, Decision, is_no_complaint, reply, tell
from dialogs.status import asked as status

_ASIDE_FROM = 0.8
_SHORT = 8  # words
_CAPTION = 4  # words


def greet(conversation: Conversation, _turn: Turn) -> Decision:
    """The introduction once, then a short greeting."""
    return tell(conversation, "hello_again" if conversation.greeted else "hello")


def help_(conversation: Conversation, _turn: Turn) -> Decision:
    """What can be written here."""
    return tell(conversation, "help")


def thanks(conversation: Conversation, _turn: Turn) -> Decision:
    """You are welcome."""
    return tell(conversation, "welcome")


def test(conversation: Conversation, _turn: Turn) -> Decision:
    """Somebody tries whether this works."""
    return tell(conversation, "test_heard")


def nothing_open(conversation: Conversation, _turn: Turn) -> Decision:
    """A yes, no, skip or cancel when nothing was asked."""
    return tell(conversation, "nothing_open")


def stop_hint(conversation: Conversation, _turn: Turn) -> Decision:
    """A wish for silence in other words than the command."""
    return tell(conversation, "how_to_stop")


def human(conversation: Conversation, _turn: Turn) -> Decision:
    """A person takes over."""
    return hand_over(conversation, "asked_for_human")


def hand_over(conversation: Conversation, reason: str) -> Decision:
    """Fall silent for a person; hand back by itself, should nobody come."""
    return reply(
        replace(conversation, handed_over=True),
        Say(phrase="handed_over"),
        HandOver(reason=reason),
        Schedule(timer="hand_back", after=HAND_BACK),
    )


def not_a_complaint(conversation: Conversation, _turn: Turn) -> Decision:
    """An advert, an event: one polite answer, no ticket."""
    return tell(conversation, "not_a_complaint")


def other(conversation: Conversation, turn: Turn) -> Decision:
    """Not understood: said once with an example; the second time a person reads it."""
    if not turn.text:
        return tell(conversation, "empty_message")
    if conversation.misunderstood:
        return hand_over(conversation, "misunderstood")
    after, effects = tell(conversation, "not_understood")
    return replace(after, misunderstood=1), effects


Route = Callable[[Conversation, Turn], Decision]
ASIDES: dict[str, Route] = {
    "greet": greet, "help": help_, "thanks": thanks, "test": test, "status": status, "human": human,
    "stop": stop_hint,
}  # fmt: skip


def digression(conversation: Conversation, turn: Turn) -> Decision | None:
    """What a citizen says beside an open question, when that is beyond doubt."""
    bare = words.meaning("intents", turn.text)
    if bare:
        return ASIDES[bare](conversation, turn)
    said = turn.understanding
    short = len(turn.text.split()) <= _SHORT
    named = said.place or said.places
    if said.intent not in ASIDES or said.intent_confidence < _ASIDE_FROM or not short or named:
        return None
    return ASIDES[said.intent](conversation, turn)


def bare(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: one word, or a button of a question that is no longer open."""
    if turn.choice or words.meaning("answers", turn.text):
        return None if turn.photos or turn.spot else nothing_open(conversation, turn)
    meant = words.meaning("intents", turn.text)
    return ASIDES[meant](conversation, turn) if meant and not turn.photos else None


def is_advert(turn: Turn) -> bool:
    """Whether this is an advert or announcement, when the classifier is sure of it.

    A photo with a word or two is looked at as a report: a caption is too short to judge. So is
    whatever comes with a pin.
    """
    said = turn.understanding
    least = _CAPTION if turn.photos else 1
    told = len(turn.text.split()) >= least and not turn.spot
    return is_no_complaint(said) and told and said.intent in {"report", "other"}
