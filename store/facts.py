"""What counts of complaints, a few numbers each: packed by day, and put together again. Pure.

A hundred thousand complaints are 5 MB of numbers; counting them is work for numpy, not for a
database that reads as many rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from store.scope import Scope

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR_US = 3_600_000_000
NONE = -1  # in a column of names: nothing
_US = timedelta(microseconds=1)
# Which column holds names of which list.
_NAMED = {"channel": "channel", "category": "category", "agency": "agency", "area": "area",
          "before": "category", "said": "category"}  # fmt: skip
_FACT = np.dtype(
    [
        ("filed", "<i8"),  # microseconds since 1970
        ("answered", "<f8"),  # seconds until a person's first answer; NaN: there was none
        ("done", "<f8"),  # seconds until its last move, of one that stands at `done`; else NaN
        *((name, "<i4") for name in _NAMED),
    ]
)
_AREA = "\n"  # between the names of an area


class Area(NamedTuple):
    """A kelurahan; all empty: the complaint's place is not known so well."""

    kelurahan: str
    kecamatan: str
    kota: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """What counts of one complaint."""

    filed_at: datetime
    answered: float | None  # seconds
    done: float | None  # seconds
    channel: str
    category: str
    agency: str  # "" for none
    area: Area
    before: str | None = None  # what was predicted, where a moderator has said a category
    said: str | None = None  # what he said first


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """Many complaints by their columns, whose numbers are places in lists of names."""

    rows: NDArray[Any]  # of _FACT
    names: dict[str, list[str]]  # channel, category, agency, area

    def column(self, name: str) -> NDArray[Any]:
        """One column."""
        found: NDArray[Any] = self.rows[name]
        return found

    def areas(self) -> list[Area]:
        """The areas that `area` counts by: kelurahan, kecamatan, kota."""
        return [_area(one) for one in self.names["area"]]

    def between(self, start: datetime, end: datetime, scope: Scope) -> Facts:
        """Those that were filed from a moment to before another, within a scope."""
        filed = self.rows["filed"]
        which = (filed >= microseconds(start)) & (filed < microseconds(end))
        if scope.agency:
            which &= self._is_one("agency", [one == scope.agency for one in self.names["agency"]])
        if scope.area:
            wanted = [name.strip() for name in scope.area.split("/")]
            which &= self._is_one("area", [_lies_in(one, wanted) for one in self.areas()])
        return Facts(rows=self.rows[which], names=self.names)

    def _is_one(self, column: str, fits: Sequence[bool]) -> NDArray[np.bool_]:
        these: NDArray[np.bool_] = np.array([*fits, False], dtype=bool)[self.rows[column]]
        return these


def _area(joined: str) -> Area:
    return Area(*joined.split(_AREA))


def _lies_in(area: Area, wanted: Sequence[str]) -> bool:
    return all(not name or has == name for has, name in zip(reversed(area), wanted, strict=False))


def microseconds(at: datetime) -> int:
    """A moment as `filed` holds it."""
    return (at - EPOCH) // _US


def pack(facts: Iterable[Fact]) -> tuple[str, bytes]:
    """Names (JSON) and numbers of some complaints."""
    names: dict[str, dict[str, int]] = {of: {} for of in dict.fromkeys(_NAMED.values())}

    def number(column: str, name: str | None) -> int:
        known = names[_NAMED[column]]
        return NONE if name is None else known.setdefault(name, len(known))

    rows = [
        (
            microseconds(one.filed_at),
            np.nan if one.answered is None else one.answered,
            np.nan if one.done is None else one.done,
            number("channel", one.channel),
            number("category", one.category),
            number("agency", one.agency),
            number("area", _AREA.join(one.area)),
            number("before", one.before),
            number("said", one.said),
        )
        for one in facts
    ]
    said = json.dumps({of: list(known) for of, known in names.items()}, ensure_ascii=False)
    return said, np.array(rows, dtype=_FACT).tobytes()


def together(packed: Iterable[tuple[str, bytes]]) -> Facts:
    """Many days as one; their lists of names become one as well."""
    names: dict[str, dict[str, int]] = {of: {} for of in dict.fromkeys(_NAMED.values())}
    parts = [np.empty(0, dtype=_FACT)]
    for said, numbers in packed:
        rows = np.frombuffer(numbers, dtype=_FACT).copy()
        fresh = {
            of: np.array([*(names[of].setdefault(one, len(names[of])) for one in local), NONE])
            for of, local in json.loads(said).items()
        }
        for column, of in _NAMED.items():
            rows[column] = fresh[of][rows[column]]  # NONE is the last of each
        parts.append(rows)
    return Facts(rows=np.concatenate(parts), names={of: list(known) for of, known in names.items()})
