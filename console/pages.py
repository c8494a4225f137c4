"""Templates and words become pages. htmx asks for a part of a page and gets the part alone."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from channels.pages import SHARED, Files, preferred
from console.rights import Right
from console.visitor import VISITOR
from console.words import LOCALES, words
from dialogs.phrasebook import say
from dialogs.rule import category_of
from nlu.slots.personal import masked

ROOM = Path(str(files("console")))
ZONE: web.AppKey[ZoneInfo] = web.AppKey("console_zone", ZoneInfo)


@cache
def static() -> Files:
    """What the pages load, below one digest."""
    return Files.found(SHARED, ROOM / "static")


def is_fragment(request: web.Request) -> bool:
    """Whether htmx asks for a part of a page, to put it into the one that is shown."""
    return request.headers.get("HX-Request") == "true" and "HX-Boosted" not in request.headers


def locale_of(request: web.Request) -> str:
    """The language of whoever asks: his account's, else his browser's."""
    found = request.get(VISITOR)
    return found.locale if found else preferred(request.headers.get("Accept-Language", ""))


def render(
    request: web.Request, template: str, *, status: int = 200, **values: Any
) -> web.Response:
    """Fill a template. It knows `t` (words), `me` (who asks, or None), and what is passed."""
    locale = locale_of(request)
    text = environment().get_template(template).render(**_common(request, locale), **values)
    response = web.Response(text=text, status=status, content_type="text/html")
    response.headers["Content-Language"] = locale
    response.headers["Vary"] = "HX-Request"
    return response


def refusal(request: web.Request, status: int, word: str) -> web.Response:
    """A page that says why not: `word` is a key of words/<locale>/refusals.yml."""
    why = getattr(words(locale_of(request)).refusals, word)
    return render(request, "refusal.html", status=status, why=why)


def _common(request: web.Request, locale: str) -> dict[str, Any]:
    me = request.get(VISITOR)
    return {
        "t": words(locale),
        "me": me,
        "lang": locale,
        "other": next(one for one in LOCALES if one != locale),
        "csrf": me.csrf if me else "",
        "files": f"/console/static/{static().digest}",
        "path": request.path,
        "fragment": is_fragment(request),
        "Right": Right,
    }


@cache
def environment() -> Environment:
    """The templates, escaping everything; an unknown word is an error, not an empty place."""
    made = Environment(
        loader=FileSystemLoader(ROOM / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        fill=_fill,
        category=_category,
        status=_status,
        moment=_moment,
        day=_day,
        iso=_iso,
        masked=masked,
    )
    made.globals["zone"] = ZoneInfo("UTC")  # the city's, once it is served (app.routes)
    return made


def _fill(text: str, **values: Any) -> str:
    """A word with its placeholders filled; the page escapes what comes out."""
    return text.format(**values)


@pass_context
def _category(context: Context, slug: str) -> str:
    """What a category is called in the reader's language."""
    row = category_of(slug)
    return row.name[context["lang"]] if row else slug


@pass_context
def _status(context: Context, status: str) -> str:
    """What a status is called in the reader's language."""
    return say(context["lang"], f"status_{status}", {})


@pass_context
def _moment(context: Context, at: datetime) -> str:
    """Day and time in the city's zone: 25 Nov 22.05."""
    local = at.astimezone(context["zone"])
    return f"{_day(context, at)} {local:%H.%M}"


@pass_context
def _day(context: Context, at: datetime) -> str:
    """A day in the city's zone: 25 Nov 2026."""
    local = at.astimezone(context["zone"])
    month = context["t"].common.months.split()[local.month - 1]
    return f"{local.day} {month} {local.year}"


def _iso(at: datetime) -> str:
    """For <time datetime>."""
    return at.isoformat(timespec="seconds")
