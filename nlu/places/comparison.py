"""Compares the outlines of a file with the gazetteer: which kelurahan it has, and which it lacks.

compared = compare(read_outlines(path))
compared.matched[0].area.name  # the gazetteer's spelling
compared.missing               # kelurahan that keep to the nearest centre
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from nlu.places.city import inside_city
from nlu.places.gazetteer import Area, gazetteer
from nlu.places.outlines import BoundaryError, Division, Outline
from nlu.places.tokens import squash

_ALIKE = 88  # of 100: "Halim Perdana Kusumah" is the gazetteer's "Halim Perdana Kusuma"
_LEAST = 0.5  # of the outlines must be of this city
_NOT_DIGITS = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class Match:
    """An outline, and the kelurahan of the gazetteer that it is of."""

    outline: Outline
    area: Area


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What a file has and lacks, by the gazetteer."""

    matched: tuple[Match, ...]  # an outline each
    spelled: tuple[tuple[str, str], ...]  # as the file spells a name, and as the gazetteer does
    missing: tuple[Area, ...]
    extra: tuple[Outline, ...]  # not in the gazetteer
    twice: tuple[str, ...]  # kelurahan of more than one outline
    codes: int  # outlines with the official code of their kelurahan
    contradicting: tuple[str, ...]  # the official code of another kelurahan

    @property
    def kelurahan(self) -> int:
        """How many kelurahan have an outline."""
        return len({id(match.area) for match in self.matched})


def compare(outlines: Sequence[Outline]) -> Comparison:
    """Find each outline in the gazetteer. Raises: BoundaryError, for a file of another city."""
    _check_city(outlines)
    matched, extra = [], []
    for outline in outlines:
        area = named(outline.division)
        if area:
            matched.append(Match(outline, area))
        else:
            extra.append(outline)
    if len(matched) < _LEAST * len(outlines):
        raise BoundaryError(
            f"only {len(matched)} of its {len(outlines)} outlines bear the name of a kelurahan of "
            f"this city, the first other one is {extra[0].division.kelurahan}: another city's "
            "file, or another level than kelurahan?"
        )
    return _compared(matched, extra)


def _check_city(outlines: Sequence[Outline]) -> None:
    points = [outline.polygon.representative_point() for outline in outlines]
    if any(inside_city(point.y, point.x) for point in points):
        return
    if any(inside_city(point.x, point.y) for point in points if abs(point.x) <= 90):  # noqa: PLR2004
        raise BoundaryError("looks like latitude comes first; GeoJSON has longitude first")
    point = points[0]
    raise BoundaryError(
        f"none of its outlines lies in this city; the first one is at {point.y:.4f}, {point.x:.4f}"
    )


def _compared(matched: list[Match], extra: list[Outline]) -> Comparison:
    has = {id(match.area) for match in matched}
    times = Counter(match.area.code for match in matched)
    official = {_digits(area.code): area for area in gazetteer().kelurahan}
    agreeing, contradicting = 0, []
    for match in matched:
        # Statistics (BPS) numbers kelurahan in its own way: only the Ministry's codes are compared.
        said = official.get(_digits(match.outline.code))
        if said is match.area:
            agreeing += 1
        elif said:
            contradicting.append(f"{match.area.name} has the code of {said.name}")
    return Comparison(
        matched=tuple(matched),
        spelled=tuple(
            (match.outline.division.kelurahan, match.area.name)
            for match in matched
            if squash(match.outline.division.kelurahan) != squash(match.area.name)
        ),
        missing=tuple(area for area in gazetteer().kelurahan if id(area) not in has),
        extra=tuple(extra),
        twice=tuple({m.area.name: None for m in matched if times[m.area.code] > 1}),
        codes=agreeing,
        contradicting=tuple(contradicting),
    )


def _digits(code: str) -> str:
    return _NOT_DIGITS.sub("", code)


def named(division: Division) -> Area | None:
    """The kelurahan of these names: of one name that of its kecamatan, or nearly that name."""
    name, kecamatan = squash(division.kelurahan), squash(division.kecamatan)
    entry = gazetteer().names.get(name)
    facts = entry.facts if entry else ()
    found = [one for one in facts if isinstance(one, Area) and one.level == "kelurahan"]
    inside = [area for area in found if squash(area.kecamatan or "") == kecamatan]
    inside = inside or [area for area in found if squash(area.kota) == squash(division.kota)]
    if len(inside) == 1:
        return inside[0]
    return None if found else _alike(name, kecamatan)


def _alike(name: str, kecamatan: str) -> Area | None:
    near = [
        area
        for area in gazetteer().kelurahan
        if fuzz.ratio(squash(area.kecamatan or ""), kecamatan) >= _ALIKE
        and fuzz.ratio(squash(area.name), name) >= _ALIKE
    ]
    return near[0] if len(near) == 1 else None
