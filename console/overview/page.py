"""The overview's page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from console import pages
from console.desk import Desk
from console.door import Handler
from console.figures import decimal, duration, number
from console.overview import map as city_map
from console.overview import shown as show
from console.overview.look import Alarm, Seen, alarms, look
from console.overview.period import CHOICES, Chosen, chosen
from console.visitor import visitor
from console.words import words
from store.facts import Area
from store.waits import Waited, Waits


def shown(desk: Desk) -> Handler:
    """GET /console/overview."""

    async def answer(request: web.Request) -> web.StreamResponse:
        choice = chosen(request.query, desk.clock(), desk.zone)
        seen = await look(desk, choice.period, visitor(request).scope)
        values = _values(desk, choice, seen, pages.locale_of(request))
        return pages.render(request, "overview/overview.html", **values)

    return answer


def alarms_alone(desk: Desk) -> Handler:
    """GET /console/overview/alarms: what stands out now, for the head of another page."""

    async def answer(request: web.Request) -> web.StreamResponse:
        scope = visitor(request).scope
        async with desk.database.read() as connection:
            found = await alarms(connection, desk.clock(), scope)
        lang = pages.locale_of(request)
        return pages.render(request, "overview/alarms.html", alarms=told(found, lang))

    return answer


def told(found: Sequence[Alarm], lang: str) -> list[dict[str, Any]]:
    """Alarms as templates/overview/alarms.html shows them."""
    return [
        {
            "area": show.place(one.spike.area),
            "now": one.spike.now,
            "usual": decimal(one.spike.usual, lang, 1),
            "hours": one.spike.window // timedelta(hours=1),
            "about": ", ".join(show.category(slug, lang) for slug in one.categories),
            "link": "/console/?" + urlencode({"area": _path(one.spike.area)}, safe="/"),
        }
        for one in found
    ]


def _path(area: Area) -> str:
    return f"{area.kota}/{area.kecamatan}/{area.kelurahan}"


def _values(desk: Desk, choice: Chosen, seen: Seen, lang: str) -> dict[str, Any]:
    w, volume = words(lang).overview, seen.volume
    said = {"title": w.map, "desc": w.map_desc, "area": w.area, "reports": w.reports,
            "none": w.none}  # fmt: skip
    drawn, legend = city_map.draw("map", desk.var, volume.areas, said)
    placed = [(show.place(area), n) for area, n in volume.areas.items() if area.kelurahan]
    categories = [(show.category(slug, lang), n) for slug, n in volume.categories.items()]
    return {
        "chosen": choice,
        "choices": CHOICES,
        "mistaken": choice.mistaken,
        "alarms": told(seen.alarms, lang),
        "tiles": _tiles(seen, lang),
        "over_time": show.over_time(volume.hours, choice, desk.zone, w),
        "through_the_day": show.through_the_day(volume.hours, desk.zone, w),
        "channels": show.counted(volume.channels.items(), volume.total, lang),
        "categories": show.counted(categories, volume.total, lang),
        "areas": show.counted(placed, volume.total, lang),
        "map": drawn,
        "legend": legend,
        "answer_agencies": show.waited(_agencies(desk, seen.answered, lang), lang),
        "answer_areas": show.waited(show.of_areas(seen.answered), lang),
        "done_agencies": show.waited(_agencies(desk, seen.done, lang), lang),
        "done_areas": show.waited(show.of_areas(seen.done), lang),
        "corrected": show.corrected(seen.corrected, lang),
        "deliveries": None if seen.deliveries is None else show.delivered(seen.deliveries, lang),
    }


def _agencies(desk: Desk, found: Waits, lang: str) -> dict[str, Waited]:
    return {desk.agencies.name(slug, lang): one for slug, one in found.agencies.items()}


def _tiles(seen: Seen, lang: str) -> list[tuple[str, str]]:
    w, volume = words(lang).overview, seen.volume
    answered = seen.answered.all.n if seen.answered.all else 0
    unplaced = sum(n for area, n in volume.areas.items() if not area.kelurahan)
    return [
        (w.total, number(volume.total, lang)),
        (w.no_answer, number(volume.total - answered, lang)),
        (w.first_answer, _median(seen.answered, lang)),
        (w.to_done, _median(seen.done, lang)),
        (w.unplaced, number(unplaced, lang)),
    ]


def _median(found: Waits, lang: str) -> str:
    return duration(found.all.median, lang) if found.all else "–"
