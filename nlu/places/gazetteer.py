"""The facts of the city, read once from the tables in `jakarta/`, and an index of their names.

Sources: names and codes of kelurahan are the Ministry of Home Affairs' (Kepmendagri); centres and
landmarks were set down by this project, to about 500 m for centres and 200 m for landmarks.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

from nlu.places.tokens import key, squash

CITY = "jakarta"
LONGEST = 6  # words in a name
MARGIN_M = 300  # how far a landmark's point may be off
METRES_PER_DEGREE = 111_200.0
_TAILS = {"mall": ("mall", "mal"), "rumah sakit": ("hospital",), "stasiun": ("station",)}
_TURNING = {"Mall", "Mal", "RS", "Stasiun"}  # the words that may come last instead
_EAST = math.cos(math.radians(6.2))  # a degree of longitude here, in those of latitude

#: What must stand near a name before it is believed. "": nothing. "cap": a capital, a preposition
#: or a cue, since the name is also a word. "area": a word such as kelurahan, for common words.
Cue = Literal["", "cap", "area"]


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """A kelurahan, kecamatan or kota. `members` has one bit for each of its kelurahan."""

    level: Literal["kelurahan", "kecamatan", "kota"]
    name: str
    code: str
    kelurahan: str | None
    kecamatan: str | None
    kota: str
    lat: float
    lon: float
    radius_m: int
    members: int


@dataclass(frozen=True, slots=True, eq=False)
class Landmark:
    """Anything with a name and a point that is no area. A road's point is the middle of it."""

    kind: str
    name: str
    lat: float
    lon: float
    radius_m: int
    kelurahan: str  # "" where the table does not tell


@dataclass(frozen=True, slots=True, eq=False)
class Neighbour:
    """A city beyond the bounds."""

    name: str


Fact = Area | Landmark | Neighbour


class Entry(NamedTuple):
    """What one written name may mean."""

    name: str  # "Sunter" for Sunter Agung and Sunter Jaya
    cue: Cue
    facts: tuple[Fact, ...]
    members: int  # bits of all kelurahan that it may mean; 0 when it names no area


@dataclass(frozen=True, slots=True, eq=False)
class Gazetteer:
    """All facts, and which keys (see `tokens.key`) name them."""

    kelurahan: tuple[Area, ...]
    kecamatan: tuple[Area, ...]
    kota: tuple[Area, ...]
    landmarks: tuple[Landmark, ...]
    names: dict[str, Entry]
    roads: dict[str, tuple[Landmark, ...]]  # without "jalan" and "raya"
    beginnings: frozenset[str]  # everything that a key of `names` begins with, itself included
    _along: dict[int, int] = field(default_factory=dict)  # by id of a landmark, as asked for

    def near(self, lat: float, lon: float) -> Area:
        """The kelurahan whose centre is nearest."""
        return min(self.kelurahan, key=lambda area: distance_m(area.lat, area.lon, lat, lon))

    def along(self, mark: Landmark) -> int:
        """Bits of the kelurahan that a landmark may lie in or pass through."""
        bits = self._along.get(id(mark))
        if bits is None:
            bits = self._along[id(mark)] = self.within(mark.lat, mark.lon, mark.radius_m + MARGIN_M)
        return bits

    def within(self, lat: float, lon: float, radius_m: float) -> int:
        """Bits of all kelurahan that a circle may touch."""
        bits = 0
        for at, area in enumerate(self.kelurahan):
            if distance_m(area.lat, area.lon, lat, lon) <= radius_m + area.radius_m:
                bits |= 1 << at
        return bits


def distance_m(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Metres between two points of the city, on a plane: within 0.1 % over 50 km."""
    north = lat - other_lat
    east = (lon - other_lon) * _EAST
    return math.hypot(north, east) * METRES_PER_DEGREE


@cache
def gazetteer() -> Gazetteer:
    """The city's gazetteer, read at the first call."""
    rows = list(table("kelurahan.csv"))
    kelurahan = _kelurahan(rows)
    kecamatan = _unions(kelurahan, "kecamatan")
    kota = _unions(kelurahan, "kota")
    landmarks = list(table("landmarks.csv"))
    roads = list(table("roads.csv"))
    places = [_landmark(row, row["kind"]) for row in landmarks]
    streets = [_landmark(row, "road") for row in roads]
    index = _Index()
    index.areas(rows, kelurahan, kecamatan, kota)
    for row, landmark in zip(landmarks, places, strict=True):
        named = [row["name"], *_split(row["aliases"])]
        index.add([*named, *_turned(row["kind"], named)], _cue(row["cue"]), landmark)
    for row, street in zip(roads, streets, strict=True):
        for name in _split(row["bare"]):
            # "Sudirman" may be a man; "Gatot Subroto" without "jalan" is the street.
            index.add([name], "" if " " in name else "cap", street)
    names = index.entries()
    return Gazetteer(
        kelurahan=kelurahan,
        kecamatan=kecamatan,
        kota=kota,
        landmarks=(*places, *streets),
        names=names,
        roads=_road_keys(roads, streets),
        beginnings=frozenset(name[: at + 1] for name in names for at in range(len(name))),
    )


def road_key(name: str) -> str:
    """The key of a road: without "jalan" and "raya", which citizens add and leave out at will."""
    words = [
        word for word in name.replace(".", " ").split() if word.lower() not in {"jalan", "raya"}
    ]
    return key(" ".join(words))


class _Index:
    """Collects what each key may mean."""

    def __init__(self) -> None:
        self._facts: dict[str, dict[int, Fact]] = defaultdict(dict)
        self._cues: dict[str, Cue] = {}
        self._shared: dict[str, str] = {}

    def add(self, names: Iterable[str], cue: Cue, *facts: Fact) -> None:
        for name in names:
            for written in {key(name), squash(name)}:
                self._facts[written].update({id(fact): fact for fact in facts})
                # Two facts of one name: the more careful cue holds for both.
                self._cues[written] = max(cue, self._cues.get(written, ""), key=len)

    def areas(
        self,
        rows: list[dict[str, str]],
        kelurahan: tuple[Area, ...],
        kecamatan: tuple[Area, ...],
        kota: tuple[Area, ...],
    ) -> None:
        by_name: dict[str, list[Area]] = defaultdict(list)
        for row, area in zip(rows, kelurahan, strict=True):
            by_name[area.name].append(area)
            self.add([area.name, *_split(row["aliases"])], _cue(row["cue"]), area)
        for area in (*kecamatan, *kota):
            by_name[f"{area.level} {area.name}"].append(area)
            self.add([area.name], "", area)
        for row in table("short.csv"):
            meant = [area for name in _split(row["means"]) for area in by_name[name]]
            self.add([row["name"]], _cue(row["cue"]), *meant)
            self._shared[key(row["name"])] = row["name"]
        for row in table("neighbours.csv"):
            self.add([row["name"]], _cue(row["cue"]), Neighbour(row["name"]))

    def entries(self) -> dict[str, Entry]:
        return {
            written: self._entry(written, tuple(facts.values()))
            for written, facts in self._facts.items()
        }

    def _entry(self, written: str, facts: tuple[Fact, ...]) -> Entry:
        alone = len({fact.name for fact in facts}) == 1
        name = facts[0].name if alone else self._shared.get(written, facts[0].name)
        members = 0
        for fact in facts:
            if isinstance(fact, Area):
                members |= fact.members
        return Entry(name, self._cues[written], facts, members)


def table(name: str) -> Iterator[dict[str, str]]:
    """The rows of one of the city's tables."""
    path = files("nlu.places") / CITY / name
    yield from csv.DictReader(path.read_text(encoding="utf-8").splitlines())


def _split(cell: str) -> list[str]:
    return cell.split("|") if cell else []


def _turned(kind: str, names: list[str]) -> Iterator[str]:
    """Names said the English way: "Pondok Indah Mall", "Gambir station"."""
    for name in names:
        head, _, own = name.partition(" ")
        tails = _TAILS.get(kind, ()) if head in _TURNING and own else ()
        yield from (f"{own} {tail}" for tail in tails)


def _cue(cell: str) -> Cue:
    match cell:
        case "" | "cap" | "area":
            return cell
        case _:
            raise ValueError(f"cue {cell!r} in a table: use cap, area, or leave it empty")


def _kelurahan(rows: list[dict[str, str]]) -> tuple[Area, ...]:
    points = [(float(row["lat"]), float(row["lon"])) for row in rows]
    return tuple(
        Area(
            level="kelurahan",
            name=row["kelurahan"],
            code=row["code"],
            kelurahan=row["kelurahan"],
            kecamatan=row["kecamatan"],
            kota=row["kota"],
            lat=points[at][0],
            lon=points[at][1],
            radius_m=int(row["radius_m"]),
            members=1 << at,
        )
        for at, row in enumerate(rows)
    )


def _unions(kelurahan: tuple[Area, ...], level: Literal["kecamatan", "kota"]) -> tuple[Area, ...]:
    groups: dict[str | None, list[Area]] = defaultdict(list)
    for area in kelurahan:
        groups[getattr(area, level)].append(area)
    return tuple(_union(level, members) for members in groups.values())


def _union(level: Literal["kecamatan", "kota"], members: list[Area]) -> Area:
    lat = sum(area.lat for area in members) / len(members)
    lon = sum(area.lon for area in members) / len(members)
    first = members[0]
    return Area(
        level=level,
        name=first.kota if level == "kota" else first.kecamatan or "",
        code=first.code[:5] if level == "kota" else first.code[:8],
        kelurahan=None,
        kecamatan=first.kecamatan if level == "kecamatan" else None,
        kota=first.kota,
        lat=round(lat, 4),
        lon=round(lon, 4),
        radius_m=int(max(distance_m(a.lat, a.lon, lat, lon) + a.radius_m for a in members)),
        members=sum(area.members for area in members),
    )


def _landmark(row: dict[str, str], kind: str) -> Landmark:
    return Landmark(
        kind=kind,
        name=row["name"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        radius_m=int(row["radius_m"]),
        kelurahan=row.get("kelurahan", ""),
    )


def _road_keys(
    rows: list[dict[str, str]], streets: list[Landmark]
) -> dict[str, tuple[Landmark, ...]]:
    found: dict[str, tuple[Landmark, ...]] = defaultdict(tuple)
    for row, street in zip(rows, streets, strict=True):
        names = [row["name"], *_split(row["aliases"]), *_split(row["bare"])]
        for written in {road_key(name) for name in names}:
            found[written] = (*found[written], street)
    return dict(found)
