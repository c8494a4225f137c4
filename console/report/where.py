"""Where words or a point lie, as a moderator gives them: looked up before anything is saved."""

from __future__ import annotations

from dataclasses import dataclass

from console.desk import Desk
from dialogs.conversation import Spot
from nlu.places.city import BadPoint
from nlu.places.place import OutsideCity, Place
from nlu.places.resolve import resolve

FIELDS = ("lat", "lon", "words")  # of the form
MOST_WORDS = 300  # characters
MOST_OFFERED = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What there is at a point, or under a name."""

    spot: Spot | None = None
    offered: tuple[Place, ...] = ()  # what an ambiguous name may mean, each with its point
    problem: str = ""  # key of a sentence: nothing | point | outside | unknown | several


def look(desk: Desk, lat: str, lon: str, words: str) -> Found:
    """The place of a point, or of words where no point is given.

    A point is degrees north and east, with a point or a comma for the fraction. Words may be a
    street, a kelurahan, a map's link or a Plus Code.
    """
    words = " ".join(words.split())[:MOST_WORDS]
    if lat.strip() or lon.strip():
        return _at(desk, lat, lon, words)
    return _named(words) if words else Found(problem="nothing")


def _at(desk: Desk, lat: str, lon: str, words: str) -> Found:
    try:
        north, east = _degrees(lat), _degrees(lon)
        place = desk.locate(north, east)
    except (BadPoint, ValueError):
        return Found(problem="point")
    if isinstance(place, OutsideCity):
        return Found(problem="outside")
    spot = Spot(lat=north, lon=east, words=words or place.name, place=place, source="pin")
    return Found(spot=spot)


def _degrees(typed: str) -> float:
    plain = typed.strip()
    return round(float(plain if "." in plain else plain.replace(",", ".")), 6)


def _named(words: str) -> Found:
    found = resolve(words)
    if found.place is None:
        offered = tuple(one for one in found.candidates if one.lat is not None)[:MOST_OFFERED]
        if offered:
            return Found(offered=offered, problem="several")
        return Found(problem="outside" if found.outside else "unknown")
    place = found.place
    spot = Spot(lat=place.lat, lon=place.lon, words=words, place=place, source="words")
    return Found(spot=spot)
