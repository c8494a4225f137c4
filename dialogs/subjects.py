"""A text below a subject of its own, as in a new mail: does it stand alone, or go on from there?

"Lapor" above "ya" is a yes; "Lampu mati di Jl. Kemang Raya 12" above "-" is a report. So a bare
answer stands alone while a question is open, a command at any time, and all else is read with its
subject.
"""

from __future__ import annotations

from dialogs import words
from dialogs.conversation import Conversation
from nlu.slots import emergency

_ANSWERS = ("answers", "joining", "closing", "erasing")
_WISHES = frozenset({"human", "status"})  # bare words that we tell citizens to use, beside commands
_NOTHING = " \n.…_-–—"  # what is put where a program wants a text


def read(conversation: Conversation, subject: str, text: str) -> str:
    """The words of a turn: the text, below its subject unless it stands alone."""
    if not subject or _stands_alone(conversation, subject, text):
        return text
    return "\n".join(filter(None, (subject, text)))


def _stands_alone(conversation: Conversation, subject: str, text: str) -> bool:
    if not text.strip(_NOTHING) or emergency(subject):  # danger is never left out
        return False
    asked = conversation.waiting_for or conversation.erasing
    return _is_command(text) or bool(asked and _is_answer(text))


def _is_command(text: str) -> bool:
    name = words.meaning("commands", text)
    if name == "anonymous":  # a report may say it of itself
        return False
    return name is not None or words.meaning("intents", text) in _WISHES


def _is_answer(text: str) -> bool:
    told = any(words.meaning(group, text) for group in _ANSWERS)
    return told or words.number(text) is not None
