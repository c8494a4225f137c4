"""Combines what a text names into one place, or into the places that it may mean.

Every fact stands for a set of kelurahan (bits of an integer): a kota for many, a kelurahan for one,
a road for those along it. Facts that have a kelurahan in common agree. Of readings that agree the
most specific area counts; a landmark that agrees with it is more specific still.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice, product

from nlu.places import words
from nlu.places.boundaries import Boundaries
from nlu.places.city import locate
from nlu.places.gazetteer import Area, Landmark, Neighbour, distance_m, gazetteer
from nlu.places.mentions import IN_A_NAME, Found
from nlu.places.place import OutsideCity, Place

MOST_CANDIDATES = 6
_MOST_READINGS = 256  # combinations looked at; a text with more names a tour, not a place
_POINT_M = 1000  # a landmark this small lies in one kelurahan,
_LONG_M = 2000  # and this small in one kecamatan
_HINTED_M = 2200  # and this small is where its name says: "Jalan Boulevard Kelapa Gading"
_APART_M = 2500  # two landmarks further apart are two places
_TRUST = {"kelurahan": 0.92, "kecamatan": 0.8, "kota": 0.5}
_LANDMARK, _LONG, _AGREED = 0.85, 0.6, 0.05
_HINT, _MISSPELLED, _CONTRADICTED = 0.5, 0.85, 0.7  # factors


@dataclass(frozen=True, slots=True)
class Answer:
    """A place, or candidates, or the name of a neighbouring city, or nothing."""

    place: Place | None = None
    candidates: tuple[Place, ...] = ()
    outside: str = ""


def read(found: list[Found], boundaries: Boundaries | None) -> Answer:
    """Where the text means."""
    known = [one for one in found if one.facts]
    if not known:
        return Answer()
    here = [one for one in known if one.mention.relation not in words.DIRECTIONS] or known
    outside = _outside(here, found)
    if outside:
        return Answer(outside=outside)
    areas = [one for one in here if _areas(one) and one.mention.relation != IN_A_NAME]
    hints = [one for one in here if _areas(one) and one.mention.relation == IN_A_NAME]
    landmarks = [one for one in here if _landmarks(one)]
    trust = 1.0 if all(one.exact for one in here) else _MISSPELLED
    options = _agreeing(areas)
    if areas and not options:
        # They contradict each other: those that the text calls a kelurahan or kecamatan count.
        options = _agreeing([one for one in areas if one.cue])
        trust *= _CONTRADICTED
    hinted = _widest(_agreeing(hints)) if not areas else []
    if landmarks:
        answer = _at_landmark(landmarks, options, hinted, boundaries)
        if answer:
            return _trusted(answer, trust)
        trust *= _CONTRADICTED
    if hinted:
        options, trust = hinted, trust * _HINT
    elif not options:
        options = [area for one in areas for area in _areas(one)]
    # "Menteng" is a kelurahan within the kecamatan of that name: whichever is meant, the trouble is
    # within the latter. Where in it, a dialog asks.
    return _trusted(_at_area(_widest(options), found), trust)


def _areas(one: Found) -> tuple[Area, ...]:
    return tuple([fact for fact in one.facts if isinstance(fact, Area)])


def _landmarks(one: Found) -> tuple[Landmark, ...]:
    return tuple([fact for fact in one.facts if isinstance(fact, Landmark)])


def _outside(here: list[Found], found: list[Found]) -> str:
    """A neighbour counts when nothing of the city is named, or right behind what is named."""
    for one in here:
        if isinstance(one.facts[0], Neighbour):
            others = [o for o in found if o.facts and not isinstance(o.facts[0], Neighbour)]
            gap = min((one.mention.start - o.mention.end for o in others), default=0, key=abs)
            if not others or 0 <= gap <= len(", "):
                return one.mention.name
    return ""


def _agreeing(areas: list[Found]) -> list[Area]:
    """The most specific area of each reading in which all areas have a kelurahan in common."""
    if not areas:
        return []
    choices = list({one.facts: _areas(one) for one in areas}.values())
    if len(choices) == 1:
        return list(choices[0])
    options: dict[int, Area] = {}
    for reading in islice(product(*choices), _MOST_READINGS):
        common = -1
        for area in reading:
            common &= area.members
        if common:
            best = min(reading, key=lambda area: area.members.bit_count())
            options[id(best)] = best
    return list(options.values())


def _widest(options: list[Area]) -> list[Area]:
    """One area that holds all others, if there is one: a name within a name tells no more."""
    for area in options:
        if all(area.members & other.members == other.members for other in options):
            return [area]
    return options


# -- areas -------------------------------------------------------------------------------------


def _at_area(options: list[Area], found: list[Found]) -> Answer:
    if not options:
        return Answer()
    street = next(
        (one.mention.name for one in found if one.mention.kind in {"road", "gang", "complex"}), ""
    )
    places = [_area_place(area, street) for area in options]
    if len(places) == 1:
        return Answer(place=places[0])
    return Answer(candidates=tuple(places[:MOST_CANDIDATES]))


def _area_place(area: Area, street: str = "") -> Place:
    own = area.name if area.level == "kota" else f"{area.level.capitalize()} {area.name}"
    return Place(
        name=f"{street}, {own}" if street else own,
        kelurahan=area.kelurahan,
        kecamatan=area.kecamatan,
        kota=area.kota,
        lat=area.lat,
        lon=area.lon,
        radius_m=area.radius_m,
        confidence=_TRUST[area.level],
        boundary="named",
    )


# -- landmarks ---------------------------------------------------------------------------------


def _at_landmark(
    found: list[Found], options: list[Area], hinted: list[Area], boundaries: Boundaries | None
) -> Answer | None:
    """The smallest landmark that agrees with the areas; None when all contradict them."""
    agreeing = [
        fitting
        for one in found
        if (fitting := [mark for mark in _landmarks(one) if _fits(mark, options)])
    ]
    if not agreeing:
        return None
    sure = [fitting[0] for fitting in agreeing if _one_place(fitting)]
    if sure:
        best = min(sure, key=lambda mark: mark.radius_m)
        marks = [best, *(mark for mark in sure if _apart(mark, best))]
    else:
        marks = agreeing[0]
    # "Kali Sunter" is no more in Sunter than in the other places that it flows through.
    if len(marks) == 1 and _POINT_M < marks[0].radius_m <= _HINTED_M and _fits(marks[0], hinted):
        options = options or hinted
    places = [_landmark_place(mark, options, boundaries) for mark in marks]
    if len(places) == 1:
        return Answer(place=places[0])
    if len({place.name for place in places}) < len(places):
        places = [_told_apart(place) for place in places]
    return Answer(candidates=tuple(places[:MOST_CANDIDATES]))


def _told_apart(place: Place) -> Place:
    """With its area in its name, for a citizen who has to choose between two of one name."""
    area = place.kelurahan or place.kecamatan or place.kota
    return replace(place, name=f"{place.name}, {area}") if area else place


def _one_place(marks: list[Landmark]) -> bool:
    """A street and a quarter of one name, say; not two markets of one name in two cities."""
    return not any(_apart(mark, marks[0]) for mark in marks)


def _apart(mark: Landmark, best: Landmark) -> bool:
    apart = distance_m(mark.lat, mark.lon, best.lat, best.lon)
    return apart > _APART_M + mark.radius_m + best.radius_m


def _fits(mark: Landmark, options: list[Area]) -> bool:
    return not options or any(area.members & gazetteer().along(mark) for area in options)


def _landmark_place(mark: Landmark, options: list[Area], boundaries: Boundaries | None) -> Place:
    fitting = [area for area in options if area.members & gazetteer().along(mark)]
    # Of a kelurahan and the kecamatan around it, both of one name, no more than the latter is sure.
    fitting = _widest(fitting)
    area = fitting[0] if len(fitting) == 1 else None
    if area and mark.radius_m > area.radius_m:
        # A long road or river within a named area: the area is the smaller circle.
        return replace(_area_place(area, mark.name), confidence=_LANDMARK + _AGREED)
    if mark.radius_m > _LONG_M:
        return _long_place(mark, fitting)
    return _point_place(mark, area, boundaries)


def _long_place(mark: Landmark, fitting: list[Area]) -> Place:
    """A landmark across many kelurahan: only what all of it has in common is said.

    Of areas that it passes through, and that the text names, only those count: "Jl. Panjang,
    Kedoya" is in one kecamatan, though not in one kelurahan.
    """
    city = gazetteer()
    named = 0
    for area in fitting:
        named |= area.members
    bits = city.along(mark) & named if fitting else city.along(mark)
    kecamatan = next((one for one in city.kecamatan if bits & one.members == bits), None)
    kota = next((one for one in city.kota if bits & one.members == bits), None)
    return Place(
        name=mark.name,
        kelurahan=None,
        kecamatan=kecamatan.kecamatan if kecamatan else None,
        kota=kota.kota if kota else None,
        lat=mark.lat,
        lon=mark.lon,
        radius_m=mark.radius_m,
        confidence=_LONG,
        boundary="named",
    )


def _point_place(mark: Landmark, area: Area | None, boundaries: Boundaries | None) -> Place:
    there = _around(mark) if boundaries is None else locate(mark.lat, mark.lon, boundaries)
    # Someone who names the kelurahan knows it better than the nearest centre does.
    named = area if area and area.level == "kelurahan" else None
    if not named and boundaries is None:
        named = _tabled(mark)
    source = named or (there if isinstance(there, Place) else None)
    small = mark.radius_m <= _POINT_M
    return Place(
        name=mark.name,
        kelurahan=source.kelurahan if source and (small or source is area) else None,
        kecamatan=source.kecamatan if source else None,
        kota=source.kota if source else None,
        lat=mark.lat,
        lon=mark.lon,
        radius_m=mark.radius_m,
        confidence=_LANDMARK + (_AGREED if area else 0),
        boundary=source.boundary if isinstance(source, Place) else "named",
    )


@lru_cache(maxsize=2048)
def _tabled(mark: Landmark) -> Area | None:
    """The kelurahan that the table gives a landmark; of one name the nearest."""
    if not mark.kelurahan:
        return None
    fitting = [area for area in gazetteer().kelurahan if area.name == mark.kelurahan]
    return min(
        fitting,
        key=lambda area: distance_m(area.lat, area.lon, mark.lat, mark.lon),
        default=None,
    )


@lru_cache(maxsize=2048)
def _around(mark: Landmark) -> Place | OutsideCity:
    return locate(mark.lat, mark.lon)


def _trusted(answer: Answer, trust: float) -> Answer:
    if trust == 1 or not (answer.place or answer.candidates):
        return answer
    return Answer(
        place=_less(answer.place, trust) if answer.place else None,
        candidates=tuple(_less(place, trust) for place in answer.candidates),
    )


def _less(place: Place, trust: float) -> Place:
    return replace(place, confidence=round(place.confidence * trust, 3))
