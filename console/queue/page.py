"""The list of what waits, with the choices that narrow it and how many there are of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from console import pages
from console.answer.agencies import Agencies
from console.desk import Desk
from console.queue.asked import AGES, BELOW, NEEDS, Asked, cursor
from console.visitor import Visitor, visitor
from dialogs.conversation import Status
from dialogs.phrasebook import say
from nlu.categories import categories
from nlu.places.gazetteer import gazetteer
from nlu.slots.personal import masked
from store import counts, pulse, views
from store import desk as queue
from store.counts import Tally
from store.desk import ANY, Cursor, Filter, Item
from store.urgency import Need

_MARKS = {need.value: need.name.lower() for need in Need}


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a select; `count` is None where it is not known."""

    value: str
    label: str
    count: int | None = None


class Page:
    """The queue's pages."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def home(self, _request: web.Request) -> web.StreamResponse:
        """The queue is the console's first page."""
        raise web.HTTPPermanentRedirect("/console/")

    async def show(self, request: web.Request) -> web.StreamResponse:
        """A page of the queue."""
        me, now = visitor(request), self._desk.clock()
        asked, after = Asked.read(request.query), cursor(request.query)
        wanted = asked.filter(now)
        if after is not None and pages.is_fragment(request):
            return await self._more(request, asked, after)
        async with self._desk.database.read() as connection:
            last = await pulse.newest(connection)  # first: what comes now is told by events
            found, counted = await counts.look(connection, wanted, me.scope, now=now, after=after)
            saved = await views.of(connection, me.account.id)
        response = pages.render(
            request,
            "queue/queue.html",
            asked=asked,
            agencies=self._desk.agencies,
            items=[shown(item) for item in found.items],
            next=str(found.next) if found.next else "",
            counted=counted,
            needs=_needs(counted),
            choices=_choices(request, me, asked, counted, self._desk.agencies),
            ages=AGES,
            belows=BELOW,
            saved=saved,
            last=last,
        )
        if pages.is_fragment(request):  # without the form's empty fields
            response.headers["HX-Push-Url"] = f"/console/?{asked.query()}"
        return response

    async def _more(self, request: web.Request, asked: Asked, after: Cursor) -> web.StreamResponse:
        """The rows that go on where the list ends, and no counts: they stand there already."""
        now, scope = self._desk.clock(), visitor(request).scope
        async with self._desk.database.read() as connection:
            found = await queue.search(connection, asked.filter(now), scope, now=now, after=after)
        return pages.render(
            request,
            "queue/rows.html",
            asked=asked,
            agencies=self._desk.agencies,
            items=[shown(item) for item in found.items],
            next=str(found.next) if found.next else "",
        )

    async def row(self, request: web.Request) -> web.StreamResponse:
        """One complaint as a row, for a list that is looked at while it changes."""
        ticket = request.match_info["ticket"]
        async with self._desk.database.read() as connection:
            found = await queue.among(
                connection, [ticket], Filter(status=ANY), visitor(request).scope
            )
        if not found:
            return pages.refusal(request, 404, "missing")
        return pages.render(
            request,
            "queue/row.html",
            one=shown(found[0]),
            agencies=self._desk.agencies,
            asked=Asked.read(request.query),
        )


def shown(item: Item) -> dict[str, Any]:
    """A row as the template reads it: words without personal data, and where it leads."""
    if item.ticket:
        link = f"/console/reports/{item.ticket}"
    else:
        link = f"/console/talks/{item.conversation_id}" if item.conversation_id else ""
    return {
        "key": item.ticket or f"{item.kind}-{item.id}",
        "link": link,
        "mark": _MARKS.get(item.urgency, "none"),
        "said": masked(item.text),
        "where": item.kelurahan or item.kecamatan or item.kota or masked(item.place),
        "percent": None if item.confidence is None else round(item.confidence * 100),
        "item": item,
    }


def _needs(counted: Tally) -> list[tuple[str, int]]:
    return [(name, counted.by["urgency"].get(need.value, 0)) for name, need in NEEDS.items()]


def _choices(
    request: web.Request, me: Visitor, asked: Asked, counted: Tally, agencies: Agencies
) -> dict[str, list[Choice]]:
    lang = pages.locale_of(request)
    slugs = [slug for slug, row in categories().items() if row.kind != "none"]
    by = counted.by
    return {
        "category": _options(
            slugs, asked.category, by["category"], lambda slug: _category(slug, lang)
        ),
        "status": _options(
            [*Status], asked.status, by["status"], lambda status: say(lang, f"status_{status}", {})
        ),
        "channel": _options(by["channel"], asked.channel, by["channel"], str),
        "agency": []
        if me.scope.agency
        else _options(
            [*agencies.by_slug, *by["agency"]],
            asked.agency,
            by["agency"],
            lambda one: agencies.name(one, lang),
        ),
        "area": _areas(asked.area, by["kota"]),
    }


def _options(
    values: Iterable[str | None], chosen: str, counts: Mapping[Any, int], label: Any
) -> list[Choice]:
    listed = dict.fromkeys(str(value) for value in (*values, chosen) if value and value != ANY)
    return [Choice(value, label(value), counts.get(value, 0)) for value in listed]


def _category(slug: str, lang: str) -> str:
    row = categories().get(slug)
    return row.name[lang] if row else slug


def _areas(chosen: str, counts: Mapping[Any, int]) -> list[Choice]:
    """Kota and kecamatan; within the chosen kecamatan its kelurahan too."""
    known = gazetteer()
    paths = {area.name: area.name for area in known.kota}
    paths |= {f"{area.kota}/{area.name}": f"\u2003{area.name}" for area in known.kecamatan}
    within = "/".join(chosen.split("/")[:2])
    paths |= {
        f"{area.kota}/{area.kecamatan}/{area.name}": f"\u2003\u2003{area.name}"
        for area in known.kelurahan
        if f"{area.kota}/{area.kecamatan}" == within
    }
    if chosen:
        paths.setdefault(chosen, chosen)
    return [Choice(path, paths[path], counts.get(path)) for path in sorted(paths)]
