"""A few rude words that report nothing. The words stand in insults.yml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from dialogs import words
from dialogs.conversation import Turn
from dialogs.rule import is_report, is_sure


@dataclass(frozen=True, slots=True)
class Insults:
    """insults.yml."""

    most_words: int  # of a message that is only an insult
    words: frozenset[str]


@cache
def insults() -> Insults:
    """Read insults.yml."""
    text = (files("dialogs") / "insults.yml").read_text(encoding="utf-8")
    said: dict[str, Any] = yaml.safe_load(text)
    return Insults(int(said["most_words"]), frozenset(said["words"]))


def is_insult(turn: Turn) -> bool:
    """Whether the text insults and no more: whoever reports may be angry."""
    told = words.plain(turn.text).split()
    rude = any(word in insults().words for word in (*told, " ".join(told)))
    if not rude or len(told) > insults().most_words or turn.photos or turn.spot:
        return False
    return not (is_report(turn.understanding) and is_sure(turn.understanding))
