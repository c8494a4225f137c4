"""The room's door: a text, or a point, becomes a place.

resolve("Pohon tumbang di Jl. Kemang Raya").place
resolve("Banjir di Menteng").candidates  # the kelurahan or the kecamatan? A dialog asks.
locate(-6.1754, 106.8272)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nlu import ticket
from nlu.places import links
from nlu.places.boundaries import Boundaries
from nlu.places.city import BadPoint, inside_city, locate
from nlu.places.mentions import search
from nlu.places.place import Mention, OutsideCity, Place
from nlu.places.reading import read

__all__ = ["BadPoint", "Resolution", "inside_city", "locate", "resolve"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolution:
    """What a text says about where.

    `place` is None when nothing is named, or when what is named may be one of `candidates`.
    """

    mentions: tuple[Mention, ...]
    place: Place | None
    candidates: tuple[Place, ...]
    outside: OutsideCity | None = None  # a neighbouring city, or a point beyond the bounds
    short_link: str = ""  # a map link whose point only a request would tell


_NOTHING = Resolution(mentions=(), place=None, candidates=())


def resolve(
    text: str,
    boundaries: Boundaries | None = None,
    followed: Mapping[str, links.Point | links.Query] | None = None,
) -> Resolution:
    """Find the place that a text names. A point beats words. Pure; never raises.

    Args:
        text: as the citizen wrote it.
        boundaries: exact outlines; without them the nearest centre decides.
        followed: what short links lead to, by their address, where somebody has asked.
    """
    text = ticket.blank(text)
    found = links.find(text)
    if found:
        return _with_links(text, found, boundaries, followed or {})
    named = search(text)
    if not named:
        return _NOTHING
    answer = read(named, boundaries)
    return Resolution(
        mentions=tuple([one.mention for one in named]),
        place=answer.place,
        candidates=answer.candidates,
        outside=OutsideCity(name=answer.outside) if answer.outside else None,
    )


def _with_links(
    text: str,
    found: tuple[links.Link, ...],
    boundaries: Boundaries | None,
    followed: Mapping[str, links.Point | links.Query],
) -> Resolution:
    words = resolve(links.blank(text, found), boundaries)
    mentions = tuple(
        sorted([*words.mentions, *(_mention(text, link) for link in found)], key=lambda m: m.start)
    )
    place, outside, candidates = words.place, words.outside, words.candidates
    short = ""
    for link in reversed(found):  # the first one in the text has the last word
        match _behind(link.target, followed):
            case links.Point(lat, lon):
                there = locate(lat, lon, boundaries)
                place = there if isinstance(there, Place) else None
                outside = there if isinstance(there, OutsideCity) else None
                candidates = ()
            case links.Query(query) if not (place or candidates or outside):
                asked = resolve(query, boundaries)
                place, candidates, outside = asked.place, asked.candidates, asked.outside
            case links.ShortLink(url):
                short = url
            case _:
                pass
    return Resolution(
        mentions=mentions, place=place, candidates=candidates, outside=outside, short_link=short
    )


def _behind(
    target: links.Point | links.ShortLink | links.Query,
    followed: Mapping[str, links.Point | links.Query],
) -> links.Point | links.ShortLink | links.Query:
    if isinstance(target, links.ShortLink):
        return followed.get(target.url, target)
    return target


def _mention(text: str, link: links.Link) -> Mention:
    surface = text[link.start : link.end]
    kind = "link" if "/" in surface else "coordinates"
    return Mention(start=link.start, end=link.end, surface=surface, kind=kind, name=surface)
