"""The engine to be ahead of: plain keyword lists, no learning. Kept to measure against.

A category scores the words that its phrases cover in the text; the highest score is the answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from nlu.keywords import keywords
from nlu.normalise import normalise
from nlu.slots import emergency, find_slots, language
from nlu.understanding import Candidate, Understanding

VERSION = "keywords 1"
_CANDIDATES = 5


class KeywordEngine:
    """Fulfils nlu.engine.Engine with keyword lists alone."""

    @property
    def version(self) -> str:
        return VERSION

    async def understand(self, texts: Sequence[str]) -> list[Understanding]:
        return self.read(texts)

    def read(self, texts: Sequence[str]) -> list[Understanding]:
        """`understand` without an event loop."""
        return [_reading(text) for text in texts]

    async def close(self) -> None:
        """Nothing is held open."""


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        slug: re.compile(
            r"\b(?:" + "|".join(sorted(map(re.escape, phrases), key=len, reverse=True)) + r")\b"
        )
        for slug, phrases in keywords().items()
        if phrases
    }


def _reading(text: str) -> Understanding:
    plain = normalise(text)
    scores = {
        slug: sum(len(phrase.split()) for phrase in set(pattern.findall(plain)))
        for slug, pattern in _patterns().items()
    }
    total = sum(scores.values())
    if not total:
        scores, total = {**scores, "tidak_jelas": 1}, 1
    ranked = sorted(scores, key=lambda slug: -scores[slug])[:_CANDIDATES]
    candidates = tuple(Candidate(category=slug, confidence=scores[slug] / total) for slug in ranked)
    intent = "other" if ranked[0] == "bukan_aduan" else "report"
    return Understanding(
        intent=intent,
        intent_confidence=candidates[0].confidence,
        category=ranked[0],
        confidence=candidates[0].confidence,
        candidates=candidates,
        categories=(ranked[0],),
        entities=tuple(find_slots(text)),
        place=None,
        places=(),
        language=language(text),
        emergency=emergency(text),
        engine=VERSION,
    )
