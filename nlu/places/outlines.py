"""Reads outlines of kelurahan from a GeoJSON file, and says what is wrong with one that is unfit.

A FeatureCollection (RFC 7946) of Polygons or MultiPolygons in WGS 84, longitude first, whose
properties name the kelurahan, kecamatan and kota. The properties may be called as in the files of
BIG or of HDX (BPS), or simply kelurahan, kecamatan and kota. Needs shapely.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

LARGEST = 64_000_000  # bytes; all kelurahan of Indonesia's largest city need less than one million
MOST = 5000  # features; a large city has a few hundred kelurahan
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
_CODES = ("code", "KDEPUM", "KDCPUM", "KODE_DESA", "ADM4_PCODE", "kode")
_KINDS = ("Kota Administrasi ", "Kota Adm. ", "Kabupaten Administrasi ", "Kabupaten ", "Kota ")


class Division(NamedTuple):
    """The three names of where a point lies."""

    kelurahan: str
    kecamatan: str
    kota: str


@dataclass(frozen=True, slots=True)
class Outline:
    """One kelurahan of a file: its names, its code as written there, its polygon (shapely)."""

    division: Division
    code: str  # "" where the file has none
    polygon: Any


class BoundaryError(Exception):
    """A boundary file cannot be used; the message names the file and the remedy."""


def shapely_or_remedy() -> Any:
    """The library. Raises: BoundaryError, with the command that installs it."""
    try:
        import shapely  # noqa: PLC0415 (optional: only where a city has boundaries)
        import shapely.geometry  # noqa: PLC0415
    except ImportError as error:
        raise BoundaryError(
            "exact boundaries need shapely: pip install 'kanal-warga[areas]'"
        ) from error
    return shapely


def read_outlines(path: Path) -> list[Outline]:
    """The polygons of a file; features of other geometry are left out. Raises: BoundaryError."""
    shapely = shapely_or_remedy()
    outlines = []
    for number, feature in enumerate(_features(path)):
        where = f"{path}: feature {number}"
        polygon = _polygon(shapely, where, feature)
        if polygon is None:
            continue
        properties = feature.get("properties")
        if not isinstance(properties, Mapping):
            properties = {}
        outlines.append(Outline(_division(where, properties), _code(properties), polygon))
    if not outlines:
        raise BoundaryError(f"{path}: no polygon in it; a FeatureCollection of kelurahan is needed")
    return outlines


def _features(path: Path) -> Iterator[dict[str, Any]]:
    content = _json(path)
    match content:
        case {"type": "FeatureCollection", "features": list(features)}:
            _check_crs(path, content.get("crs"))
            if len(features) > MOST:
                raise BoundaryError(
                    f"{path}: {len(features)} features, at most {MOST} are read; "
                    "cut out the city first"
                )
            yield from (feature for feature in features if isinstance(feature, dict))
        case _:
            raise BoundaryError(f"{path}: not a GeoJSON FeatureCollection")


def _json(path: Path) -> Any:
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise BoundaryError(
                f"{path}: {size // 1_000_000} MB, at most {LARGEST // 1_000_000} are read; "
                "simplify the outlines first, 10 m are fine enough"
            )
        return json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_no_number)
    except RecursionError:
        raise BoundaryError(f"{path}: cannot be read as GeoJSON: nested too deeply") from None
    except (OSError, ValueError) as error:
        raise BoundaryError(f"{path}: cannot be read as GeoJSON: {error}") from error


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no coordinate")


def _check_crs(path: Path, crs: Any) -> None:
    """Files older than RFC 7946 may name a reference system; only WGS 84 is read."""
    name = str(crs)
    if crs is not None and not ("CRS84" in name or "4326" in name):
        raise BoundaryError(
            f"{path}: coordinates in {name[:100]}; convert them to WGS 84 (EPSG:4326) first"
        )


def _polygon(shapely: Any, where: str, feature: Mapping[str, Any]) -> Any:
    """A valid polygon, or None for a feature of another geometry."""
    try:
        polygon = shapely.geometry.shape(feature["geometry"])
    except (
        AttributeError,
        IndexError,
        KeyError,
        RecursionError,
        TypeError,
        ValueError,
        shapely.GEOSException,
    ) as error:
        raise BoundaryError(f"{where} has no usable geometry: {error}") from error
    if polygon.geom_type not in {"Polygon", "MultiPolygon"}:
        return None
    if polygon.is_empty:
        raise BoundaryError(f"{where} has no area")
    _check_degrees(where, polygon)
    # Hand-drawn outlines cross themselves now and then; that would stop the search. The method
    # "structure" answers polygons alone, and is the faster one by far where much is crossed.
    mended = polygon
    if not polygon.is_valid:
        mended = shapely.make_valid(polygon, method="structure", keep_collapsed=False)
    if not mended.area:
        raise BoundaryError(f"{where} has no area")
    return mended


def _check_degrees(where: str, polygon: Any) -> None:
    west, south, east, north = polygon.bounds
    if not all(map(math.isfinite, (west, south, east, north))):
        raise BoundaryError(f"{where} has a coordinate that is no number")
    if -90 <= west <= east <= 90 < max(abs(south), abs(north)) <= 180:  # noqa: PLR2004 (degrees)
        raise BoundaryError(f"{where} looks like latitude comes first; GeoJSON has longitude first")
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:  # noqa: PLR2004
        raise BoundaryError(f"{where} is not in degrees; convert the file to WGS 84 (EPSG:4326)")


def _division(where: str, properties: Mapping[str, Any]) -> Division:
    values = []
    for level, names in _NAMES.items():
        value = next((str(properties[name]) for name in names if properties.get(name)), "")
        if not value.strip():
            raise BoundaryError(
                f"{where} does not name its {level}; give one of the properties {', '.join(names)}"
            )
        values.append(value.strip())
    kelurahan, kecamatan, kota = values
    for kind in _KINDS:
        kota = kota.removeprefix(kind)
    return Division(kelurahan, kecamatan, kota.strip())


def _code(properties: Mapping[str, Any]) -> str:
    return next((str(properties[name]).strip() for name in _CODES if properties.get(name)), "")
