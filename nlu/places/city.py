"""Where a point lies: in the city or not, and in which kelurahan.

Without boundaries the kelurahan is that of the nearest centre, right about two times in three, the
kecamatan five times in six; the place says so (`boundary`). Exact: `nlu.places.boundaries`.
"""

from __future__ import annotations

from functools import cache

from nlu.places.boundaries import Boundaries, Division
from nlu.places.gazetteer import Area, distance_m, gazetteer, table
from nlu.places.place import OutsideCity, Place

PIN_RADIUS_M = 50  # what a pin in a map is good for
_SURE, _LIKELY, _DOUBTFUL = 1.0, 0.75, 0.55
Ring = tuple[tuple[float, float], ...]


class BadPoint(ValueError):  # noqa: N818 (it is the point that is bad)
    """A latitude or longitude is no number, or out of range."""


def locate(lat: float, lon: float, boundaries: Boundaries | None = None) -> Place | OutsideCity:
    """The place of a point (WGS 84, degrees). Raises: BadPoint."""
    if boundaries is not None:
        _check(lat, lon)
        division = boundaries.at(lat, lon)
        # Boundaries end at the shore; a point on a pier is still the city's.
        if division is not None:
            return _place(division, lat, lon, _SURE, "polygon")
    if not inside_city(lat, lon):
        return OutsideCity(lat=lat, lon=lon)
    area = gazetteer().near(lat, lon)
    division = Division(area.kelurahan or "", area.kecamatan or "", area.kota)
    return _place(division, lat, lon, _trust(area, lat, lon), "nearest centre")


def inside_city(lat: float, lon: float) -> bool:
    """Whether a point lies in the city, by its coarse outline.

    Right to about 1 km at the border; piers and some of the bay count as inside.

    Raises: BadPoint.
    """
    _check(lat, lon)
    return any(_encloses(ring, lat, lon) for ring in _outline())


def bounds() -> tuple[float, float, float, float]:
    """The city's southernmost latitude, westernmost longitude, northernmost, easternmost."""
    corners = [corner for ring in _outline() for corner in ring]
    lats, lons = [lat for lat, _ in corners], [lon for _, lon in corners]
    return min(lats), min(lons), max(lats), max(lons)


def _check(lat: float, lon: float) -> None:
    # A comparison with NaN is never true, so NaN is refused as well.
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):  # noqa: PLR2004 (degrees)
        raise BadPoint(f"no point on Earth: latitude {lat}, longitude {lon}")


def _place(division: Division, lat: float, lon: float, confidence: float, boundary: str) -> Place:
    return Place(
        name=f"{division.kelurahan}, {division.kecamatan}",
        kelurahan=division.kelurahan,
        kecamatan=division.kecamatan,
        kota=division.kota,
        lat=lat,
        lon=lon,
        radius_m=PIN_RADIUS_M,
        confidence=confidence,
        boundary=boundary,
    )


def _trust(area: Area, lat: float, lon: float) -> float:
    """How far to believe the nearest centre: less at the rim of its kelurahan."""
    near = distance_m(area.lat, area.lon, lat, lon) <= area.radius_m * 0.7
    return _LIKELY if near else _DOUBTFUL


@cache
def _outline() -> tuple[Ring, ...]:
    rings: dict[str, list[tuple[float, float]]] = {}
    for row in table("outline.csv"):
        rings.setdefault(row["part"], []).append((float(row["lat"]), float(row["lon"])))
    return tuple(tuple(ring) for ring in rings.values())


def _encloses(ring: Ring, lat: float, lon: float) -> bool:
    """Even-odd rule: a ray to the east crosses the ring an odd number of times."""
    inside = False
    for (a_lat, a_lon), (b_lat, b_lon) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (a_lat > lat) != (b_lat > lat):
            crossing = a_lon + (lat - a_lat) / (b_lat - a_lat) * (b_lon - a_lon)
            inside ^= lon < crossing
    return inside
