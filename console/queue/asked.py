"""What an address of the queue asks for. What makes no sense there is as if it were not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from dialogs.conversation import Status
from store.desk import ANY, Cursor, Filter
from store.urgency import Need

NEEDS = {need.name.lower(): need for need in sorted(Need, reverse=True)}
AGES = ("1", "7", "30", "over7", "over30", "over90")  # days
BELOW = ("0.3", "0.5", "0.7", "0.9")
_LONGEST = 200  # characters of a value
_LEVELS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The choices as they stand in the address and in the form; "" where nothing is chosen."""

    q: str = ""
    need: str = ""
    status: str = ""
    category: str = ""
    channel: str = ""
    area: str = ""
    agency: str = ""
    age: str = ""
    below: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Asked:
        """Read an address."""
        given = {one.name: _plain(query.get(one.name, "")) for one in fields(cls)}
        asked = cls(**given)
        return replace(
            asked,
            need=_one_of(asked.need, NEEDS),
            status=_one_of(asked.status, (ANY, *Status)),
            age=_one_of(asked.age, AGES),
            below=_one_of(asked.below, BELOW),
            area="/".join(asked.area.split("/")[:_LEVELS]),
        )

    def filter(self, now: datetime) -> Filter:
        """The same as the store asks."""
        days = timedelta(days=int(self.age.removeprefix("over") or 0))
        is_over = self.age.startswith("over")
        return Filter(
            words=self.q,
            category=self.category,
            channel=self.channel,
            area=self.area,
            status=self.status,
            agency=self.agency,
            since=now - days if self.age and not is_over else None,
            until=now - days if is_over else None,
            below=float(self.below) if self.below else None,
            need=NEEDS.get(self.need),
        )

    def query(self, **changed: str) -> str:
        """The address's query with some choices changed; what is not chosen is left out."""
        chosen = {one.name: getattr(self, one.name) for one in fields(self)} | changed
        return urlencode({name: value for name, value in chosen.items() if value})

    @property
    def count(self) -> int:
        """How many choices are made beside the words."""
        return sum(bool(getattr(self, one.name)) for one in fields(self) if one.name != "q")


def cursor(query: Mapping[str, str]) -> Cursor | None:
    """Where the page begins; None for the first, and for nonsense."""
    try:
        return Cursor.read(query.get("after", ""))
    except ValueError:
        return None


def _plain(value: str) -> str:
    return value.strip()[:_LONGEST]


def _one_of(value: str, allowed: object) -> str:
    return value if value in allowed else ""  # type: ignore[operator]
