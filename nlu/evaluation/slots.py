"""Scores of what stands beside the category: places, depths, emergencies."""

from __future__ import annotations

from collections.abc import Sequence

from nlu.evaluation.figures import Figure, share
from nlu.evaluation.labelled import Labelled, WantedPlace
from nlu.places.gazetteer import distance_m
from nlu.places.place import Place
from nlu.places.resolve import resolve
from nlu.places.tokens import squash
from nlu.understanding import Understanding

DEPTH_CM, DEPTH_SHARE = 5.0, 0.1  # how far a bound may be off, whichever is more
Pairs = Sequence[tuple[Labelled, Understanding]]


def places(pairs: Pairs) -> dict[str, Figure]:
    """Precision, recall and what is asked about; names found in the text, where they are listed.

    Precision: of the texts for which a place was told (not asked about), where it was the right
    one. Recall: of the texts that name one place, where it was told.
    """
    annotated = [(text.place, answer) for text, answer in pairs if text.place]
    figures: dict[str, Figure] = {}
    told = [_is_right(wanted, answer.place) for wanted, answer in annotated if answer.place]
    one = [(wanted, a) for wanted, a in annotated if not (wanted.is_none or wanted.asks)]
    asks = [answer for wanted, answer in annotated if wanted.asks]
    if annotated:
        figures["place_precision"] = share(told)
        figures["place_recall"] = share(
            [answer.place is not None and _is_right(w, answer.place) for w, answer in one]
        )
    if asks:
        figures["place_asked"] = share([a.place is None and len(a.places) > 1 for a in asks])
    return figures | _names(pairs)


def _is_right(wanted: WantedPlace, place: Place) -> bool:
    if wanted.is_none or wanted.asks:
        return False
    if wanted.point:
        lat, lon, metres = wanted.point
        known = place.lat is not None and place.lon is not None
        return known and distance_m(place.lat or 0, place.lon or 0, lat, lon) <= metres
    if wanted.any_name:
        names = (place.name, place.kelurahan, place.kecamatan, place.kota)
        return squash(wanted.any_name) in {squash(name) for name in names if name}
    return all(squash(getattr(place, part) or "") == squash(name) for part, name in wanted.parts)


def _names(pairs: Pairs) -> dict[str, Figure]:
    """Names that the gazetteer finds in the text: of every engine the same, they all ask it."""
    right: list[bool] = []
    found_all: list[bool] = []
    for text, _ in pairs:
        if text.names is None:
            continue
        must, may = text.names
        found = {mention.name.casefold() for mention in resolve(text.text).mentions}
        right += [name in must | may for name in found]
        found_all += [name in found for name in must]
    if not (right or found_all):
        return {}
    return {"name_precision": share(right), "name_recall": share(found_all)}


def depths(pairs: Pairs) -> dict[str, Figure]:
    """The share of texts whose depth is right, of those that tell one and of those that do not.

    Right: one range is found, and each of its bounds is within 5 cm or 10 % of the annotated one;
    where one number is annotated, the range holds it, give or take as much. Where null is
    annotated, nothing is found.
    """
    said = [_right_depth(text.depth_cm, answer) for text, answer in pairs if text.depth_said]
    return {"depth_right": share(said)} if said else {}


def _right_depth(wanted: tuple[float, float] | None, answer: Understanding) -> bool:
    found = [entity.value for entity in answer.entities if entity.entity == "depth_cm"]
    if wanted is None or len(found) != 1:
        return wanted is None and not found
    (low, high), (least, most) = found[0], wanted
    below, above = (max(DEPTH_CM, DEPTH_SHARE * bound) for bound in wanted)
    if least == most:
        return bool(low - below <= least <= high + above)
    return bool(abs(low - least) <= below and abs(high - most) <= above)


def emergencies(pairs: Pairs) -> dict[str, Figure]:
    """How many dangers to life are seen, and how many texts are called one that are none."""
    said = [(text.emergency, answer.emergency) for text, answer in pairs]
    danger = [alarm for wanted, alarm in said if wanted is True]
    quiet = [alarm for wanted, alarm in said if wanted is False]
    figures = {"emergency_recall": share(danger)} if danger else {}
    return figures | ({"emergency_false_alarms": share(quiet)} if quiet else {})
