"""The page: in the reader's language, under the strictest policy that lets it work.

Nothing is loaded from anywhere else; only `tiles_url`, if set, widens the policy.
"""

from __future__ import annotations

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
    files: Files = field(default_factory=lambda: Files.found(SHARED, STATIC))
    words: dict[str, dict[str, str]] = field(default_factory=words)

    def page(self, language: str) -> web.Response:
        """Make the chat page."""
        base = f"/channels/webchat/static/{self.files.digest}"
        text = _template().render(
            t=self.words[language],
            lang=language,
            other="en" if language == "id" else "id",
            base=base,
            settings=inline(self._settings(language, base)),
        )
        response = web.Response(text=text, content_type="text/html")
        response.headers["Content-Security-Policy"] = self._policy()
        response.headers["Permissions-Policy"] = _FEATURES
        response.headers["Cache-Control"] = "no-store"  # it carries a session
        response.headers["Vary"] = "Accept-Language, Cookie"
        response.headers["Content-Language"] = language
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_S, path="/", samesite="Lax")
        return response

    def _settings(self, language: str, base: str) -> dict[str, Any]:
        return {
            "lang": language,
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
            f"img-src {pictures}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )


def _template() -> Any:
    loader = FileSystemLoader(ROOM / "pages")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    return environment.get_template("chat.html")
