"""What an engine says of a text: plain frozen types that go through JSON unchanged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nlu.places.place import Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A category and how sure the engine is of it (calibrated, 0 to 1)."""

    category: str
    confidence: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Entity:
    """A span of the text with a meaning.

    `entity` is one of: location, depth_cm (value [low, high], centimetres), since, repeat
    (value: the count), ticket (value: the number in its written form), phone, nik, plate, email,
    name (personal data, to be redacted).
    """

    entity: str
    value: Any
    start: int  # offset into the text as given, in characters
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Mover:
    """A word of a text, and how much it moved the engine towards a category."""

    word: str  # as written: `text[start:end]`
    share: float  # -1 to 1, below zero: away from it; the sizes of a text's shares add up to 1
    start: int  # offset into the text as given, in characters
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Understanding:
    """A reading of one text."""

    intent: str  # report, status, greet, ... ; see corpus/intent
    intent_confidence: float
    category: str | None  # slug of the best category; None when the intent is no complaint
    confidence: float  # of `category`
    # The answer first, then the likeliest; at least three where there is a category. One leans to
    # no complaint: a complaint may be likelier than that, and stands behind it.
    candidates: tuple[Candidate, ...]
    categories: tuple[str, ...]  # more than one when the text holds two complaints
    entities: tuple[Entity, ...]
    place: Place | None  # the one place that the text names, when it is not ambiguous
    places: tuple[Place, ...]  # what an ambiguous name may mean; dialogs ask
    language: str  # "id" or "en"
    emergency: bool  # danger to life: answered with 112 at once
    engine: str  # name and version of the model, kept with every prediction
    outside: bool = False  # the text names a place beyond the city, and none within
    outside_name: str = ""  # that place, where it has a name: "Depok"
