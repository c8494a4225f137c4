"""Which days the overview looks at: a number of days that end now, or dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from store.overview import Period

CHOICES = (1, 7, 30, 90, 365)  # days
USUAL = 30
LONGEST = timedelta(days=3660)
HOURLY = timedelta(days=2)  # up to here columns are hours, then days


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """A period, and how it was asked for."""

    period: Period
    days: int | None  # one of CHOICES; None: by dates
    first: date  # in the city's time
    last: date
    mistaken: bool = False  # what was asked for is no period: the usual one is shown

    @property
    def query(self) -> str:
        """The same choice in an address."""
        return f"days={self.days}" if self.days else f"from={self.first}&to={self.last}"

    @property
    def hourly(self) -> bool:
        """Whether it is short enough to show each hour."""
        return self.period.end - self.period.start <= HOURLY


def chosen(query: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Chosen:
    """Read `days`, or `from` and `to` (dates of the city, both whole); else the last 30 days."""
    start, end = query.get("from", ""), query.get("to", "")
    if start or end:
        return _dates(start, end, now, zone) or _last(USUAL, now, zone, mistaken=True)
    said = query.get("days", "")
    if not said:
        return _last(USUAL, now, zone)
    if said in map(str, CHOICES):
        return _last(int(said), now, zone)
    return _last(USUAL, now, zone, mistaken=True)


def _last(days: int, now: datetime, zone: ZoneInfo, *, mistaken: bool = False) -> Chosen:
    start = now - timedelta(days=days)
    return Chosen(
        period=Period(start=start, end=now),
        days=days,
        first=start.astimezone(zone).date(),
        last=now.astimezone(zone).date(),
        mistaken=mistaken,
    )


def _dates(start: str, end: str, now: datetime, zone: ZoneInfo) -> Chosen | None:
    today = now.astimezone(zone).date()
    try:
        first = date.fromisoformat(start) if start else date.fromisoformat(end)
        last = date.fromisoformat(end) if end else today
        opens = datetime.combine(first, time(), zone)
        closes = datetime.combine(last + timedelta(days=1), time(), zone)
    except (ValueError, OverflowError):
        return None
    if first > last or closes - opens > LONGEST:
        return None
    period = Period(start=opens.astimezone(now.tzinfo), end=closes.astimezone(now.tzinfo))
    return Chosen(period=period, days=None, first=first, last=last)
