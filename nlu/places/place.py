"""A place in the city, as far as a text or a point tells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where something is. Coordinates are WGS 84 degrees."""

    name: str  # as a citizen would say it: "Jalan Kemang Raya", "Kelurahan Menteng"
    kelurahan: str | None
    kecamatan: str | None
    kota: str | None
    lat: float | None
    lon: float | None
    radius_m: int | None  # the place lies within so many metres of the point
    confidence: float  # 0 to 1
    boundary: str  # how kelurahan was found: polygon | nearest centre | named


@dataclass(frozen=True, kw_only=True, slots=True)
class OutsideCity:
    """A point or a name beyond the city's bounds: another authority's business."""

    name: str = ""  # the neighbour's name, where the text told it
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """Words of a text that name a place.

    Offsets are characters of the text as given: `text[start:end] == surface`. A mention may lie
    within another one ("Tebet" in "Stasiun Tebet"); its relation is then "in a name".
    """

    start: int
    end: int
    surface: str
    kind: str  # kelurahan, kecamatan, kota, area (one of several of these), outside, road, gang,
    # complex, rt_rw, km, poi (not in the gazetteer), coordinates, link, or a landmark's kind
    name: str  # the gazetteer's name, or the surface tidied up
    relation: str = ""  # the word before it, where it matters: depan, seberang, arah, ...

    @property
    def text(self) -> str:
        """The words themselves: `surface`."""
        return self.surface
