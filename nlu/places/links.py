"""Coordinates in a text: written ones, map links and Plus Codes. Pure: a short link stays one.

find("-6.2088, 106.8456")                            # Point
find("https://www.google.com/maps/place/.../@-6.2,106.8,17z")  # Point
find("https://maps.app.goo.gl/abc")                  # ShortLink: only a request would tell
find("RQGP+7C Menteng")                              # Point: short Plus Code near the city
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from openlocationcode import openlocationcode

CENTRE = (-6.2, 106.82)  # short Plus Codes are read as near to this
LONGEST = 300  # characters of a search query that are read

_URL = re.compile(
    r"(?:https?://|geo:|(?<![\w.])(?:www\.google\.|maps\.|goo\.gl/))[^\s<>\"']+", re.IGNORECASE
)
SHORT_HOSTS = frozenset({"goo.gl", "maps.app.goo.gl", "g.co", "waze.to", "g.page"})
_MAP_HOSTS = ("google.", "maps.", "openstreetmap.", "waze.", "bing.", "apple.", "here.")
_FRACTION = re.compile(r"\d[.,]\d\d")  # a degree has one, or the sign for it
_PAIR = r"(-?\d{1,3}(?:\.\d+)?)(?:,|%2C)\s*\+?(-?\d{1,3}(?:\.\d+)?)"
#: In the order of trust: the marker, what was asked for, where the view was.
_IN_URL = (
    re.compile(r"!3d(-?\d{1,3}(?:\.\d+)?)!4d(-?\d{1,3}(?:\.\d+)?)"),
    re.compile(
        rf"[?&](?:q|query|ll|destination|daddr|center|sll|near)=(?:loc:)?{_PAIR}", re.IGNORECASE
    ),
    re.compile(rf"^geo:{_PAIR}", re.IGNORECASE),
    re.compile(rf"/(?:place|search|dir/[^/]*)/{_PAIR}", re.IGNORECASE),
    re.compile(rf"@{_PAIR}"),
    re.compile(r"[?&]mlat=(-?\d+(?:\.\d+)?)&mlon=(-?\d+(?:\.\d+)?)"),
    re.compile(r"#map=\d+/(-?\d+(?:\.\d+)?)/(-?\d+(?:\.\d+)?)"),
)
# Of all pairs of numbers only those count that are a latitude and a longitude of Indonesia.
_LATITUDE = r"((?:-\s?)?\d{1,2}[.,]\d{2,12})\s?°?\s?(?:(LS|LU|S|N)(?![A-Za-z]))?"
_LONGITUDE = r"(\d{2,3}[.,]\d{2,12})\s?°?(?:\s?(?:BT|E)(?![A-Za-z]))?(?!\d)"
_BETWEEN = r"(?:\s?[,;/|]\s?|\s{1,3})(?:lon[a-z]{0,6}\s?[:=]?\s?)?"
_DECIMAL = re.compile(rf"(?<![\d.,]){_LATITUDE}{_BETWEEN}{_LONGITUDE}", re.IGNORECASE)
_PART = r"(\d{1,3})\s?°\s?(\d{1,2})\s?['’′]\s?(\d{1,2}(?:[.,]\d+)?)\s?(?:[\"”″]|''|’’)?\s?"
_DMS = re.compile(rf"{_PART}(S|N|LS|LU)[,;\s]*{_PART}(E|BT|T|W|BB)", re.IGNORECASE)
_PLUS = re.compile(
    r"(?<![A-Z0-9])((?:[2-9CFGHJMPQRVWX]{4}){0,1}[2-9CFGHJMPQRVWX]{4}\+[2-9CFGHJMPQRVWX]{2,3})(?![A-Z0-9])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Point:
    """A point that the text tells, WGS 84 degrees, in range."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class ShortLink:
    """A link that hides its point behind a redirect: to be followed elsewhere, if at all."""

    url: str


@dataclass(frozen=True, slots=True)
class Query:
    """A map link that searches for words."""

    words: str


@dataclass(frozen=True, slots=True)
class Link:
    """Characters [start, end) of the text, and what they point to."""

    start: int
    end: int
    target: Point | ShortLink | Query


def find(text: str) -> tuple[Link, ...]:
    """All links and coordinates of a text, in order. Never raises."""
    found: list[Link] = []
    if "://" in text or "geo:" in text or "goo" in text or "maps." in text:
        found.extend(_urls(text))
        text = blank(text, found)
    if _FRACTION.search(text) or "°" in text:
        found.extend(_written(text))
    if "+" in text:
        found.extend(_plus_codes(text))
    return tuple(sorted(found, key=lambda link: link.start))


def blank(text: str, found: list[Link] | tuple[Link, ...]) -> str:
    """The text with spaces instead of the links, so that offsets stay."""
    for link in found:
        text = f"{text[: link.start]}{' ' * (link.end - link.start)}{text[link.end :]}"
    return text


def read_url(url: str) -> Point | ShortLink | Query | None:
    """What a map link points to; None for any other link."""
    if url.lower().startswith("geo:"):
        return _first_point(url)
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
    except ValueError:  # "https://[": no link after all
        return None
    host = (parts.hostname or "").removeprefix("www.")
    if host in SHORT_HOSTS:
        return ShortLink(url)
    if not any(name in f"{host}." for name in _MAP_HOSTS):
        return None
    return _first_point(unquote(url)) or _query(parts.path, parts.query)


def _urls(text: str) -> Iterator[Link]:
    for match in _URL.finditer(text):
        url = match[0].rstrip(".,;:!?)]}")
        target = read_url(url)
        if target:
            yield Link(match.start(), match.start() + len(url), target)


def _first_point(url: str) -> Point | None:
    for pattern in _IN_URL:
        matches = pattern.findall(url)
        if matches:
            # The last pair of a !3d!4d list is the place itself, the others lie on the way.
            return _point(float(matches[-1][0]), float(matches[-1][1]))
    return None


def _query(path: str, query: str) -> Query | None:
    asked = parse_qs(query)
    words = next((asked[name][0] for name in ("q", "query", "destination") if name in asked), "")
    match = re.match(r"/maps/(?:place|search)/([^/@]+)", path)
    if not words and match:
        words = unquote(match[1]).replace("+", " ")
    return Query(words[:LONGEST]) if words.strip() else None


def _point(lat: float, lon: float) -> Point | None:
    in_range = -90 <= lat <= 90 and -180 <= lon <= 180  # noqa: PLR2004 (degrees)
    return Point(lat, lon) if in_range else None


def _written(text: str) -> Iterator[Link]:
    for match in _DECIMAL.finditer(text):
        lat, lon = abs(_number(match[1])), _number(match[3])
        if _prices(match):
            continue
        if not (lat <= 11 and 95 <= lon <= 141):  # noqa: PLR2004 (degrees: Indonesia)
            continue
        # Who leaves the minus sign out is still south of the equator, as the whole city is.
        north = (match[2] or "").upper() in {"N", "LU"}
        end = match.start() + len(match[0].rstrip())
        yield Link(match.start(), end, Point(lat if north else -lat, lon))
    for match in _DMS.finditer(text):
        lat = _degrees(match[1], match[2], match[3]) * (
            -1 if match[4].upper() in {"S", "LS"} else 1
        )
        lon = _degrees(match[5], match[6], match[7]) * (
            -1 if match[8].upper() in {"W", "BB"} else 1
        )
        point = _point(lat, lon)
        if point:
            yield Link(match.start(), match.start() + len(match[0].rstrip()), point)


def _prices(match: re.Match[str]) -> bool:
    """Two numbers with nothing but a space between them and three decimals: "6.500 106.000"."""
    bare = match[1][0].isdigit() and not match[2] and match[0][len(match[1])] == " "
    return bare and min(len(match[1]), len(match[3]) - 2) <= len("6.500")


def _number(written: str) -> float:
    return float(written.replace(",", ".").replace(" ", ""))


def _degrees(whole: str, minutes: str, seconds: str) -> float:
    return int(whole) + int(minutes) / 60 + _number(seconds) / 3600


def _plus_codes(text: str) -> Iterator[Link]:
    """Plus Codes, full and short. Source: the Open Location Code specification."""
    for match in _PLUS.finditer(text):
        code = match[1].upper()
        if not any(character.isdigit() for character in code) and match[1] != code:
            continue  # "caf+" and the like in a sentence
        if openlocationcode.isShort(code):
            code = openlocationcode.recoverNearest(code, *CENTRE)
        if openlocationcode.isFull(code):
            area = openlocationcode.decode(code)
            yield Link(match.start(), match.end(), Point(area.latitudeCenter, area.longitudeCenter))
