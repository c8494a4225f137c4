"""Labelled texts: a JSON object a line. All but "text" is optional; what is there is scored.

    {"text": "Banjir selutut depan Stasiun Tebet",
     "id": "t-1",                           else file and line
     "label": "banjir",                     the category of the first annotator
     "labels": ["banjir", "saluran_air"],   all that fit: two complaints, or what any annotator said
     "intent": "report",
     "place": {"kecamatan": "Tebet"},       see below
     "depth_cm": [35, 55],                  or one number; null: the text tells no depth
     "emergency": false}

`place` is null (the text names none), a name ("Tebet": that of the place, or of its kelurahan,
kecamatan or kota), a point ([-6.226, 106.858], with the metres that it may be off as a third
number, else POINT_M), "?" (ambiguous: must be asked about), or an object of any of name,
kelurahan, kecamatan, kota, all of which must be right. Instead of it the fields of
tests/nlu/places/texts.jsonl are read: kelurahan, kecamatan, asks, and names with optional ones.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from nlu.categories import categories
from nlu.corpus import INTENTS

POINT_M = 1000.0  # how far a point may be off: landmarks of the gazetteer are right to some 200 m
_PARTS = frozenset({"name", "kelurahan", "kecamatan", "kota"})
_PAIR, _TRIPLE = 2, 3


class EvaluationError(ValueError):
    """The file cannot be scored. The message names file, line and remedy."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedPlace:
    """The place that a text names. All empty: it names none."""

    any_name: str = ""  # of the place or of an area that it lies in
    parts: tuple[tuple[str, str], ...] = ()  # field of nlu.places.place.Place, what it must be
    point: tuple[float, float, float] | None = None  # latitude, longitude, metres
    asks: bool = False  # ambiguous: no place, but candidates

    @property
    def is_none(self) -> bool:
        return not (self.any_name or self.parts or self.point or self.asks)


@dataclass(frozen=True, kw_only=True, slots=True)
class Labelled:
    """One text and what people say of it. None: nothing is said."""

    id: str
    text: str
    label: str | None
    labels: tuple[str, ...]  # of `label` alone where the line has no "labels"
    intent: str | None
    all_labels: bool = False  # the line has "labels"
    place: WantedPlace | None = None
    names: tuple[frozenset[str], frozenset[str]] | None = None  # must, may be found; in lower case
    depth_cm: tuple[float, float] | None = None
    depth_said: bool = False  # the line has "depth_cm", if only null
    emergency: bool | None = None


def read(path: Path) -> list[Labelled]:
    """The labelled texts of a JSONL file. Raises: EvaluationError."""
    texts = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if line.strip():
            texts.append(_Line(f"{path}:{number}", line).labelled(f"{path.name}:{number}"))
    return texts


class _Line:
    """One line of a file, and where it stands."""

    def __init__(self, where: str, line: bytes) -> None:
        self._where = where
        try:
            row = json.loads(line.decode("utf-8"))
            if not isinstance(row["text"], str):
                raise TypeError(f'"text" is {row["text"]!r}')
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise EvaluationError(
                f'{where}: no JSON object with a string "text" ({error}); write'
                ' {"text": "...", "label": "banjir"}'
            ) from error
        self._row: dict[str, Any] = row

    def labelled(self, name: str) -> Labelled:
        row = self._row
        label = self._known("category", row.get("label"), categories())
        named = row.get("labels") or []
        if not isinstance(named, list):
            raise self._refused('"labels" is a list of categories')
        labels = [self._known("category", name, categories()) for name in named]
        return Labelled(
            id=str(row.get("id", name)),
            text=row["text"],
            label=label,
            labels=tuple([name for name in labels or [label] if name]),
            intent=self._known("intent", row.get("intent"), INTENTS),
            all_labels=bool(labels),
            place=self._place(),
            names=self._names(),
            depth_cm=self._depth(),
            depth_said="depth_cm" in row,
            emergency=self._emergency(),
        )

    def _refused(self, why: str) -> EvaluationError:
        return EvaluationError(f"{self._where}: {why}")

    def _known(self, kind: str, name: Any, known: Collection[str]) -> str | None:
        if name is None or name in known:
            return None if name is None else str(name)
        near = get_close_matches(str(name), known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
        raise self._refused(f"unknown {kind} {name!r} ({hint})")

    def _place(self) -> WantedPlace | None:
        row = self._row
        if "place" not in row:
            return self._place_of_fields()
        match row["place"]:
            case None:
                return WantedPlace()
            case "?":
                return WantedPlace(asks=True)
            case str(name) if name.strip():
                return WantedPlace(any_name=name)
            case dict(parts) if parts and parts.keys() <= _PARTS:
                return WantedPlace(parts=tuple((part, str(name)) for part, name in parts.items()))
            case [*numbers] if len(numbers) in {_PAIR, _TRIPLE} and all(map(_finite, numbers)):
                lat, lon, *within = numbers
                return WantedPlace(point=(lat, lon, *(within or [POINT_M])))
        raise self._refused(
            f'"place" is {row["place"]!r}: write a name, [lat, lon], [lat, lon, metres], "?", null'
            f" or an object of {', '.join(sorted(_PARTS))}"
        )

    def _place_of_fields(self) -> WantedPlace | None:
        row = self._row
        if row.get("asks") is True:
            return WantedPlace(asks=True)
        parts = tuple((part, str(row[part])) for part in sorted(_PARTS - {"name"}) if row.get(part))
        if parts and "names" in row:
            return WantedPlace(parts=parts)
        return WantedPlace() if row.get("names") == [] else None

    def _names(self) -> tuple[frozenset[str], frozenset[str]] | None:
        if "names" not in self._row:
            return None
        lists = [self._row["names"], self._row.get("optional", [])]
        if not all(isinstance(names, list) for names in lists):
            raise self._refused('"names" and "optional" are lists of names')
        must, may = (frozenset(str(name).casefold() for name in names) for names in lists)
        return must, may

    def _depth(self) -> tuple[float, float] | None:
        match self._row.get("depth_cm"):
            case None:
                return None
            case [low, high] if _finite(low) and _finite(high) and 0 <= low <= high:
                return low, high
            case depth if _finite(depth) and depth >= 0:
                return depth, depth
        raise self._refused('"depth_cm" is a number of centimetres, [low, high] or null')

    def _emergency(self) -> bool | None:
        said = self._row.get("emergency")
        if said is not None and not isinstance(said, bool):
            raise self._refused('"emergency" is true or false')
        return said


def _finite(number: Any) -> bool:
    plain = isinstance(number, int | float) and not isinstance(number, bool)
    return plain and math.isfinite(number)
