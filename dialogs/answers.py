"""Reads a turn as the answer to what was asked: a pressed choice, a number, a label, a bare word.

A bare word means what words.yml says, whatever the classifier makes of it; the classifier is asked
only about short texts that are no bare word ("kayaknya gak usah deh").
"""

from __future__ import annotations

from dataclasses import dataclass

from dialogs import words
from dialogs.conversation import Conversation, Turn
from dialogs.joining import JOIN
from dialogs.phrasebook import LOCALES, has, say
from dialogs.rule import filing_flow

_BY_INTENT = {"affirm": "yes", "deny": "no", "skip": "skip", "cancel": "cancel"}
_FREE = frozenset({"text", "location", "area", "new_text", "new_location", "about_location"})
_CHANGEABLE = frozenset({"change", "confirm", JOIN})  # where "ubah lokasi" says what is wrong
_SURE_FROM = 0.75
_SHORT = 4  # words


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the citizen answered.

    `kind` is yes, no, skip, cancel, option (`value` says which), words (free text), stale (a choice
    of an earlier question), unread (a number that was not offered) or nothing (no text).
    """

    kind: str
    value: str = ""


WORDS = Answer(kind="words")
_KINDS = frozenset({"yes", "no", "skip", "cancel"})


def read(conversation: Conversation, turn: Turn) -> Answer:
    """The answer that this turn gives to the open question."""
    if turn.choice:
        return _chosen(conversation, turn.choice)
    if not turn.text:
        return Answer(kind="nothing")
    number = words.number(turn.text)
    if number is not None and _asks_for_a_number(conversation, number):
        return WORDS
    if number is not None and conversation.offered:
        return _numbered(conversation, number)
    return _worded(conversation, turn)


def _worded(conversation: Conversation, turn: Turn) -> Answer:
    meant = _meaning(conversation, turn.text)
    if meant:
        return _of(meant)
    written = _labelled(conversation, turn.text)
    if written:
        return _chosen(conversation, written)
    return Answer(kind="skip") if _is_unknown(turn) else _classified(conversation, turn)


def _meaning(conversation: Conversation, text: str) -> str | None:
    """What a bare word means; some mean more where a certain question is open."""
    meant = words.meaning("answers", text)
    if conversation.waiting_for == JOIN:
        meant = words.meaning("joining", text) or meant
    if conversation.waiting_for in _CHANGEABLE:
        meant = meant or words.meaning("changes", text)
    return meant


def _of(meant: str) -> Answer:
    return Answer(kind=meant) if meant in _KINDS else Answer(kind="option", value=meant)


def _is_unknown(turn: Turn) -> bool:
    """Whether no answer can be given: "ga tau alamatnya"."""
    short = len(turn.text.split()) <= _SHORT
    named = turn.understanding.place or turn.understanding.places
    return short and not named and words.begins("unknown", turn.text)


def _chosen(conversation: Conversation, choice: str) -> Answer:
    slot, _, value = choice.partition(":")
    if slot != conversation.waiting_for or choice not in conversation.offered:
        return Answer(kind="stale")
    return _of(value)


def _numbered(conversation: Conversation, number: int) -> Answer:
    if 1 <= number <= len(conversation.offered):
        return _chosen(conversation, conversation.offered[number - 1])
    return Answer(kind="unread")


def _labelled(conversation: Conversation, text: str) -> str | None:
    """The offered choice whose own words the citizen wrote, in whichever language he read them."""
    written = words.plain(text)
    for choice in conversation.offered:
        slot, _, value = choice.partition(":")
        keys = (f"option_{slot}_{value}", f"option_{slot}", f"option_{value}")
        labels = (say(one, key, {}) for one in LOCALES for key in keys if has(one, key))
        if written in map(words.plain, labels):
            return choice
    return None


def _asks_for_a_number(conversation: Conversation, number: int) -> bool:
    """Whether the number is the answer itself: a lamp post's, a depth that is no choice's."""
    asked = filing_flow().question(conversation.waiting_for or "")
    if asked is None:
        return False
    offered = 1 <= number <= len(conversation.offered)
    free = "words" in asked.accept and not asked.choices
    return free or ("centimetres" in asked.accept and not offered)


def _classified(conversation: Conversation, turn: Turn) -> Answer:
    said = turn.understanding
    kind = _BY_INTENT.get(said.intent)
    long = len(turn.text.split()) > _SHORT
    if not kind or said.intent_confidence < _SURE_FROM or long or said.place or said.places:
        return WORDS
    if conversation.waiting_for in _FREE and kind in {"yes", "no"}:
        return WORDS
    return Answer(kind=kind)
