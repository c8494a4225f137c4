"""The teaching page, and its three buttons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from console import pages
from console.desk import Desk
from console.door import Handler
from console.figures import decimal
from console.teach import promotion, shown
from console.teach.promotion import NotBetterError
from console.teach.seen import State, lines, state
from console.teach.trainer import Trainer
from console.visitor import visitor
from console.words import words
from nlu.engines.model import ModelError
from store import trainings
from store.trainings import AlreadyTrainingError

PAGE = "/console/teach"


def page(desk: Desk) -> Handler:
    """GET /console/teach."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return await _shown(desk, request)

    return answer


def progress(desk: Desk) -> Handler:
    """GET /console/teach/progress: how far the training is; the page anew once it has ended."""

    async def answer(request: web.Request) -> web.StreamResponse:
        async with desk.database.read() as connection:
            run = await trainings.newest(connection, desk.clock())
        response = pages.render(request, "teach/progress.html", run=run)
        if run is None or run.state != "running":
            response.headers["HX-Refresh"] = "true"
        return response

    return answer


def train(desk: Desk, trainer: Trainer) -> Handler:
    """POST /console/teach/train."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            await trainer.begin(visitor(request).name, desk.clock())
        except AlreadyTrainingError:
            return await _shown(desk, request, refused="already")
        raise web.HTTPSeeOther(PAGE)

    return answer


def promote(desk: Desk) -> Handler:
    """POST /console/teach/promote: `version`."""

    async def answer(request: web.Request) -> web.StreamResponse:
        version = str((await request.post()).get("version", ""))
        who, now = visitor(request).name, desk.clock()
        try:
            await promotion.promote(desk.database, desk.ids, desk.var, version, actor=who, now=now)
        except ModelError as error:
            return await _shown(desk, request, refused=_why(error))
        raise web.HTTPSeeOther(PAGE)

    return answer


def roll_back(desk: Desk) -> Handler:
    """POST /console/teach/rollback: `version`."""

    async def answer(request: web.Request) -> web.StreamResponse:
        version = str((await request.post()).get("version", ""))
        who, now = visitor(request).name, desk.clock()
        try:
            await promotion.roll_back(
                desk.database, desk.ids, desk.var, version, actor=who, now=now
            )
        except ModelError as error:
            return await _shown(desk, request, refused=_why(error))
        raise web.HTTPSeeOther(PAGE)

    return answer


def _why(error: ModelError) -> str:
    return error.why if isinstance(error, NotBetterError) else "gone"


async def _shown(desk: Desk, request: web.Request, refused: str = "") -> web.StreamResponse:
    lang = pages.locale_of(request)
    seen = await state(desk)

    def when(at: datetime) -> str:
        return at.astimezone(desk.zone).strftime("%d.%m. %H.%M")

    values = {
        "seen": seen,
        "asked": await lines(desk),
        "refused": refused,
        "verdict": _verdict(seen, lang),
        **_drawings(seen, lang),
        "curve": shown.curve(seen.points, words(lang).teach, lang, when) if seen.points else None,
    }
    return pages.render(request, "teach/teach.html", status=409 if refused else 200, **values)


def _drawings(seen: State, lang: str) -> dict[str, Any]:
    """Candidate beside current model; nothing where there is none, or it was told too little of."""
    told = seen.figures.get("fares") or {}
    if not told or not told["after"]["classes"]:
        return {"reliability": None, "classes": [], "confusion": None}
    w = words(lang).teach
    return {
        "reliability": shown.reliability(told["before"], told["after"], w),
        "classes": shown.classes(told["before"], told["after"], lang),
        "confusion": shown.confusion(told["after"], w, lang),
    }


def _verdict(seen: State, lang: str) -> list[tuple[str, ...]]:
    """A row for each comparison that was made."""
    w = words(lang).teach
    rows: list[tuple[str, ...]] = []
    for name, word in (("frozen", w.frozen), ("unseen", w.unseen), ("taught", w.taught)):
        one: Mapping[str, Any] = seen.figures.get(name) or {}
        if one.get("n"):
            change, low = (
                f"{round(one[key], 3) + 0.0:+.3f}".replace(".", "," if lang == "id" else ".")
                for key in ("value", "low")
            )
            rows.append(
                (
                    word, str(one["n"]), decimal(one["before"], lang), decimal(one["after"], lang),
                    change, low, f"{one['won']} / {one['lost']}",
                )
            )  # fmt: skip
    return rows
