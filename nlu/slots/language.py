"""Indonesian or English: by small words, and by the few words that reports are made of."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import yaml

from nlu import ticket
from nlu.remembered import Remembered

MOST = 400  # characters that are looked at
_WORD = re.compile(r"[a-z]+")


def language(text: str) -> str:
    """Answer "en" when more of the text's words are English than Indonesian, else "id"."""
    return language_of(ticket.blank(text[:MOST]).lower().split())


def language_of(words: list[str]) -> str:
    """The same of what stands between blanks, in lower case."""
    return "en" if sum(map(_scores.__getitem__, words)) > 0 else "id"


def is_small(low: str) -> bool:
    """Whether a lower-cased word is one of those that reports of either language are made of."""
    return any(low in words for words in _words())


def _score(low: str) -> int:
    """How many English words stand between two blanks, less the Indonesian ones."""
    english, indonesian = _words()
    words = _WORD.findall(low)
    return sum(map(english.__contains__, words)) - sum(map(indonesian.__contains__, words))


_scores = Remembered(_score)


@cache
def _words() -> tuple[frozenset[str], frozenset[str]]:
    lists = yaml.safe_load((files("nlu.slots") / "language.yml").read_text(encoding="utf-8"))
    return frozenset(lists["english"].split()), frozenset(lists["indonesian"].split())
