"""Which language is spoken: Indonesian, until the citizen writes English.

One word is no evidence ("ok", "stop"), and neither is an address: Indonesian streets are named in
Indonesian whoever writes. The channel's hint counts on the first turn only, when nothing is known.
"""

from __future__ import annotations

from dataclasses import replace

from dialogs.conversation import Conversation, Turn
from dialogs.phrasebook import LOCALES

_EVIDENCE, _CHANGE = 3, 4  # words: to begin in a language, to change it in the middle
_ADDRESSES = frozenset({"location", "area", "place", "new_location", "about_location"})


def heard(conversation: Conversation, turn: Turn) -> Conversation:
    """The conversation in the language that the citizen writes."""
    locale = conversation.locale
    if not conversation.greeted:
        hint = turn.locale_hint.partition("-")[0].partition("_")[0].casefold()
        locale = hint if hint in LOCALES else locale
    said = turn.understanding.language
    told = [word for word in turn.text.split() if not any(map(str.isdigit, word))]
    enough = len(told) >= (_CHANGE if conversation.greeted else _EVIDENCE)
    if enough and said in LOCALES and conversation.waiting_for not in _ADDRESSES:
        locale = said
    return conversation if locale == conversation.locale else replace(conversation, locale=locale)
