"""The forms of the panel: one word on one report, then the next report.

Each is a plain form; htmx sends it without loading a page, and follows the answer's 303 to the next
report. What cannot be done is answered into the panel, with all that was typed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from multidict import MultiDictProxy

from console import pages
from console.correct import acts, following, twins
from console.correct.acts import By
from console.correct.naming import named
from console.correct.typed import number, plain, ticket_in
from console.desk import Desk
from console.door import guarded
from console.rights import Right
from console.visitor import visitor
from nlu.learning.labels import NOT_A_COMPLAINT, UnknownLabelError
from nlu.slots.personal import masked
from store import dossier
from store.correcting import Mark
from store.joining import NoTicketError, SameError
from store.revisions import ConflictError
from store.said import Said
from store.splitting import NotHisWordsError
from store.undoing import NothingToUndoError
from store.workflow import IllegalMoveError

Form = MultiDictProxy[Any]
Act = Callable[[Mark, By], Awaitable[None]]
_OURS = frozenset({"csrf", "rev"})  # fields that a form's second try gets anew
_IN_PANEL = "#act"  # where the page shows what asks for a word more


class _NotUnderstoodError(ValueError):
    """What was typed names nothing: the key of a sentence, and what it may have meant."""

    def __init__(self, word: str, meant: Sequence[str] = ()) -> None:
        super().__init__(word)
        self.word, self.meant = word, tuple(meant)


def routes(desk: Desk) -> list[web.RouteDef]:
    """What is said of one report."""
    forms = _Forms(desk)
    report, right = "/console/reports/{ticket}", Right.CORRECT
    return [
        web.post(f"{report}/correct", guarded(desk, forms.correct, right)),
        web.get(f"{report}/duplicate", guarded(desk, forms.twins, right)),
        web.post(f"{report}/duplicate", guarded(desk, forms.duplicate, right)),
        web.get(f"{report}/split", guarded(desk, forms.halves, right)),
        web.post(f"{report}/split", guarded(desk, forms.split, right)),
        web.post("/console/correct/undo", guarded(desk, forms.undo, right)),
        web.get("/console/correct/next", guarded(desk, forms.next)),
        web.get(following.DONE, guarded(desk, forms.done)),
    ]


class _Forms:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def correct(self, request: web.Request) -> web.StreamResponse:
        """A category or several, that it is right as it is, or a language."""
        form = await request.post()
        stays = bool(form.get("language"))

        async def act(mark: Mark, by: By) -> None:
            await acts.say(self._desk, mark, _said(form), by=by)

        return await self._acted(request, act, stays=stays)

    async def duplicate(self, request: web.Request) -> web.StreamResponse:
        """It tells of the same as another report."""
        typed = plain((await request.post()).get("of"))

        async def act(mark: Mark, by: By) -> None:
            try:
                await acts.duplicate(self._desk, mark, ticket_in(typed), by=by)
            except NoTicketError as error:
                raise _NotUnderstoodError("no_ticket") from error
            except IllegalMoveError as error:
                raise _NotUnderstoodError("not_now") from error
            except SameError as error:
                raise _NotUnderstoodError("same") from error

        return await self._acted(request, act)

    async def split(self, request: web.Request) -> web.StreamResponse:
        """It tells of two things: the second one becomes a report of its own."""
        form = await request.post()

        async def act(mark: Mark, by: By) -> None:
            (slug, *_) = _categories(form) or ("",)
            if slug in ("", NOT_A_COMPLAINT):
                raise _NotUnderstoodError("no_second")
            try:
                await acts.split(self._desk, mark, slug, str(form.get("text", "")), by=by)
            except NotHisWordsError as error:
                raise _NotUnderstoodError("not_his_words") from error

        return await self._acted(request, act)

    async def undo(self, request: web.Request) -> web.StreamResponse:
        """The moderator's last word, or another, is taken back: its report is shown again."""
        me = visitor(request)
        by = By(actor=me.name, scope=me.scope)
        typed = (await request.post()).get("correction")
        try:
            undone = await acts.undo(self._desk, number(typed), by=by)
        except NothingToUndoError:
            return self._refused(request, _NotUnderstoodError("nothing_to_undo"))
        except ConflictError as conflict:
            return await self._changed(request, conflict, again=False)
        raise web.HTTPSeeOther(following.here(undone.ticket, request.query))

    async def next(self, request: web.Request) -> web.StreamResponse:
        """Pass a report over, without a word on it."""
        now, scope, query = self._desk.clock(), visitor(request).scope, request.query
        ticket = plain(query.get("after"))
        async with self._desk.database.read() as connection:
            place = await following.place_of(connection, ticket, query, scope)
            where = await following.after(connection, ticket, place, query, scope, now=now)
        raise web.HTTPSeeOther(where)

    async def done(self, request: web.Request) -> web.StreamResponse:
        """Nothing is left that nobody has looked at."""
        queue = "/console/" + (f"?{request.query_string}" if request.query_string else "")
        return pages.render(request, "correct/done.html", queue=queue)

    async def twins(self, request: web.Request) -> web.StreamResponse:
        """Which report it may repeat."""
        ticket = plain(request.match_info["ticket"])
        report, found = await twins.twins(self._desk, ticket, visitor(request).scope)
        if report is None:
            return pages.refusal(request, 404, "missing")
        return self._asked(request, "correct/twins.html", report=report, twins=found)

    async def halves(self, request: web.Request) -> web.StreamResponse:
        """What the second half of it is about."""
        ticket = plain(request.match_info["ticket"])
        async with self._desk.database.read() as connection:
            report = await dossier.of(connection, ticket, visitor(request).scope)
        if report is None:
            return pages.refusal(request, 404, "missing")
        read = report.predicted
        likely = [one.category for one in read.candidates] if read else []
        others = [slug for slug in likely if slug not in (report.category, NOT_A_COMPLAINT)]
        return self._asked(
            request, "correct/halves.html", report=report, others=others, text=masked(report.text)
        )

    # -- what all of them do

    async def _acted(
        self, request: web.Request, act: Act, *, stays: bool = False
    ) -> web.StreamResponse:
        """Do it and go to the next report, or say why not. `stays`: to the same one."""
        me, query, now = visitor(request), request.query, self._desk.clock()
        ticket = plain(request.match_info["ticket"])
        rev = plain((await request.post()).get("rev"))
        mark = Mark(ticket=ticket, rev=number(rev) if rev else None)
        async with self._desk.database.read() as connection:
            place = await following.place_of(connection, ticket, query, me.scope)
        try:
            await act(mark, By(actor=me.name, scope=me.scope))
        except ConflictError as conflict:
            return await self._changed(request, conflict, again=True)
        except _NotUnderstoodError as error:
            return self._refused(request, error)
        except UnknownLabelError:
            return self._refused(request, _NotUnderstoodError("no_category"))
        except LookupError:
            return pages.refusal(request, 404, "missing")
        if stays:
            raise web.HTTPSeeOther(following.here(ticket, query))
        async with self._desk.database.read() as connection:
            where = await following.after(connection, ticket, place, query, me.scope, now=now)
        raise web.HTTPSeeOther(where)

    async def _changed(
        self, request: web.Request, conflict: ConflictError, *, again: bool
    ) -> web.StreamResponse:
        """What happened since; with the same form once more, one key from being sent."""
        fields = [
            (name, value)
            for name, value in (await request.post()).items()
            if isinstance(value, str) and name not in _OURS
        ]
        return self._asked(
            request,
            "correct/changed.html",
            status=409,
            conflict=conflict,
            fields=fields,
            again=again,
            action=request.path_qs,
            chosen=_chosen(fields),
        )

    def _refused(self, request: web.Request, error: _NotUnderstoodError) -> web.StreamResponse:
        return self._asked(
            request, "correct/refused.html", status=422, word=error.word, meant=error.meant
        )

    def _asked(
        self, request: web.Request, template: str, *, status: int = 200, **values: object
    ) -> web.Response:
        """A page that asks for one word more; for htmx the part that the page's dialog shows."""
        ticket = request.match_info.get("ticket", "")
        back = following.here(ticket, request.query) if ticket else "/console/"
        said = urlencode(dict(request.query))
        response = pages.render(
            request, template, status=status, back=back, query=said, ticket=ticket, **values
        )
        response.headers["HX-Retarget"] = _IN_PANEL
        response.headers["HX-Reswap"] = "innerHTML"
        response.headers["HX-Reselect"] = "unset"
        response.headers["HX-Push-Url"] = "false"
        return response


def _said(form: Form) -> Said | None:
    """What the panel says; None: it is right as it is."""
    language = _field(form, "language")
    if language:
        return Said(language=language)
    slugs = _categories(form)
    if slugs:
        return Said(categories=slugs)
    if _field(form, "right"):
        return None
    raise _NotUnderstoodError("no_category")


def _categories(form: Form) -> tuple[str, ...]:
    """The main category, then the others that were ticked."""
    main = _field(form, "category")
    typed = _field(form, "named")
    if not main and typed:
        meant = named(typed)
        if not meant:
            raise _NotUnderstoodError("no_category")
        main = meant[0]
    also = [str(one) for one in form.getall("also", [])]
    if not main and also:
        main = also[0]
    if main == NOT_A_COMPLAINT:
        also = []
    return tuple(dict.fromkeys(one for one in (main, *also) if one))


def _field(form: Form, name: str) -> str:
    return plain(form.get(name))


def _chosen(fields: Sequence[tuple[str, str]]) -> str:
    """The category that he chose, for the sentence that says so; "" for another act."""
    of = dict(fields)
    typed = named(of.get("named", ""))
    return of.get("category", "") or (typed[0] if typed else "")
