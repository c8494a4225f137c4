"""Where to look for complaints of the same kind, before it is decided what a turn means. Pure.

The step asks nothing of the store, so every place and kind that it may settle on is looked at
before it: of this turn, of the draft, and of the drafts that wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from dialogs.conversation import Conversation, Draft, Spot
from dialogs.drafting import plausible
from dialogs.nearby import is_exact
from dialogs.rule import category_of
from nlu.places.place import Place
from nlu.understanding import Understanding
from store.inbox import Claimed
from store.nearby import Point


def points_of(
    claimed: Claimed, understanding: Understanding, conversation: Conversation, at: datetime
) -> frozenset[Point]:
    """Every point and kind that this turn may make a complaint of."""
    drafts = [*conversation.queue, conversation.draft or Draft()]
    spots = {*_told(claimed, understanding), *_kept(conversation, drafts)}
    kinds = {*_kinds(drafts), understanding.category or "", *understanding.categories}
    kinds |= {one.category for one in plausible(understanding.candidates)}
    return frozenset(
        point for spot in spots for kind in kinds if (point := _point(kind, spot, at)) is not None
    )


def _told(claimed: Claimed, understanding: Understanding) -> Iterator[Spot]:
    """Where this turn says that it is."""
    pin = claimed.message.location
    if pin is not None:
        yield Spot(lat=pin.lat, lon=pin.lon, source="pin")
    for photo in claimed.media:
        yield Spot(lat=photo.lat, lon=photo.lon, source="exif")
    for place in (understanding.place, *understanding.places):
        yield _at(place)


def _kept(conversation: Conversation, drafts: list[Draft]) -> Iterator[Spot]:
    for draft in drafts:
        yield from filter(None, (draft.spot, draft.exif))
    for place in conversation.places:
        yield _at(place)


def _at(place: Place | None) -> Spot:
    return Spot(lat=place.lat, lon=place.lon, place=place) if place else Spot()


def _kinds(drafts: list[Draft]) -> Iterator[str]:
    for draft in drafts:
        yield draft.category or ""
        yield from (one.category for one in draft.candidates)


def _point(kind: str, spot: Spot, at: datetime) -> Point | None:
    row = category_of(kind)
    if row is None or row.days == 0 or not is_exact(spot, row.radius_m):
        return None
    return Point(
        category=kind,
        lat=spot.lat or 0.0,
        lon=spot.lon or 0.0,
        radius_m=row.radius_m,
        since=at - timedelta(days=row.days),
    )
