"""Exact boundaries of kelurahan, imported from GeoJSON. Optional: needs shapely.

    boundaries = Boundaries.from_geojson(Path("kelurahan.geojson"))
    boundaries.at(-6.1754, 106.8272)  # Division("Gambir", "Gambir", "Jakarta Pusat")

What a file must look like: `nlu.places.outlines`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from nlu.places.outlines import (
    BoundaryError,
    Division,
    Outline,
    read_outlines,
    shapely_or_remedy,
)

__all__ = ["Boundaries", "BoundaryError", "Division", "areas_file"]


def areas_file(var: Path) -> Path:
    """Where imported boundaries lie."""
    return var / "areas" / "kelurahan.geojson"


class Boundaries:
    """Polygons with their names, and a tree (STRtree) to find the one around a point."""

    def __init__(self, outlines: Sequence[Outline]) -> None:
        self._shapely = shapely_or_remedy()
        self._tree = self._shapely.STRtree([outline.polygon for outline in outlines])
        self._divisions = [outline.division for outline in outlines]

    @classmethod
    def from_geojson(cls, path: Path) -> Boundaries:
        """Read a GeoJSON file. Raises: BoundaryError."""
        return cls(read_outlines(path))

    def __len__(self) -> int:
        return len(self._divisions)

    def at(self, lat: float, lon: float) -> Division | None:
        """Where a point lies; on a common border the first in the file; None outside of all."""
        if not (math.isfinite(lat) and math.isfinite(lon)):
            return None
        found = self._tree.query(self._shapely.Point(lon, lat), predicate="intersects")
        return self._divisions[min(found)] if len(found) else None
