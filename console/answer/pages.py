"""Requests of the answering panel: each changes one thing and shows the panel as it is then.

What was typed comes back whatever happens. Without a script the answer is a page of its own, or the
way back to the report; htmx gets the panel alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from console import pages
from console.answer import acts, panel, talks
from console.answer.acts import UnknownChoiceError
from console.answer.form import Form, read
from console.answer.panel import Panel
from console.answer.problems import Problem, of
from console.correct.acts import By, duplicate
from console.correct.typed import ticket_in
from console.desk import Desk
from console.door import guarded
from console.rights import Right
from console.visitor import Visitor, visitor
from dialogs.conversation import Status
from store import answering
from store.correcting import Mark
from store.media import Kept

_REPORT = "/console/reports/{ticket}"
_TALK = r"/console/talks/{talk:\d{1,18}}"
CHANGED = "report-changed"  # the event that tells the page around the panel
Act = Callable[["_Request"], Awaitable[object]]


def routes(desk: Desk) -> list[web.RouteDef]:
    """Everything that the panel asks for."""
    site = _Answers(desk)
    reports: dict[str, tuple[Act, Right]] = {
        "status": (site.status, Right.ACT),
        "note": (site.note, Right.ACT),
        "agency": (site.agency, Right.ANSWER),
        "merge": (site.merge, Right.CORRECT),
    }
    conversations: dict[str, Act] = {
        "say": site.say, "take": site.take, "back": site.back, "note": site.talk_note,
    }  # fmt: skip
    return [
        web.get(f"{_REPORT}/answer", guarded(desk, site.shown)),
        web.get(f"{_TALK}/answer", guarded(desk, site.shown, Right.ANSWER)),
        web.get(f"{_TALK}/replies", guarded(desk, site.replies, Right.ANSWER)),
        web.post(f"{_TALK}/preview", guarded(desk, site.previewed, Right.ANSWER)),
        web.post(f"{_TALK}/wording", guarded(desk, site.worded, Right.ANSWER)),
        *(
            web.post(f"{_REPORT}/{name}", guarded(desk, site.doing(name, act), right))
            for name, (act, right) in reports.items()
        ),
        *(
            web.post(f"{_TALK}/{name}", guarded(desk, site.doing(name, act), Right.ANSWER))
            for name, act in conversations.items()
        ),
    ]


class _Request:
    """A form that came, who sent it, and what it is about."""

    def __init__(self, request: web.Request, form: Form) -> None:
        self.request = request
        self.me: Visitor = visitor(request)
        self.form = form
        self.ticket: str = request.match_info.get("ticket", "") or form.ticket
        self.talk = int(request.match_info.get("talk", 0))

    @property
    def common(self) -> dict[str, Any]:
        """Who acts, and the revision that he saw."""
        return {"actor": self.me.name, "revision": self.form.revision}


class _Answers:
    """The handlers, with what they share."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # -- looking

    async def shown(self, request: web.Request) -> web.StreamResponse:
        """The panel alone."""
        found = await self._panel(_Request(request, Form()))
        return _page(request, found) if found else pages.refusal(request, 404, "missing")

    async def replies(self, request: web.Request) -> web.StreamResponse:
        """What was written last, and how far it came."""
        found = await self._panel(_Request(request, Form()))
        if found is None:
            return pages.refusal(request, 404, "missing")
        return pages.render(request, "answer/replies_page.html", answer=found)

    async def previewed(self, request: web.Request) -> web.StreamResponse:
        """The message as it would be sent; a script asks for it while somebody types."""
        asked = _Request(request, await read(request))
        found = await self._panel(asked)
        if found is None or found.talk is None:
            return pages.refusal(request, 404, "missing")
        found = await self._previewed(found, asked.form)
        if request.headers.get("HX-Target") == "answer-preview":
            return pages.render(request, "answer/preview_page.html", answer=found)
        return _page(request, found)

    async def worded(self, request: web.Request) -> web.StreamResponse:
        """One of the city's sentences behind what was typed."""
        asked = _Request(request, await read(request))
        found = await self._panel(asked)
        if found is None:
            return pages.refusal(request, 404, "missing")
        chosen = next((one for one in found.wordings if one.id == asked.form.wording), None)
        typed = asked.form.typed
        if chosen is not None:
            text = "\n".join(filter(None, (typed.text.rstrip(), chosen.text)))
            asked.form = replace(asked.form, typed=replace(typed, text=text))
        return _page(request, await self._previewed(found, asked.form))

    async def _previewed(self, found: Panel, form: Form) -> Panel:
        shown = await panel.preview_of(self._desk, found.talk or 0, form.typed.text)
        return replace(found, typed=form.typed, preview=shown)

    async def _panel(self, asked: _Request) -> Panel | None:
        """The panel of the report, or of the conversation, that a request is about."""
        talk = asked.talk or None
        return await panel.of(self._desk, asked.me, ticket=asked.ticket, talk=talk)

    # -- doing

    def doing(self, name: str, act: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Answer a form: do it, and show how things stand; say why, where it cannot be done."""

        async def handler(request: web.Request) -> web.StreamResponse:
            asked = _Request(request, await read(request))
            if await self._panel(asked) is None:
                return pages.refusal(request, 404, "missing")
            try:
                await act(asked)
            except Exception as error:
                problem = of(error)
                if problem is None:
                    raise
                return await self._refused(asked, problem)
            self._desk.ring()
            return await self._done(asked, name)

        return handler

    async def _done(self, asked: _Request, name: str) -> web.StreamResponse:
        if not pages.is_fragment(asked.request):
            raise web.HTTPSeeOther(_back(asked))
        found = await self._panel(asked)
        if found is None:  # the officer's agency has changed
            return pages.refusal(asked.request, 404, "missing")
        response = _page(asked.request, replace(found, done=name))
        response.headers["HX-Trigger"] = CHANGED
        return response

    async def _refused(self, asked: _Request, problem: Problem) -> web.StreamResponse:
        found = await self._panel(asked)
        if found is None:
            return pages.refusal(asked.request, 404, "missing")
        shown = panel.veiled(
            replace(
                await self._previewed(found, asked.form),
                problem=problem.key,
                changes=problem.changes,
            )
        )
        return _page(asked.request, shown, status=problem.status)

    async def say(self, asked: _Request) -> None:
        """Write to the citizen."""
        caps = await self._caps(asked.talk)
        await talks.say(
            *self._store, asked.talk, asked.form.typed.text, caps=caps, now=self._desk.clock(),
            **asked.common,
        )  # fmt: skip

    async def take(self, asked: _Request) -> None:
        """Let the bot fall silent."""
        await talks.take(*self._store, asked.talk, now=self._desk.clock(), **asked.common)

    async def back(self, asked: _Request) -> None:
        """Let the bot answer again."""
        await talks.give_back(*self._store, asked.talk, now=self._desk.clock(), **asked.common)

    async def talk_note(self, asked: _Request) -> None:
        """A note on a conversation."""
        await talks.note(
            *self._store, asked.talk, asked.form.typed.noted, now=self._desk.clock(), **asked.common
        )

    async def note(self, asked: _Request) -> None:
        """A note on a report."""
        await acts.note(
            *self._store, asked.ticket, asked.form.typed.noted, scope=asked.me.scope,
            now=self._desk.clock(), **asked.common,
        )  # fmt: skip

    async def status(self, asked: _Request) -> None:
        """Another status, with words and photos for the citizen."""
        typed, photos = asked.form.typed, await self._kept(asked.form)
        if typed.status not in [*Status]:
            raise UnknownChoiceError("status", typed.status)
        about = {"scope": asked.me.scope, "now": self._desk.clock(), **asked.common}
        await acts.change_status(
            *self._store,
            asked.ticket,
            Status(typed.status),
            note=typed.note,
            photos=photos,
            publish=typed.publish,
            **about,
        )

    async def agency(self, asked: _Request) -> None:
        """Another agency, by hand; or whatever the rules say."""
        about = {"scope": asked.me.scope, "now": self._desk.clock(), **asked.common}
        if asked.form.by_rule:
            rules = self._desk.agencies.assign
            await acts.assign_by_rule(*self._store, asked.ticket, rules, **about)
            return
        chosen = asked.form.typed.agency or None
        if chosen is not None and chosen not in self._desk.agencies.by_slug:
            raise UnknownChoiceError("agency", chosen)
        await acts.assign(*self._store, asked.ticket, chosen, **about)

    async def merge(self, asked: _Request) -> None:
        """A duplicate of another report."""
        mark = Mark(ticket=asked.ticket, rev=asked.form.revision)
        by = By(actor=asked.me.name, scope=asked.me.scope)
        await duplicate(self._desk, mark, ticket_in(asked.form.typed.into), by=by)

    @property
    def _store(self) -> tuple[Any, Any]:
        return self._desk.database, self._desk.ids

    async def _caps(self, talk: int) -> Any:
        async with self._desk.database.read() as connection:
            to = await answering.addressee(connection, talk)
        return panel.caps_for(self._desk, to) if to else None

    async def _kept(self, form: Form) -> tuple[Kept, ...]:
        if len(form.photos) > acts.MOST_PHOTOS:
            raise UnknownChoiceError("too_many", str(len(form.photos)))
        return tuple([await self._desk.keep_photo(one) for one in form.photos])


def _back(asked: _Request) -> str:
    """Where somebody without a script goes on."""
    return f"/console/reports/{asked.ticket}" if asked.ticket else f"/console/talks/{asked.talk}"


def _page(request: web.Request, answer: Panel, *, status: int = 200) -> web.Response:
    return pages.render(request, "answer/page.html", status=status, answer=answer)
