"""Many reports corrected together: those of a filter, or those that look alike.

A preview with a box to tick before each; then hundreds a transaction, as far as it is shown, and
one button that takes all of it back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aiohttp import web

from console import pages
from console.correct import acts, following, panel
from console.correct.acts import By
from console.correct.naming import named
from console.correct.steps import Reversing, Step
from console.correct.typed import plain
from console.desk import Desk
from console.door import guarded
from console.queue.asked import Asked
from console.rights import Right
from console.visitor import Visitor, visitor
from nlu.alike import likeness
from nlu.categories import categories
from nlu.learning.labels import UnknownLabelError
from nlu.slots.personal import masked
from store import desk, dossier
from store.desk import Item
from store.said import Said

MOST = 1000  # reports of one preview
COMPARED = 4000  # reports of the filter whose words are compared with one
LIKE = 0.3  # likeness from which on a report is shown; those from TICKED on are ticked
TICKED = 0.5
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
        items, more = await self._found(request.query, visitor(request), MOST)
        lines = [self._line(one, request.query) for one in items]
        return self._preview(request, lines, more=more)

    async def alike(self, request: web.Request) -> web.StreamResponse:
        """Those of the filter that are like one report in words, the likest first."""
        query, me = request.query, visitor(request)
        async with self._desk.database.read() as connection:
            report = await dossier.of(connection, plain(query.get("of")), me.scope)
        if report is None:
            return pages.refusal(request, 404, "missing")
        items, more = await self._found(query, me, COMPARED)
        # On another thread: thousands of texts are a tenth of a second.
        like = await asyncio.to_thread(likeness, report.text, [one.text for one in items])
        near = sorted(
            ((float(share), item) for share, item in zip(like, items, strict=True)
             if share >= LIKE or item.ticket == report.ticket),
            key=lambda pair: (pair[1].ticket != report.ticket, -pair[0]),
        )  # fmt: skip
        lines = [
            replace(self._line(item, query), like=share, ticked=share >= TICKED)
            for share, item in near[:MOST]
        ]
        return self._preview(request, lines, more=more, of=report.ticket)

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

    async def _found(
        self, query: Mapping[str, str], me: Visitor, most: int
    ) -> tuple[list[Item], bool]:
        """The complaints of a filter, and whether there are more."""
        which = Asked.read(query).filter(self._desk.clock())
        async with self._desk.database.read() as connection:
            rows = await desk.conditions(connection, which, me.scope)
            page = await desk.page_of(connection, rows, (), most=most)
        return list(page.items), page.next is not None

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
