"""The city's map, each kelurahan shaded by how much it tells: no network, no script.

Where boundaries are imported they are drawn, to about 50 m; else a circle at each centre. What lies
far from the mainland (islands) is drawn in a frame of its own, in a corner.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from markupsafe import Markup

from channels.pages import SHARED
from console.svg import Chart, sheet, tag
from nlu.places.boundaries import areas_file
from nlu.places.gazetteer import gazetteer
from store.facts import Area

log = structlog.get_logger()

SHADES = 5
_WIDTH = 640.0
_MARGIN = 6.0
_FINE = 0.0005  # degrees; finer corners are not seen
_NEAR = 0.02  # degrees beyond the coarse outline that are still the mainland
_INSET = 110.0  # width of the frame of islands
_SMALLEST, _LARGEST = 4.0, 9.0  # radius of a circle
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """A kelurahan: its rings where its boundary is known, else its centre alone."""

    area: Area
    centre: Point  # latitude, longitude
    rings: tuple[tuple[Point, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Legend:
    """What a shade stands for."""

    shade: int
    least: int
    most: int


def draw(
    name: str, var: Path, counts: Mapping[Area, int], words: Mapping[str, str]
) -> tuple[Chart, list[Legend]]:
    """The map and its legend. `words`: title, desc, area, reports, and none (for "no reports")."""
    legend = shades({area: n for area, n in counts.items() if area.kelurahan})
    land = _kota()
    paper = _Paper([corner for ring in land for corner in ring], (0.0, 0.0, _WIDTH))
    inside = [tag("path", d=paper.path([ring]), class_="land") for ring in land]
    shapes = shapes_of(var)
    away = [one for one in shapes if not paper.holds(one.centre)]
    islands = paper
    if away:
        islands = _in_the_corner(paper, [one.centre for one in away])
        inside.append(islands.frame())
    for shape in shapes:
        n = counts.get(shape.area, 0)
        label = f"{shape.area.kelurahan}, {shape.area.kecamatan}: {n or words['none']}"
        on = paper if paper.holds(shape.centre) else islands
        inside.append(_shaded(on, shape, _shade(legend, n), label))
    chart = Chart(
        svg=sheet(
            name, words["title"], words["desc"], *inside,
            width=_WIDTH, height=paper.height, kind="map",
        ),
        title=words["title"],
        head=(words["area"], words["reports"]),
        rows=[
            (", ".join(filter(None, area)), str(n)) for area, n in counts.items() if area.kelurahan
        ],
    )  # fmt: skip
    return chart, legend


def shades(counts: Mapping[Area, int]) -> list[Legend]:
    """Cut the counts above zero into fifths of the kelurahan, so that one flood pales nobody."""
    ordered = sorted(n for n in counts.values() if n > 0)
    found: list[Legend] = []
    for shade in range(1, SHADES + 1):
        most = ordered[math.ceil(len(ordered) * shade / SHADES) - 1] if ordered else 0
        least = found[-1].most + 1 if found else 1
        if most >= least:
            found.append(Legend(shade, least, most))
    return found


def _shade(legend: Sequence[Legend], n: int) -> int:
    return next((one.shade for one in legend if one.least <= n <= one.most), 0)


class _Paper:
    """Degrees to the drawing's units, in a part of it: a square on the ground stays a square."""

    def __init__(self, corners: Sequence[Point], at: tuple[float, float, float]) -> None:
        """Fit all corners into a part: its left, its top, its width."""
        lats, lons = [lat for lat, _ in corners], [lon for _, lon in corners]
        self._south, self._north = min(lats), max(lats)
        self._west, self._east = min(lons), max(lons)
        self._left, self._top, self._width = at
        self._narrow = math.cos(math.radians((self._south + self._north) / 2))
        wide = max((self._east - self._west) * self._narrow, _FINE)
        self._scale = (self._width - 2 * _MARGIN) / wide
        self.height = (self._north - self._south) * self._scale + 2 * _MARGIN

    def holds(self, point: Point) -> bool:
        """Whether a point lies on it, or nearly so."""
        lat, lon = point
        return (
            self._south - _NEAR <= lat <= self._north + _NEAR
            and self._west - _NEAR <= lon <= self._east + _NEAR
        )

    def at(self, point: Point) -> Point:
        lat, lon = point
        return (
            self._left + _MARGIN + (lon - self._west) * self._narrow * self._scale,
            self._top + _MARGIN + (self._north - lat) * self._scale,
        )

    def path(self, rings: Sequence[Sequence[Point]]) -> str:
        return "".join(
            "M" + "L".join("{:.1f} {:.1f}".format(*self.at(point)) for point in ring) + "Z"
            for ring in rings
        )

    def frame(self) -> Markup:
        """What shows that this part lies elsewhere."""
        return tag(
            "rect", x=self._left, y=self._top, width=self._width, height=self.height,
            rx=6, class_="inset",
        )  # fmt: skip


def _in_the_corner(paper: _Paper, corners: Sequence[Point]) -> _Paper:
    """A part of the drawing at its lower right, where the sea is."""
    left = _WIDTH - _INSET
    tall = _Paper(corners, (left, 0.0, _INSET)).height
    return _Paper(corners, (left, paper.height - tall, _INSET))


def _kota() -> list[list[Point]]:
    """The parts of the city on the mainland, coarse."""
    areas = json.loads((SHARED / "city.json").read_text(encoding="utf-8"))["areas"]
    return [[(lat, lon) for lat, lon in area["outline"]] for area in areas]


def _shaded(paper: _Paper, shape: Shape, shade: int, label: str) -> Markup:
    title = tag("title", label)
    if shape.rings:
        return tag("path", title, d=paper.path(shape.rings), class_=f"area shade-{shade}")
    x, y = paper.at(shape.centre)
    radius = _SMALLEST + (_LARGEST - _SMALLEST) * shade / SHADES
    return tag("circle", title, cx=x, cy=y, r=radius, class_=f"area shade-{shade}")


def shapes_of(var: Path) -> tuple[Shape, ...]:
    """Every kelurahan as well as it is known; boundaries that cannot be read are as none."""
    path = areas_file(var)
    try:
        found = path.stat()
        return _outlines(path, found.st_mtime_ns)
    except OSError:
        return _centres()
    except (ValueError, KeyError, TypeError, IndexError) as error:
        log.error("overview.areas_unreadable", error=type(error).__name__)
        return _centres()


@lru_cache(maxsize=1)
def _centres() -> tuple[Shape, ...]:
    return tuple(
        Shape(Area(one.name, one.kecamatan or "", one.kota), (one.lat, one.lon))
        for one in gazetteer().kelurahan
    )


@lru_cache(maxsize=1)
def _outlines(path: Path, stamp: int) -> tuple[Shape, ...]:
    """The kept boundaries, read once for each time they are written."""
    del stamp
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return tuple(_outline(feature) for feature in features)


def _outline(feature: dict[str, Any]) -> Shape:
    said, geometry = feature["properties"], feature["geometry"]
    parts = (
        geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    )
    rings = tuple(_coarse(ring) for part in parts for ring in part)
    lon, lat = parts[0][0][0][:2]
    area = Area(said["kelurahan"], said["kecamatan"], said["kota"])
    return Shape(area, (lat, lon), rings)


def _coarse(ring: Sequence[Sequence[float]]) -> tuple[Point, ...]:
    """A ring (longitude first) on a grid, each corner once."""
    corners: list[Point] = []
    for lon, lat, *_ in ring:
        corner = (round(lat / _FINE) * _FINE, round(lon / _FINE) * _FINE)
        if not corners or corner != corners[-1]:
            corners.append(corner)
    return tuple(corners)
