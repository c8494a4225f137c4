"""The privacy notice: /privasi in Indonesian, /privacy in English. The first answer links it."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.sections import City, Office, Retention

_PAGES = Path(__file__).parent / "pages"
_PATHS = {"/privasi": "privasi.html", "/privacy": "privacy.html"}
_STYLE = (_PAGES / "notice.css").read_text(encoding="utf-8")
_POLICY = (
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; style-src 'sha256-"
    + b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    + "'"
)


def routes(city: City, office: Office, retention: Retention) -> list[web.RouteDef]:
    """The notice in both languages, rendered once."""
    templates = Environment(
        loader=FileSystemLoader(_PAGES), autoescape=True, undefined=StrictUndefined
    )
    said = {"city": city, "office": office, "retention": retention, "style": _STYLE}
    return [
        web.get(path, _page(templates.get_template(name).render(said)))
        for path, name in _PATHS.items()
    ]


def _page(text: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def page(_: web.Request) -> web.Response:
        return web.Response(
            text=text, content_type="text/html", headers={"Content-Security-Policy": _POLICY}
        )

    return page
