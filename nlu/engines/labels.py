"""What the labels of the corpus mean when Rasa gives them back: `report+banjir+macet`, `thanks`.

The shape is that of Rasa's `POST /model/parse`:

    {"text": …, "intent": {"name": "report+banjir", "confidence": 0.91}, "entities": […],
     "intent_ranking": [{"name": "report+banjir", "confidence": 0.91}, …]}
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from nlu.categories import categories
from nlu.corpus import INTENTS
from nlu.engines.joint import ABOUT_A_COMPLAINT, ABOUT_ANYTHING
from nlu.lessons import SECOND_SHARE
from nlu.understanding import Candidate

_CANDIDATES = 5
_FEWEST = 3
_PADDING = ("tidak_jelas", "lainnya", "bukan_aduan")  # where all labels name fewer than three
_TOTAL = 1.001  # float32 sums

Label = tuple[str, tuple[str, ...], float]  # intent, categories (the main one first), confidence
_NOTHING_KNOWN: Label = ("other", ("tidak_jelas",), 0.05)  # Rasa's pipeline decided nothing


class NonsenseError(ValueError):
    """An answer that is none of Rasa's, or of a model that learned another corpus."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The part of an Understanding that Rasa decides."""

    intent: str
    intent_confidence: float
    candidates: tuple[Candidate, ...]
    categories: tuple[str, ...]


def reading_of(said: Any) -> Reading:
    """Read an answer of /model/parse. Raises: NonsenseError.

    An intent's confidence is the sum over its labels. So is a category's, of the labels that name
    it first; of those that name it second it has the share that training gives a second complaint.
    """
    labels = _labels(said)
    intents: dict[str, float] = defaultdict(float)
    topics: dict[str, float] = defaultdict(float)
    for intent, (main, *others), confidence in labels:
        intents[intent] += confidence
        topics[main] += confidence
        for other in others:
            topics[other] += confidence * SECOND_SHARE
    for slug in _PADDING:
        if len(topics) < _FEWEST:
            topics.setdefault(slug, 0.0)
    intent = max(intents, key=lambda name: intents[name])
    ranked = sorted(topics, key=lambda slug: -topics[slug])[:_CANDIDATES]
    best = labels[0][1]
    return Reading(
        intent=intent,
        intent_confidence=round(min(intents[intent], 1.0), 4),
        candidates=tuple(
            Candidate(category=slug, confidence=round(min(topics[slug], 1.0), 4)) for slug in ranked
        ),
        categories=best if best[0] == ranked[0] else (ranked[0],),
    )


def _labels(said: Any) -> list[Label]:
    """The ranking as labels, the best one first."""
    match said:
        case {"intent": {"name": None}}:
            return [_NOTHING_KNOWN]
        case {"intent": {"name": str()}, "intent_ranking": [_, *_] as ranking}:
            labels = [_label(entry) for entry in ranking]
        case _:
            raise NonsenseError("no intent with a ranking")
    if sum(confidence for _, _, confidence in labels) > _TOTAL:
        raise NonsenseError("confidences that sum to more than 1")
    return sorted(labels, key=lambda label: -label[2])


def _label(entry: Any) -> Label:
    match entry:
        case {"name": str(name), "confidence": float() | int() as confidence}:
            intent, *slugs = name.split("+")
        case _:
            raise NonsenseError("a rank without name and confidence")
    if intent not in INTENTS or not categories().keys() >= set(slugs):
        raise NonsenseError("a label that our corpus does not have")
    if isinstance(confidence, bool) or not 0 <= confidence <= 1:  # NaN is not within either
        raise NonsenseError("a confidence beyond 0 to 1")
    if not slugs:
        slugs = [_unnamed(intent)]
    if slugs[0] == "bukan_aduan" and intent in ABOUT_A_COMPLAINT:
        intent = "other"
    return intent, tuple(slugs), float(confidence)


def _unnamed(intent: str) -> str:
    """The category of an intent that names none: what is it about?"""
    about = intent in ABOUT_A_COMPLAINT | ABOUT_ANYTHING
    return "tidak_jelas" if about else "bukan_aduan"
