"""Where it is: what a turn says of the place, how two sayings join, how a place is named."""

from __future__ import annotations

import re
from dataclasses import replace

from dialogs import words
from dialogs.conversation import Spot, Turn
from dialogs.phrasebook import say
from dialogs.rule import filing_flow
from nlu.places.place import Place
from nlu.places.resolve import resolve

_MOST_WORDS = 120  # characters of an address that are repeated
_MOST_PLACES = 4
_WIDE_M = 1000  # a place this wide is no place to go to
_BESIDE = 2  # words after a place that may belong to it: "dpn McD"
_NEAREST = "nearest centre"  # right about three times in four: said with care
_LINK = re.compile(r"https?://\S+")
_SENTENCE = re.compile(r"(?<=\w{4})[.!?]\s+|,\s+|\n")
_PAUSE = re.compile(r"[,.!?;:()\n]")
Found = tuple[Spot | None, tuple[Place, ...]]
"""A spot, and what its words may mean where that must be asked."""


def in_report(turn: Turn) -> Found:
    """The place that a report names in passing, or its pin."""
    if turn.spot and not turn.outside_city:
        return turn.spot, ()
    if turn.outside_city:
        return None, ()
    place = turn.understanding.place
    return _resolved(_named(turn) or (place.name if place else ""), turn)


def in_address(turn: Turn) -> Found:
    """The place when the whole text is an address, or a pin."""
    if turn.spot or turn.outside_city:
        return in_report(turn)
    return _resolved(_address(turn), turn) if any(map(str.isalnum, turn.text)) else (None, ())


def _address(turn: Turn) -> str:
    """The text without what is said before it: "maaf baru sempat. di Kel. Bangka"."""
    text, spans = turn.text.strip(), _spans(turn)
    if not spans:
        return text
    begin = min(start for start, _ in spans)
    pauses = [found.end() for found in _SENTENCE.finditer(turn.text[:begin])]
    before = turn.text[: pauses[-1]] if pauses else ""
    telling = any(words.holds(group, before) for group in ("roads", "beside"))
    if telling or words.begins("address_starts", before) or any(map(str.isdigit, before)):
        return text
    return turn.text[len(before) :].strip()


def in_correction(turn: Turn) -> Found:
    """The place that a correction puts in: "bukan di Kemang, di Cipete" is Cipete."""
    if turn.spot or turn.outside_city:
        return in_report(turn)
    wanted = words.after_turn(turn.text)
    begin = turn.text.rfind(wanted)
    spans = [one for one in _spans(turn) if one[0] >= begin]
    if not spans:
        return None, ()
    named = _around(turn.text, spans)
    spot, maybe = _put_right(named, turn) if begin else _resolved(named, turn)
    meant = tuple(one for one in maybe if _bears(one, named))
    if len(meant) == 1:
        return _at(named, meant[0]), ()
    return spot, meant or maybe


def _put_right(named: str, turn: Turn) -> Found:
    """The right place read on its own: the wrong one beside it must not lend its kecamatan."""
    found = resolve(named)
    alone = replace(turn.understanding, place=found.place, places=found.candidates)
    return _resolved(named, replace(turn, understanding=alone))


def _bears(place: Place, named: str) -> bool:
    """Whether the words name this place, or a part of its name."""
    own, told = words.plain(_own_name(place)), words.plain(named)
    return own in told or told in own


def _own_name(place: Place) -> str:
    return place.name.removeprefix("Kelurahan ").removeprefix("Kecamatan ")


def _spans(turn: Turn) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in turn.understanding.entities if one.entity == "location"]


def _named(turn: Turn) -> str:
    """The words that name places, with those between and beside them: "depan SDN 03 Menteng"."""
    spans = _spans(turn)
    return _around(turn.text, spans) if spans else ""


def _around(text: str, spans: list[tuple[int, int]]) -> str:
    start, end = min(one[0] for one in spans), max(one[1] for one in spans)
    before = text[:start].split()[-1:]
    after = _PAUSE.split(text[end:], maxsplit=1)[0].split()[:_BESIDE]
    if before and words.begins("beside", before[0]):
        start = text.rindex(before[0], 0, start)
    if after and words.begins("beside", after[0]):
        end = text.index(after[-1], end) + len(after[-1])
    return text[start:end]


def _resolved(told: str, turn: Turn) -> Found:
    named = _written(told)
    if not told or (not named and turn.understanding.place is None):
        return None, ()
    place, maybe = turn.understanding.place, turn.understanding.places
    if place and place.confidence >= filing_flow().sure_place_from:
        return _at(named, place), ()
    if place is None:
        return Spot(words=named), maybe[:_MOST_PLACES]
    return (Spot(words=named), (place,)) if place.kelurahan else (_at(named, place), ())


def _written(told: str) -> str:
    """The words of a place on one line; a link to a map is no words."""
    return re.sub(r"\s*\n\s*", ", ", _LINK.sub("", told).strip(" ,;:"))


def _at(named: str, place: Place) -> Spot:
    return Spot(lat=place.lat, lon=place.lon, words=named, place=place)


def chosen(spot: Spot | None, place: Place) -> Spot:
    """The spot once the citizen has said which place he means."""
    return _at(spot.words if spot and spot.words else place.name, place)


def is_weak(spot: Spot | None) -> bool:
    """Whether nothing but words is known."""
    return spot is not None and spot.lat is None and spot.place is None


def is_vague(spot: Spot | None) -> bool:
    """Whether nobody can be sent there: a road without a landmark, a whole kecamatan.

    A road with a landmark or number beside it is taken, resolved or not.
    """
    if spot is None or spot.source != "words":
        return False
    if words.holds("roads", spot.words) and words.holds("beside", spot.words):
        return False
    if spot.place is None:
        return spot.lat is None
    return spot.place.kelurahan is None and (spot.place.radius_m or 0) > _WIDE_M


def joined(before: Spot | None, after: Spot | None) -> Spot | None:
    """Two sayings of one place: a point outweighs words, words are never dropped."""
    if before is None or after is None:
        return after or before
    told = _both(before.words, after.words)
    better = is_vague(before) and not is_weak(after)
    if after.source in {"pin", "card"} or is_weak(before) or better:
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
    if not spot.words and spot.place and spot.place.boundary == _NEAREST:
        return say(locale, "place_near", {"area": area_of(spot.place, locale)})
    told = spot.words if len(spot.words) <= _MOST_WORDS else f"{spot.words[:_MOST_WORDS]}..."
    area = area_of(spot.place, locale)
    if area and told.casefold() in area.casefold():
        return area
    if told and area and area.casefold() not in told.casefold():
        return say(locale, "place_words_area", {"words": told, "area": area})
    if told or area:
        return told or area
    return say(locale, "place_pin", {"lat": f"{spot.lat:.5f}", "lon": f"{spot.lon:.5f}"})


def area_of(place: Place | None, locale: str) -> str:
    """A place's administrative name: "Kel. Bangka, Mampang Prapatan"."""
    if place is None:
        return ""
    if place.kelurahan:
        kelurahan = say(locale, "kelurahan", {"name": place.kelurahan})
        return ", ".join(filter(None, (kelurahan, place.kecamatan)))
    if place.kecamatan:
        return say(locale, "kecamatan", {"name": place.kecamatan})
    return place.kota or place.name


def choice_label(place: Place, locale: str) -> str:
    """A place among others that bear its name."""
    area = area_of(place, locale)
    if _own_name(place).casefold() in area.casefold() or not (place.kelurahan or place.kecamatan):
        return area
    return say(locale, "place_words_area", {"words": place.name, "area": area})
