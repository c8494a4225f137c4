"""Figures as an overview page shows them: charts, and tables with a bar in each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from console.charts import Bar, columns
from console.figures import duration, number, percent
from console.overview.period import Chosen
from console.svg import Chart
from dialogs.rule import category_of
from store.facts import Area
from store.overview import Corrected, Delivered
from store.waits import Waited, Waits

MOST = 15  # rows of a table; the rest stands in the file
_HOURS = 24


def over_time(
    hours: Mapping[datetime, int], chosen: Chosen, zone: ZoneInfo, words: SimpleNamespace
) -> Chart:
    """A column for each hour of a short period, for each day of a longer one, empty ones too."""
    step = timedelta(hours=1) if chosen.hourly else timedelta(days=1)
    form = "%d.%m. %H.00" if chosen.hourly else "%d.%m."
    counted: Counter[datetime] = Counter()
    for at, n in hours.items():
        counted[_floor(at.astimezone(zone), hourly=chosen.hourly)] += n
    at = _floor(chosen.period.start.astimezone(zone), hourly=chosen.hourly)
    values = []
    while at.astimezone(UTC) < chosen.period.end:
        values.append((at.strftime(form), counted[at]))
        at += step
    title = words.by_hour if chosen.hourly else words.by_day
    return columns("over-time", title, words.over_time_desc, (words.when, words.reports), values)


def _floor(at: datetime, *, hourly: bool) -> datetime:
    hour = at.hour if hourly else 0
    return at.replace(hour=hour, minute=0, second=0, microsecond=0)


def through_the_day(hours: Mapping[datetime, int], zone: ZoneInfo, words: SimpleNamespace) -> Chart:
    """A column for each hour of the day, in the city's time."""
    counted: Counter[int] = Counter()
    for at, n in hours.items():
        counted[at.astimezone(zone).hour] += n
    values = [(f"{hour:02d}", counted[hour]) for hour in range(_HOURS)]
    return columns(
        "by-hour", words.through_day, words.through_day_desc, (words.hour, words.reports), values
    )


def counted(counts: Iterable[tuple[str, int]], total: int, lang: str) -> list[Bar]:
    """The commonest, with their share of all."""
    shown = list(counts)[:MOST]
    most = max((n for _, n in shown), default=1) or 1
    return [
        Bar(label, (number(n, lang), percent(n / max(total, 1), lang)), n / most)
        for label, n in shown
    ]


def waited(answered: Mapping[str, Waited], lang: str) -> list[Bar]:
    """Median and 90th percentile; the bar is the median, the mark the other."""
    shown = list(answered.items())[:MOST]
    most = max((one.ninth for _, one in shown), default=1) or 1
    return [
        Bar(
            label,
            (number(one.n, lang), duration(one.median, lang), duration(one.ninth, lang)),
            one.median / most,
            one.ninth / most,
        )
        for label, one in shown
    ]


def of_areas(found: Waits) -> dict[str, Waited]:
    """By the kelurahan's name."""
    return {place(area): one for area, one in found.areas.items()}


def corrected(found: Iterable[Corrected], lang: str) -> list[Bar]:
    """The share of each category that moderators said is another."""
    return [
        Bar(
            category(one.category, lang),
            (
                number(one.predicted, lang),
                number(one.corrected, lang),
                percent(one.corrected / one.predicted, lang),
            ),
            one.corrected / one.predicted,
        )
        for one in list(found)[:MOST]
    ]


def delivered(found: Iterable[Delivered], lang: str) -> list[Bar]:
    """The share of each channel's messages that nobody got."""
    return [
        Bar(
            one.channel,
            (
                number(one.messages, lang),
                number(one.failed, lang),
                number(one.waiting, lang),
                percent(one.failed / max(one.messages, 1), lang),
            ),
            one.failed / max(one.messages, 1),
        )
        for one in found
    ]


def category(slug: str, lang: str) -> str:
    """What a category is called."""
    row = category_of(slug)
    return row.name[lang] if row else slug


def place(area: Area) -> str:
    """A kelurahan with its kecamatan: several bear one name."""
    return ", ".join(filter(None, (area.kelurahan, area.kecamatan)))
