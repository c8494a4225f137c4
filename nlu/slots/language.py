"""Indonesian or English: by small words, and by the few words that reports are made of."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import yaml

from nlu import ticket

MOST = 400  # characters that are looked at
_WORD = re.compile(r"[a-z]+")


def language(text: str) -> str:
    """Answer "en" when more of the text's words are English than Indonesian, else "id"."""
    english, indonesian = _words()
    words = _WORD.findall(ticket.blank(text[:MOST]).lower())
    score = sum(map(english.__contains__, words)) - sum(map(indonesian.__contains__, words))
    return "en" if score > 0 else "id"


@cache
def _words() -> tuple[frozenset[str], frozenset[str]]:
    lists = yaml.safe_load((files("nlu.slots") / "language.yml").read_text(encoding="utf-8"))
    return frozenset(lists["english"].split()), frozenset(lists["indonesian"].split())
