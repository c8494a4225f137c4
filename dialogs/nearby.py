"""Whether somebody has told of this already, and whether a turn tells of another place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from dialogs.conversation import Draft, Nearby, Spot, Ticket, Turn
from dialogs.rule import category_of
from dialogs.words import plain
from nlu.places.gazetteer import distance_m, gazetteer

_STEPS = 3  # distances that differ by less than a third of the radius are alike
_SURE = frozenset({"pin", "exif", "card"})  # sources of a point, not of a name
_SHORTEST = 4  # letters of a word that says something


@dataclass(frozen=True, kw_only=True, slots=True)
class Around:
    """What is open around a draft's place."""

    best: Nearby
    complaints: int  # all of its kind around, the best one included
    people: int  # who told of them


def around(draft: Draft, turn: Turn) -> Around | None:
    """Open complaints of the draft's kind at its place; None when none is, or it has no place.

    The nearest is the best, among those about equally near the one that is worded most alike,
    then the oldest.
    """
    row, spot = category_of(draft.category), draft.spot
    if row is None or spot is None or not is_exact(spot, row.radius_m):
        return None
    since = turn.at - timedelta(days=row.days)
    found = [
        (distance_m(spot.lat or 0.0, spot.lon or 0.0, one.lat, one.lon), one)
        for one in turn.known.nearby
        if one.ticket.category == draft.category
        and one.ticket.filed_at >= since
        and not one.ticket.mine
    ]
    here = [(metres, one) for metres, one in found if metres <= row.radius_m]
    if not here:
        return None
    told = _words("\n".join(draft.texts))

    def order(pair: tuple[float, Nearby]) -> tuple[int, float, object]:
        metres, one = pair
        return int(metres * _STEPS / row.radius_m), -likeness(told, _words(one.words)), _age(one)

    best = min(here, key=order)[1]
    return Around(best=best, complaints=len(here), people=sum(one.people for _, one in here))


def resembles(draft: Draft, turn: Turn) -> str:
    """The ticket that a draft probably repeats, "" for none: for moderators to look at."""
    found = around(draft, turn)
    return found.best.ticket.number if found else ""


def is_exact(spot: Spot, radius_m: float) -> bool:
    """Whether a spot says where it is to within `radius_m`: a pin, or a place as small as that."""
    if spot.lat is None or spot.lon is None:
        return False
    if spot.source in _SURE:
        return True
    return spot.place is not None and (spot.place.radius_m or 0) <= radius_m


def likeness(first: frozenset[str], second: frozenset[str]) -> float:
    """The share of words that both have, 0 to 1 (Jaccard)."""
    return len(first & second) / len(first | second) if first and second else 0.0


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in plain(text).split() if len(word) >= _SHORTEST)


def _age(one: Nearby) -> object:
    return one.ticket.filed_at


def elsewhere(ticket: Ticket, turn: Turn) -> bool:
    """Whether a turn tells of another kelurahan than the one where a complaint is known to be."""
    place = (turn.spot and turn.spot.place) or turn.understanding.place
    if not place or not place.kelurahan or ticket.area in {place.kelurahan, place.kecamatan}:
        return False
    city = gazetteer()  # an area in a citizen's own words may be anywhere
    return any(one.name == ticket.area for one in (*city.kelurahan, *city.kecamatan))
