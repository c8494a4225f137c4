"""/console/audit: who did what, filtered; the same as CSV and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from console import pages
from console.desk import Desk
from console.door import Handler, guarded
from console.overview.sheets import Rows, stream
from console.people import acts
from console.people.acts import By
from console.rights import Right
from console.visitor import visitor
from store import audit, audit_chain
from store.audit import Sought

PATH = "/console/audit"
_A_PAGE = 100  # rows
_A_BATCH = 1000
_EXPORTED = ("id", "at", "actor", "act", "subject", "detail")
_FIRST_YEAR, _LAST_YEAR = 1900, 9999  # between them a day can be reckoned with in any zone
_LONGEST = 200  # characters of a filter


class Trail:
    """The audit log's pages."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        """Below /console/audit."""
        return [
            web.get(PATH, self._guarded(self.look)),
            web.get(PATH + r".{kind:csv|json}", self._guarded(self.take_away)),
        ]

    def _guarded(self, handler: Handler) -> Handler:
        return guarded(self._desk, handler, Right.PEOPLE)

    async def look(self, request: web.Request) -> web.StreamResponse:
        """GET /console/audit: the newest first."""
        before = request.query.get("before", "")
        sought = self._sought(request.query)
        async with self._desk.database.read() as connection:
            found = await audit.found(
                connection,
                sought,
                before=int(before) if before.isdecimal() and len(before) < 19 else None,  # noqa: PLR2004
                most=_A_PAGE + 1,
            )
            head = await audit_chain.head(connection)
        asked = {name: value for name in _FILTERS if (value := request.query.get(name, ""))}
        older = {**asked, "before": found[_A_PAGE - 1].id} if len(found) > _A_PAGE else None
        return pages.render(
            request,
            "people/audit.html",
            rows=found[:_A_PAGE],
            asked={name: asked.get(name, "") for name in _FILTERS},
            filters=urlencode(asked),
            older=urlencode(older) if older else "",
            head=head,
        )

    def _sought(self, query: Mapping[str, str]) -> Sought:
        told = {name: query.get(name, "").strip()[:_LONGEST] for name in _FILTERS}
        since, until = self._day(told["since"]), self._day(told["until"])
        return Sought(
            actor=told["actor"],
            act=told["act"],
            subject=told["subject"],
            since=since,
            until=until + timedelta(days=1) if until else None,
        )

    def _day(self, written: str) -> datetime | None:
        """The beginning of a day in the city; None for what is no date."""
        try:
            day = date.fromisoformat(written)
        except ValueError:
            return None
        if not _FIRST_YEAR < day.year < _LAST_YEAR:
            return None
        return datetime.combine(day, time(), self._desk.zone)

    async def take_away(self, request: web.Request) -> web.StreamResponse:
        """GET /console/audit.csv, .json: what is sought; that it was taken is noted."""
        kind, now, me = request.match_info["kind"], self._desk.clock(), visitor(request)
        by = By(actor=me.name, now=now, ids=self._desk.ids)
        async with self._desk.database.begin() as connection:
            await acts.note(connection, by, "export_audit", kind)
        rows = self._batches(self._sought(request.query), kind)
        return await stream(request, kind, f"audit-{now:%Y-%m-%d}", _EXPORTED, rows)

    async def _batches(self, sought: Sought, kind: str) -> Rows:
        before = None
        while True:
            async with self._desk.database.read() as connection:
                found = await audit.found(connection, sought, before=before, most=_A_BATCH)
            if not found:
                return
            yield [_exported(one, kind) for one in found]
            before = found[-1].id


def _exported(one: audit.Kept, kind: str) -> dict[str, Any]:
    detail = json.dumps(one.detail, ensure_ascii=False) if kind == "csv" else one.detail
    return {
        "id": str(one.id),  # longer than a number of JavaScript, or of a spreadsheet
        "at": one.at.isoformat(),
        "actor": one.actor,
        "act": one.act,
        "subject": one.subject,
        "detail": detail,
    }


_FILTERS = ("actor", "act", "subject", "since", "until")


def spoken(detail: Mapping[str, Any]) -> str:
    """What a row says beside who, what and whom, in one line."""
    return " · ".join(f"{name}: {_value(value)}" for name, value in detail.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(one)}" for name, one in value.items())
    return "–" if value is None else str(value)
