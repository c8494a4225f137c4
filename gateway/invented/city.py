"""Where it is, and in what words it is told."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate
from math import cos, radians
from random import Random

from nlu import corpus
from nlu.categories import categories, shares
from nlu.corpus import Example
from nlu.places.city import inside_city
from nlu.places.gazetteer import METRES_PER_DEGREE, Area, Landmark, gazetteer

_BEFORE = ("", "", "", "pak, ", "min ", "mohon bantuannya, ", "selamat pagi, ", "lapor: ")
_AFTER = ("", "", "", "", ", tolong segera", " sudah tiga hari", ", mohon ditindaklanjuti",
          " dari tadi pagi", ", bahaya buat anak sekolah", " lagi lagi begini")  # fmt: skip
_NEAR = ("di", "depan", "dekat", "belakang", "seberang", "samping")
_TRIES = 8


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of the city with the kelurahan that it is counted to, and a name near it."""

    area: Area
    lat: float
    lon: float
    name: str


class City:
    """Draws places and texts; the same seed draws the same."""

    def __init__(self, random: Random) -> None:
        self._random = random
        known = gazetteer()
        self._areas = known.kelurahan
        # Some neighbourhoods report ten times as much as others.
        self._busy = list(accumulate(random.paretovariate(1.6) for _ in self._areas))
        self._marks: dict[str, list[Landmark]] = defaultdict(list)
        for mark in known.landmarks:
            self._marks[known.near(mark.lat, mark.lon).name].append(mark)
        self._texts: dict[str, list[Example]] = defaultdict(list)
        for example in corpus.read():
            if example.intent == "report" and example.categories:
                self._texts[example.categories[0]].append(example)
        kinds = {slug: share for slug, share in shares().items()
                 if categories()[slug].kind != "none" and self._texts[slug]}  # fmt: skip
        self.kinds = list(kinds)
        self._shares = list(accumulate(kinds.values()))

    def category(self) -> str:
        """Draw a category by its share of all reports."""
        return self._random.choices(self.kinds, cum_weights=self._shares)[0]

    def spot(self) -> Spot:
        """Draw a place within the city's outline."""
        (area,) = self._random.choices(self._areas, cum_weights=self._busy)
        marks = self._marks.get(area.name, ())
        name = self._random.choice(marks).name if marks else f"Kelurahan {area.name}"
        for _ in range(_TRIES):
            north, east = (self._random.gauss(0, area.radius_m * 0.45) for _ in range(2))
            lat = area.lat + north / METRES_PER_DEGREE
            lon = area.lon + east / METRES_PER_DEGREE / cos(radians(area.lat))
            if inside_city(lat, lon):
                return Spot(area, round(lat, 6), round(lon, 6), name)
        return Spot(area, area.lat, area.lon, name)

    def text(self, category: str, spot: Spot) -> str:
        """Words of our corpus, told of this place."""
        example = self._random.choice(self._texts[category])
        told, named = example.text, False
        for one in sorted(example.entities, key=lambda entity: -entity.start):
            if one.entity == "location":
                told = told[: one.start] + spot.name + told[one.end :]
                named = True
        if not named:
            told = f"{told} {self._random.choice(_NEAR)} {spot.name}"
        return f"{self._random.choice(_BEFORE)}{told}{self._random.choice(_AFTER)}"
