"""The page of a report, and that of a conversation without one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from console import pages
from console.answer import panel
from console.correct import panel as correcting
from console.desk import Desk
from console.door import guarded
from console.report import acts, beside, turning, veil
from console.report.acts import By, SealedError
from console.report.reasons import why
from console.report.where import FIELDS
from console.rights import Right
from console.visitor import Visitor, visitor
from nlu.slots.personal import masked
from store import dossier, transcript
from store.around import Neighbour
from store.dossier import Dossier, Talk
from store.scope import EVERYTHING
from store.transcript import Utterance


def routes(desk: Desk) -> list[web.RouteDef]:
    """What is looked at here."""
    site = _Pages(desk)
    report, talk = "/console/reports/{ticket}", r"/console/talks/{talk:\d{1,18}}"
    return [
        web.get(report, guarded(desk, site.report)),
        web.post(f"{report}/reveal", guarded(desk, site.report_lifted, Right.ACT)),
        web.get(talk, guarded(desk, site.talk)),
        web.post(f"{talk}/reveal", guarded(desk, site.talk_lifted, Right.ACT)),
    ]


class _Pages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def report(self, request: web.Request) -> web.StreamResponse:
        """A report, personal data masked."""
        return await self._report(request, lifted=False)

    async def report_lifted(self, request: web.Request) -> web.StreamResponse:
        """The same once, unmasked; that it was asked for is kept first."""
        return await self._report(request, lifted=True)

    async def talk(self, request: web.Request) -> web.StreamResponse:
        """A conversation, personal data masked."""
        return await self._talk(request, lifted=False)

    async def talk_lifted(self, request: web.Request) -> web.StreamResponse:
        """The same once, unmasked."""
        return await self._talk(request, lifted=True)

    async def _report(self, request: web.Request, *, lifted: bool) -> web.StreamResponse:
        me = visitor(request)
        ticket = request.match_info["ticket"]
        async with self._desk.database.read() as connection:
            found = await dossier.of(connection, ticket, me.scope)
            if found is None:
                return pages.refusal(request, 404, "missing")
            said = await beside.said(connection, found, me.scope)
            near = await beside.near(connection, found, me.scope)
            turn = await turning.of(connection, found, request.query, me.scope, self._desk.clock())
            correct = await correcting.of(
                connection,
                category=found.category,
                candidates=found.predicted.candidates if found.predicted else (),
                locale=found.locale,
                actor=me.name,
                now=self._desk.clock(),
            )
        over = await self._veil(me, ticket, found, lifted=lifted)
        if over is None:
            return pages.refusal(request, 403, "denied")
        report = veil.complaint(found, over)
        return pages.render(
            request,
            "report/report.html",
            report=report,
            why=why(report, self._desk.engine, request.query.get("why", "")),
            said=veil.talk(said, over),
            near=near,
            turn=turn,
            correct=correct,
            query=request.query_string,
            map=self._map(report, near, request.query_string),
            veil=over,
            may_lift=veil.may_lift(me, over),
            caps=self._desk.caps_of(found.channel, found.account),
            draft=masked(found.text),
            agency=self._desk.agencies.name(found.agency, me.locale),
            carried=[(name, value) for name, value in request.query.items() if name not in FIELDS],
            tiles_credit=self._desk.tiles.attribution if self._desk.tiles.url else "",
            radius_m=beside.RADIUS_M,
            answer=await panel.of_report(self._desk, me, ticket, lifted=not over.drawn),
        )

    async def _veil(
        self, me: Visitor, subject: str, found: Dossier | Talk, *, lifted: bool
    ) -> veil.Veil | None:
        """What he sees of the citizen's data; None where it stays sealed though he asks."""
        if not lifted:
            return veil.veil(me, anonymous=found.anonymous)
        by = By(actor=me.name, scope=me.scope)
        try:
            return await acts.lift(self._desk, me, subject, anonymous=found.anonymous, by=by)
        except SealedError:
            return None

    def _map(self, report: Dossier, near: tuple[Neighbour, ...], query: str) -> dict[str, Any]:
        """What the map is drawn from."""
        return {
            "point": None if report.lat is None else [report.lat, report.lon],
            "radius": report.place_radius_m or 0,
            "city": f"/console/static/{pages.static().digest}/city.json",
            "tiles": self._desk.tiles.url,
            "near": [_dot(one, query) for one in near],
        }

    async def _talk(self, request: web.Request, *, lifted: bool) -> web.StreamResponse:
        me = visitor(request)
        number = int(request.match_info["talk"])
        if me.scope != EVERYTHING:  # it may speak of more than his agency's
            return pages.refusal(request, 404, "missing")
        async with self._desk.database.read() as connection:
            found = await dossier.talk(connection, number)
            if found is None:
                return pages.refusal(request, 404, "missing")
            said = await transcript.utterances(connection, number)
        over = await self._veil(me, f"conversation {number}", found, lifted=lifted)
        if over is None:
            return pages.refusal(request, 403, "denied")
        shown = veil.conversation(found, over)
        return await self._talk_page(request, shown, veil.talk(said, over), over)

    async def _talk_page(
        self, request: web.Request, talk: Talk, said: list[Utterance], over: veil.Veil
    ) -> web.Response:
        me = visitor(request)
        return pages.render(
            request,
            "report/talk.html",
            talk=talk,
            report=None,
            said=said,
            readings={one.inbox_id: one for one in talk.readings},
            query=request.query_string,
            veil=over,
            may_lift=veil.may_lift(me, over),
            answer=await panel.of_talk(self._desk, me, talk.id, lifted=not over.drawn),
            caps=self._desk.caps_of(talk.channel, talk.account),
        )


def _dot(one: Neighbour, query: str) -> Mapping[str, Any]:
    return {
        "ticket": one.ticket,
        "point": [one.lat, one.lon],
        "settled": one.status.value in {"done", "rejected", "duplicate"},
        "href": f"/console/reports/{one.ticket}" + (f"?{query}" if query else ""),
    }
