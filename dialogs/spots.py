"""Where it is: what a turn says of the place, how two sayings join, how a place is named."""

from __future__ import annotations

from dataclasses import replace

from dialogs import words
from dialogs.conversation import Spot, Turn
from dialogs.phrasebook import say
from dialogs.rule import filing_flow
from nlu.places.place import Place

_MOST_WORDS = 120  # characters of an address that are repeated
_MOST_PLACES = 4
Found = tuple[Spot | None, tuple[Place, ...]]
"""A spot, and what its words may mean where that must be asked."""


def in_report(turn: Turn) -> Found:
    """The place that a report names in passing, or its pin."""
    if turn.spot and not turn.outside_city:
        return turn.spot, ()
    if turn.outside_city:
        return None, ()
    named = ", ".join(_surfaces(turn))
    return _resolved(
        named or (turn.understanding.place.name if turn.understanding.place else ""), turn
    )


def in_address(turn: Turn) -> Found:
    """The place when the whole text is an address, or a pin."""
    if turn.spot or turn.outside_city:
        return in_report(turn)
    return _resolved(turn.text.strip(), turn) if any(map(str.isalnum, turn.text)) else (None, ())


def in_correction(turn: Turn) -> Found:
    """The place that a correction puts in: "bukan di Kemang, di Cipete" is Cipete."""
    if turn.spot or turn.outside_city:
        return in_report(turn)
    wanted = words.after_turn(turn.text)
    meant = tuple(one for one in _places(turn) if one.name.casefold() in wanted.casefold())
    if not meant:
        surface = next((one for one in reversed(_surfaces(turn)) if one in wanted), "")
        return (Spot(words=wanted), ()) if surface else (None, ())
    if len(meant) == 1:
        return _at(wanted, meant[0]), ()
    return Spot(words=wanted), meant[:_MOST_PLACES]


def _surfaces(turn: Turn) -> list[str]:
    return [
        turn.text[one.start : one.end] or str(one.value)
        for one in turn.understanding.entities
        if one.entity == "location"
    ]


def _places(turn: Turn) -> tuple[Place, ...]:
    said = turn.understanding
    first = (said.place,) if said.place else ()
    return (*first, *(one for one in said.places if one != said.place))


def _resolved(named: str, turn: Turn) -> Found:
    if not named:
        return None, ()
    place, maybe = turn.understanding.place, turn.understanding.places
    if place and place.confidence >= filing_flow().sure_place_from:
        return _at(named, place), ()
    return Spot(words=named), (place,) if place else maybe[:_MOST_PLACES]


def _at(named: str, place: Place) -> Spot:
    return Spot(lat=place.lat, lon=place.lon, words=named, place=place)


def chosen(spot: Spot | None, place: Place) -> Spot:
    """The spot once the citizen has said which place he means."""
    return _at(spot.words if spot and spot.words else place.name, place)


def is_weak(spot: Spot | None) -> bool:
    """Whether nothing but words is known: nobody can be sent there without asking."""
    return spot is not None and spot.lat is None and spot.place is None


def joined(before: Spot | None, after: Spot | None) -> Spot | None:
    """Two sayings of one place: a point outweighs words, words are never dropped."""
    if before is None or after is None:
        return after or before
    told = _both(before.words, after.words)
    if after.source == "pin" or is_weak(before):
        return replace(after, words=told)
    return replace(before, words=told)


def _both(first: str, second: str) -> str:
    if second.casefold() in first.casefold():
        return first
    if first.casefold() in second.casefold():
        return second
    return f"{first}, {second}"


def label(spot: Spot | None, locale: str) -> str:
    """How a place is repeated to the citizen: his words, and what they were taken for."""
    if spot is None:
        return say(locale, "place_unknown", {})
    told = spot.words if len(spot.words) <= _MOST_WORDS else f"{spot.words[:_MOST_WORDS]}…"
    area = area_of(spot.place, locale)
    if told and area and area.casefold() not in told.casefold():
        return say(locale, "place_words_area", {"words": told, "area": area})
    if told or area:
        return told or area
    return say(locale, "place_pin", {"lat": f"{spot.lat:.5f}", "lon": f"{spot.lon:.5f}"})


def area_of(place: Place | None, locale: str) -> str:
    """A place's administrative name, as long as it is known: "Kel. Bangka, Mampang Prapatan"."""
    if place is None:
        return ""
    kelurahan = say(locale, "kelurahan", {"name": place.kelurahan}) if place.kelurahan else ""
    parts = [kelurahan, place.kecamatan or "", "" if place.kecamatan else place.kota or ""]
    return ", ".join(filter(None, parts)) or place.name


def choice_label(place: Place, locale: str) -> str:
    """A place among others that bear its name."""
    area = area_of(place, locale)
    if place.name.casefold() in area.casefold():
        return area
    return say(locale, "place_words_area", {"words": place.name, "area": area})
