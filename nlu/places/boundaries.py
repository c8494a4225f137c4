"""Exact boundaries of kelurahan, imported from GeoJSON. Optional: needs shapely.

    boundaries = Boundaries.from_geojson(Path("kelurahan.geojson"))
    boundaries.at(-6.1754, 106.8272)  # Division("Gambir", "Gambir", "Jakarta Pusat")

Reads a FeatureCollection of Polygons or MultiPolygons in WGS 84 whose properties name the
kelurahan, kecamatan and kota. The properties may be called as in the files of BIG or of HDX (BPS),
or simply kelurahan, kecamatan and kota.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

_NAMES = {
    "kelurahan": (
        "kelurahan",
        "NAMOBJ",
        "WADMKD",
        "ADM4_EN",
        "ADM4_ID",
        "DESA",
        "KELURAHAN",
        "village",
    ),
    "kecamatan": ("kecamatan", "WADMKC", "ADM3_EN", "ADM3_ID", "KECAMATAN", "district"),
    "kota": ("kota", "WADMKK", "ADM2_EN", "ADM2_ID", "KABKOT", "KAB_KOTA", "KOTA", "regency"),
}


class Division(NamedTuple):
    """The three names of where a point lies."""

    kelurahan: str
    kecamatan: str
    kota: str


class BoundaryError(Exception):
    """A boundary file cannot be used; the message names the file and the remedy."""


class Boundaries:
    """Polygons with their names, and a tree (STRtree) to find the one around a point."""

    def __init__(self, polygons: list[Any], divisions: list[Division]) -> None:
        shapely = _shapely()
        self._shapely = shapely
        self._tree = shapely.STRtree(polygons)
        self._divisions = divisions

    @classmethod
    def from_geojson(cls, path: Path) -> Boundaries:
        """Read a GeoJSON file (RFC 7946). Raises: BoundaryError."""
        shapely = _shapely()
        polygons, divisions = [], []
        for number, feature in enumerate(_features(path)):
            try:
                polygon = shapely.geometry.shape(feature["geometry"])
            except (
                AttributeError,
                KeyError,
                TypeError,
                ValueError,
                shapely.GEOSException,
            ) as error:
                raise BoundaryError(
                    f"{path}: feature {number} has no usable geometry: {error}"
                ) from error
            if polygon.geom_type not in {"Polygon", "MultiPolygon"}:
                continue
            # Hand-drawn outlines cross themselves now and then; that would stop the search.
            polygons.append(polygon if polygon.is_valid else shapely.make_valid(polygon))
            divisions.append(_division(path, number, feature.get("properties") or {}))
        if not polygons:
            raise BoundaryError(
                f"{path}: no polygon in it; a FeatureCollection of kelurahan is needed"
            )
        return cls(polygons, divisions)

    def __len__(self) -> int:
        return len(self._divisions)

    def at(self, lat: float, lon: float) -> Division | None:
        """Where a point lies; on a common border the first in the file; None outside of all."""
        if not (math.isfinite(lat) and math.isfinite(lon)):
            return None
        found = self._tree.query(self._shapely.Point(lon, lat), predicate="intersects")
        return self._divisions[min(found)] if len(found) else None


def _shapely() -> Any:
    try:
        import shapely  # noqa: PLC0415 (optional: only where a city has boundaries)
        import shapely.geometry  # noqa: PLC0415
    except ImportError as error:
        raise BoundaryError(
            "exact boundaries need shapely: pip install 'kanal-warga[areas]'"
        ) from error
    return shapely


def _features(path: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BoundaryError(f"{path}: cannot be read as GeoJSON: {error}") from error
    match content:
        case {"type": "FeatureCollection", "features": list(features)}:
            return [feature for feature in features if isinstance(feature, dict)]
        case _:
            raise BoundaryError(f"{path}: not a GeoJSON FeatureCollection")


def _division(path: Path, number: int, properties: Mapping[str, Any]) -> Division:
    values = []
    for level, names in _NAMES.items():
        value = next((str(properties[name]) for name in names if properties.get(name)), None)
        if value is None:
            raise BoundaryError(
                f"{path}: feature {number} does not name its {level}; "
                f"give one of the properties {', '.join(names)}"
            )
        values.append(value.removeprefix("Kota Administrasi ").removeprefix("Kota ").strip())
    return Division(*values)
