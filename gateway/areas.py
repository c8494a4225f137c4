"""The boundaries below `var`: written whole or not at all, and read again when they change.

compared, kept = import_areas(Path("kelurahan.geojson"), settings.var)
places = CityMap(settings.var)
places.locate(-6.1754, 106.8272)  # by polygon where there is one, else by the nearest centre
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from nlu.places import links
from nlu.places.boundaries import Boundaries, areas_file
from nlu.places.comparison import Comparison, compare
from nlu.places.gazetteer import gazetteer
from nlu.places.outlines import BoundaryError, Division, Outline, read_outlines, shapely_or_remedy
from nlu.places.place import OutsideCity, Place
from nlu.places.resolve import Resolution, locate, resolve
from nlu.places.tokens import squash

log = structlog.get_logger()

MOST_CORNERS = 400_000  # of all outlines together; beyond that they are simplified
LOOK_S = 5.0  # a running gateway looks so often whether the boundaries have changed
_FINEST = 1e-5  # degrees, about a metre: what simplifying starts with
_DIGITS = 6  # after the point, a decimetre


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What was written."""

    path: Path
    corners: int
    simplified_m: float  # how far an outline may have moved; 0 when nothing was simplified


def import_areas(source: Path, var: Path) -> tuple[Comparison, Kept]:
    """Check a GeoJSON file, compare it with the gazetteer and keep it below `var`.

    What is kept bears the gazetteer's spelling. Raises: BoundaryError; then nothing has changed.
    """
    try:
        compared = compare(read_outlines(source))
    except BoundaryError as error:
        message = str(error)
        named = message if message.startswith(str(source)) else f"{source}: {message}"
        raise BoundaryError(named) from error
    outlines = [_official(match.outline, match.area.code) for match in compared.matched]
    outlines += [_respelled(outline) for outline in compared.extra]
    outlines, tolerance = _simple_enough(outlines)
    path = areas_file(var)
    _write(path, outlines)
    kept = Kept(path=path, corners=_corners(outlines), simplified_m=tolerance * 111_200)
    return compared, kept


def remove_areas(var: Path) -> bool:
    """Go back to nearest centres; whether there were boundaries."""
    try:
        areas_file(var).unlink()
    except FileNotFoundError:
        return False
    return True


def _official(outline: Outline, code: str) -> Outline:
    area = next(one for one in gazetteer().kelurahan if one.code == code)
    return Outline(Division(area.name, area.kecamatan or "", area.kota), code, outline.polygon)


def _respelled(outline: Outline) -> Outline:
    """A kelurahan that the gazetteer lacks lies in a kecamatan and kota that it has."""
    names = {squash(one.name): one.name for one in (*gazetteer().kecamatan, *gazetteer().kota)}
    kelurahan, kecamatan, kota = outline.division
    return Outline(
        Division(kelurahan, names.get(squash(kecamatan), kecamatan), names.get(squash(kota), kota)),
        outline.code,
        outline.polygon,
    )


def _corners(outlines: Sequence[Outline]) -> int:
    shapely = shapely_or_remedy()
    return sum(int(shapely.get_num_coordinates(outline.polygon)) for outline in outlines)


def _simple_enough(outlines: list[Outline]) -> tuple[list[Outline], float]:
    """The outlines with no more corners than `MOST_CORNERS`, and the tolerance in degrees."""
    tolerance, simple = 0.0, outlines
    while _corners(simple) > MOST_CORNERS:
        tolerance = tolerance * 2 or _FINEST
        simple = [
            Outline(one.division, one.code, one.polygon.simplify(tolerance)) for one in outlines
        ]
    return simple, tolerance


def _write(path: Path, outlines: Sequence[Outline]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    collection = {"type": "FeatureCollection", "features": [_feature(one) for one in outlines]}
    with part.open("w", encoding="utf-8") as file:
        json.dump(collection, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _feature(outline: Outline) -> dict[str, Any]:
    shapely = shapely_or_remedy()
    geometry = json.loads(shapely.to_geojson(shapely.transform(outline.polygon, _rounded)))
    properties = {**outline.division._asdict(), "code": outline.code}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _rounded(corners: Any) -> Any:
    return corners.round(_DIGITS)


class CityMap:
    """Where texts and points are, by the boundaries of this moment. One per gateway."""

    def __init__(self, var: Path | None = None) -> None:
        self._path = areas_file(var) if var else None
        self._seen: tuple[int, int] | None = None
        self._boundaries: Boundaries | None = None

    def resolve(
        self, text: str, followed: Mapping[str, links.Point | links.Query] | None = None
    ) -> Resolution:
        """`nlu.places.resolve.resolve` with the boundaries."""
        return resolve(text, self._boundaries, followed)

    def locate(self, lat: float, lon: float) -> Place | OutsideCity:
        """`nlu.places.resolve.locate` with the boundaries. Raises: BadPoint."""
        return locate(lat, lon, self._boundaries)

    @property
    def exact(self) -> int:
        """How many outlines are in use; 0 without boundaries."""
        return len(self._boundaries) if self._boundaries else 0

    def refresh(self) -> bool:
        """Read the boundaries if they have changed; whether other ones are in use now.

        Raises: BoundaryError; then those of before stay in use.
        """
        stamp = self._stamp()
        if self._path is None or stamp == self._seen:
            return False
        self._seen = stamp
        self._boundaries = Boundaries.from_geojson(self._path) if stamp else None
        return True

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat() if self._path else None
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_ino) if found else None

    async def look(self) -> None:
        """`refresh` beside the event loop; what cannot be read is logged."""
        try:
            changed = await asyncio.to_thread(self.refresh)
        except BoundaryError as error:
            log.error("areas.unreadable", reason=str(error), outlines=self.exact)
        else:
            if changed:
                log.info("areas.in_use", outlines=self.exact)

    async def watch(self) -> None:
        """Take what is imported or removed, without a restart, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            await self.look()
