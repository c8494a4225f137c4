"""How well places are found and located, on a file of annotated texts.

    python -m benchmarks.places tests/nlu/places/texts.jsonl [--errors]
    python -m benchmarks.places FILE.jsonl --areas KELURAHAN.geojson

A line is JSON; what it holds is scored:

    text, names, optional   the names that must be found, and those that may be
    asks                    whether the text is ambiguous: then no place, but candidates
    outside                 beside `names`: the place beyond the city that it is about; "" for none
    kelurahan, kecamatan    beside `names`: what the place must be
    gold_area_mentioned     an area that the text names: found or not
    lat, lon, kelurahan     a point and where it lies: by the nearest centre, and by --areas
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nlu.evaluation import share
from nlu.places.boundaries import Boundaries, Division
from nlu.places.city import locate
from nlu.places.comparison import named
from nlu.places.gazetteer import Area
from nlu.places.mentions import search
from nlu.places.place import Place
from nlu.places.resolve import resolve
from nlu.places.tokens import squash

Row = dict[str, Any]


def lines(rows: Sequence[Row], boundaries: Boundaries | None, *, errors: bool) -> Iterator[str]:
    """The figures that the rows allow."""
    with_names = [row for row in rows if "names" in row]
    if with_names:
        yield from annotated(with_names, errors=errors)
    sided = [row for row in with_names if "outside" in row]
    if sided:
        yield figure("outside the city or not", [outside(row) == row["outside"] for row in sided])
    gold = [row for row in rows if row.get("gold_area_mentioned")]
    if gold:
        yield figure("named area found", [mentions(row) for row in gold])
    points = [row for row in rows if row.get("kelurahan") and row.get("lat") is not None]
    if points:
        yield from located(points, boundaries)


def figure(name: str, hits: Sequence[bool]) -> str:
    """A share with its 95 % interval."""
    got = share(hits)
    return f"{name:44} {got.value:.3f} ({got.low:.3f} to {got.high:.3f}), n = {got.n}"


def annotated(rows: Sequence[Row], *, errors: bool) -> Iterator[str]:
    """Precision and recall of names; whether the place is the right one."""
    found, wanted, asked = [], [], []
    levels: dict[str, list[bool]] = {"kelurahan": [], "kecamatan": []}
    for row in rows:
        resolution = resolve(row["text"])
        names = {mention.name.casefold() for mention in resolution.mentions}
        must = {name.casefold() for name in row["names"]}
        may = must | {name.casefold() for name in row["optional"]}
        found += [name in may for name in names]
        wanted += [name in names for name in must]
        if row["asks"]:
            asked.append(resolution.place is None and len(resolution.candidates) > 1)
        wrong = bool(names - may or must - names)
        for level, hits in levels.items():
            if row[level]:
                hits.append(getattr(resolution.place, level, None) == row[level])
                wrong |= not hits[-1]
        if errors and (wrong or (row["asks"] and not asked[-1])):
            yield f"  {row['text']}\n    extra {names - may} missed {must - names}"
    with_places = sum(bool(row["names"]) for row in rows)
    yield f"{len(rows)} texts, {with_places} with places"
    yield figure("names found that are right (precision)", found)
    yield figure("names that are found (recall)", wanted)
    for level, hits in levels.items():
        if hits:
            yield figure(f"{level} of the place right", hits)
    if asked:
        yield figure("ambiguous names asked about", asked)


def outside(row: Row) -> str:
    """The place beyond the city that the text is about; "" for none."""
    beyond = resolve(row["text"]).outside
    return beyond.name if beyond else ""


def mentions(row: Row) -> bool:
    """Whether the area that the text names is among what its words may mean."""
    gold, level = squash(row["gold_area_mentioned"]), row.get("gold_area_level")
    return any(
        isinstance(fact, Area) and squash(fact.name) == gold and level in {None, fact.level}
        for one in search(row["text"])
        for fact in one.facts
    )


def located(rows: Sequence[Row], boundaries: Boundaries | None) -> Iterator[str]:
    """How often a point is placed in its kelurahan and kecamatan."""
    for how, areas in (("nearest centre", None), ("polygons", boundaries)):
        if areas is None and how == "polygons":
            continue
        places = [locate(row["lat"], row["lon"], areas) for row in rows]
        for level in ("kelurahan", "kecamatan"):
            hits = [
                isinstance(place, Place) and getattr(place, level) == gold[level]
                for gold, place in zip(map(official, rows), places, strict=True)
            ]
            yield figure(f"{level} of a point, by {how}", hits)


def official(row: Row) -> dict[str, str | None]:
    """The row's kelurahan and kecamatan in the gazetteer's spelling."""
    kota = str(row["kota"]).removeprefix("Kota ")
    area = named(Division(row["kelurahan"], row["kecamatan"], kota))
    if area:
        return {"kelurahan": area.kelurahan, "kecamatan": area.kecamatan}
    return {"kelurahan": row["kelurahan"], "kecamatan": row["kecamatan"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_FORMATTER)
    parser.add_argument("file", type=Path, help="JSONL")
    parser.add_argument("--areas", type=Path, help="GeoJSON of the city's kelurahan")
    parser.add_argument("--errors", action="store_true", help="show each text that went wrong")
    given = parser.parse_args()
    boundaries = Boundaries.from_geojson(given.areas) if given.areas else None
    rows = [json.loads(line) for line in given.file.read_text(encoding="utf-8").splitlines()]
    for line in lines(rows, boundaries, errors=given.errors):
        print(line)


_FORMATTER = argparse.RawDescriptionHelpFormatter

if __name__ == "__main__":
    main()
