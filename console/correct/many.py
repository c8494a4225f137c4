"""Many reports corrected together: those of a filter, or those that look alike.

A preview with a box to tick before each; then hundreds a transaction, as far as it is shown, and
one button that takes all of it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aiohttp import web

from console import pages
from console.correct import acts, following, panel, selecting
from console.correct.acts import By
from console.correct.naming import named
from console.correct.selecting import MOST, TICKED
from console.correct.steps import Reversing, Step
from console.correct.typed import plain
from console.desk import Desk
from console.door import guarded
from console.queue.asked import Asked
from console.rights import Right
from console.visitor import visitor
from nlu.categories import categories
from nlu.learning.labels import UnknownLabelError
from nlu.slots.personal import masked
from store.desk import Filter, Item
from store.said import Said

_SHOWN = 160  # characters of a text
MANY, UNDO, ALIKE = "/console/correct/many", "/console/correct/many/undo", "/console/correct/alike"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A report of the preview."""

    item: Item
    text: str  # masked, its beginning
    href: str
    like: float | None = None
    ticked: bool = True


def routes(shared: Desk) -> list[web.RouteDef]:
    """Previews, and the steps that do it."""
    many, right = _Many(shared), Right.CORRECT
    return [
        web.get(MANY, guarded(shared, many.filtered, right)),
        web.get(ALIKE, guarded(shared, many.alike, right)),
        web.post(MANY, guarded(shared, many.correct, right)),
        web.post(UNDO, guarded(shared, many.undo, right)),
    ]


class _Many:
    def __init__(self, shared: Desk) -> None:
        self._desk = shared

    async def filtered(self, request: web.Request) -> web.StreamResponse:
        """The reports that the queue's filter holds."""
        items, more = await selecting.of_filter(
            self._desk, self._asked(request.query), visitor(request).scope
        )
        lines = [self._line(one, request.query) for one in items]
        return self._preview(request, lines, more=more)

    async def alike(self, request: web.Request) -> web.StreamResponse:
        """Those of the filter that are like one report in words, the likest first."""
        query, me = request.query, visitor(request)
        ticket = plain(query.get("of"))
        try:
            near, more = await selecting.alike(self._desk, ticket, self._asked(query), me.scope)
        except LookupError:
            return pages.refusal(request, 404, "missing")
        lines = [
            replace(self._line(item, query), like=share, ticked=share >= TICKED)
            for item, share in near
        ]
        return self._preview(request, lines, more=more, of=ticket)

    async def correct(self, request: web.Request) -> web.StreamResponse:
        """Some hundred of the ticked reports; the rest waits for the next step."""
        form, me = await request.post(), visitor(request)
        try:
            said = _said(str(form.get("category", "")), str(form.get("named", "")))
            step = Step.read(form, fresh=self._desk.ids.next)
            if not step.now:
                raise UnknownLabelError("nothing is ticked")
            outcome = await acts.say_of_many(
                self._desk, step.now, said, batch=step.batch,
                by=By(actor=me.name, scope=me.scope),
            )  # fmt: skip
        except UnknownLabelError:
            return pages.render(
                request, "correct/refused.html", status=422, word="nothing_ticked", meant=(),
                back=request.headers.get("Referer", "/console/"), query="", ticket="",
            )  # fmt: skip
        after = step.after(outcome)
        slug = said.categories[0] if said else ""
        return pages.render(request, "correct/steps.html", step=after, category=slug, action=MANY)

    async def undo(self, request: web.Request) -> web.StreamResponse:
        """Some of a batch, taken back; the rest waits for the next step."""
        form, me = await request.post(), visitor(request)
        step = Reversing.read(form)
        reversal = await acts.undo_many(
            self._desk, step.batch, after=step.upto, most=step.SIZE,
            by=By(actor=me.name, scope=me.scope),
        )  # fmt: skip
        return pages.render(
            request, "correct/steps.html", step=step.then(reversal), category="", action=UNDO
        )

    def _asked(self, query: Mapping[str, str]) -> Filter:
        return Asked.read(query).filter(self._desk.clock())

    def _line(self, item: Item, query: Mapping[str, str]) -> Line:
        text = " ".join(masked(item.text).split())
        return Line(item=item, text=text[:_SHOWN], href=following.address(item, query))

    def _preview(
        self, request: web.Request, lines: Sequence[Line], *, more: bool, of: str = ""
    ) -> web.Response:
        likely = [one.item.category for one in lines]
        common = sorted(set(likely), key=lambda slug: -likely.count(slug))
        return pages.render(
            request,
            "correct/many.html",
            lines=lines,
            more=more,
            of=of,
            names=panel.names(tuple(common[:1])),
            action=MANY,
            most=MOST,
        )


def _said(slug: str, typed: str) -> Said | None:
    """What is said of all: a category; None for "each is right as it is"."""
    if slug == "right":
        return None
    if not slug:
        slug = next(iter(named(typed)), "")
    if slug not in categories():
        raise UnknownLabelError(f"unknown category {slug!r}")
    return Said(categories=(slug,))
