"""The page: in the reader's language, under the strictest policy that lets it work.

Nothing is loaded from anywhere else; only `tiles_url`, if set, widens the policy. The widget is the
same page in a frame, which the sites of `allowed_origins` alone may show.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from channels.pages import LANGUAGES, SHARED, YEAR_S, Files, Tiles, inline, preferred
from channels.webchat.payload import LONGEST

ROOM = Path(__file__).parent
STATIC = ROOM / "static"
LANGUAGE_COOKIE = "kanal_language"
WIDGET = "/channels/webchat/widget"
_LOADER_S = 300  # a site that embeds us sees a new release after five minutes
_OF_THE_WIDGET = ("title", "widget_open", "widget_close", "widget_news", "widget_away")
_MODULE = re.compile(r"[a-z]+\.js")
_FEATURES = "geolocation=(self), camera=(self), microphone=(), payment=()"


def words() -> dict[str, dict[str, str]]:
    """Every sentence of the page, by language and name."""
    read: dict[str, dict[str, str]] = yaml.safe_load((ROOM / "words.yml").read_text("utf-8"))
    return read


def language_of(request: web.Request) -> str:
    """What the reader chose, else the first of his browser's languages that we have, else id."""
    for chosen in (request.query.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if chosen in LANGUAGES:
            return str(chosen)
    return preferred(request.headers.get("Accept-Language", ""))


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Makes the page and serves its files."""

    tiles: Tiles
    max_photo_bytes: int
    allowed_origins: tuple[str, ...] = ()
    files: Files = field(default_factory=lambda: Files.found(SHARED, STATIC))
    words: dict[str, dict[str, str]] = field(default_factory=words)

    def page(self, language: str) -> web.Response:
        """Make the chat page."""
        response = self._made(language)
        response.headers["Vary"] = "Accept-Language, Cookie"
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_S, path="/", samesite="Lax")
        return response

    def framed(self, language: str, token: str) -> web.Response:
        """Make the chat page for a frame on another site, with the session that is its own."""
        return self._made(language, token)

    def loader(self) -> web.Response:
        """Make the script that draws the widget's button and panel."""
        said = {
            language: {name: sentences[name] for name in sentences if name in _OF_THE_WIDGET}
            for language, sentences in self.words.items()
        }
        settings = inline({"words": said, "page": WIDGET})
        text = _template("widget.js").render(settings=settings)
        response = web.Response(text=text, content_type="text/javascript")
        response.headers["Cache-Control"] = f"public, max-age={_LOADER_S}"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.enable_compression()
        return response

    def _made(self, language: str, token: str = "") -> web.Response:
        framed = bool(token)
        base = f"/channels/webchat/static/{self.files.digest}"
        text = _template("chat.html").render(
            t=self.words[language],
            lang=language,
            other="en" if language == "id" else "id",
            base=base,
            here=WIDGET if framed else "/",
            framed=framed,
            modules=sorted(name for name in self.files.paths if _MODULE.fullmatch(name)),
            settings=inline(self._settings(language, base, token)),
        )
        response = web.Response(text=text, content_type="text/html")
        framing = " ".join(self.allowed_origins if framed else ()) or "'none'"
        response.headers["Content-Security-Policy"] = f"{self._policy()}; frame-ancestors {framing}"
        response.headers["Permissions-Policy"] = _FEATURES
        response.headers["Cache-Control"] = "no-store"  # it carries a session
        response.headers["Content-Language"] = language
        response.enable_compression()
        return response

    def _settings(self, language: str, base: str, token: str) -> dict[str, Any]:
        return {
            "lang": language,
            "session": token,  # of a frame; elsewhere it is a cookie that no script reads
            # On a site of the same owner a frame and the page itself share one storage.
            "store": "kanal-widget" if token else "kanal",
            "words": self.words[language],
            "longest": LONGEST,
            "max_photo_bytes": self.max_photo_bytes,
            "socket": "/channels/webchat/socket",
            "photo": "/channels/webchat/photo",
            "leave": "/channels/webchat/leave",
            "city": f"{base}/city.json",
            "leaflet": f"{base}/vendor/leaflet/leaflet",
            "tiles": self.tiles.url,
            "credit": self.tiles.attribution,
        }

    def _policy(self) -> str:
        pictures = " ".join(filter(None, ("'self'", "blob:", "data:", self.tiles.origin)))
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            f"img-src {pictures}; base-uri 'none'; form-action 'none'"
        )


def _template(name: str) -> Any:
    loader = FileSystemLoader(ROOM / "pages")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    return environment.get_template(name)
