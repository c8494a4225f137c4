"""The page and its files: in the reader's language, under the strictest policy that lets it work.

Files are served below their common digest, so that a browser may keep them for ever and never mixes
two releases. Nothing is loaded from anywhere else; only `tiles_url`, if set, widens the policy.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from channels.webchat.payload import LANGUAGES, LONGEST

ROOM = Path(__file__).parent
STATIC = ROOM / "static"
LANGUAGE_COOKIE = "kanal_language"
_SERVED = {  # by what they are, whatever this machine's table of types says
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".png": "image/png",
}
_YEAR_S = 365 * 24 * 3600
_FEATURES = "geolocation=(self), camera=(self), microphone=(), payment=()"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tiles:
    """A street map behind the outline of the city, where the operator has one."""

    url: str = ""
    attribution: str = ""

    @property
    def origin(self) -> str:
        """Scheme and host of the tiles, "" when there are none."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


@dataclass(frozen=True, slots=True)
class Files:
    """What browsers load: known once, by name, so that no path leads elsewhere."""

    paths: dict[str, Path]
    digest: str

    @classmethod
    def found(cls) -> Files:
        """Look what there is."""
        paths = {
            str(path.relative_to(STATIC)): path
            for path in sorted(STATIC.rglob("*"))
            if path.suffix in _SERVED and path.is_file()
        }
        seen = hashlib.sha256()
        for name, path in paths.items():
            seen.update(name.encode() + path.read_bytes())
        return cls(paths, seen.hexdigest()[:16])


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


def preferred(accepted: str) -> str:
    """The best of our languages by an Accept-Language header (RFC 9110, section 12.5.4).

    Malay readers read Indonesian; `in` is its old code.
    """
    best, weight = "id", 0.0
    for item in accepted.lower().split(","):
        tag, _, parameter = item.partition(";")
        primary = tag.strip().partition("-")[0]
        ours = {"id": "id", "in": "id", "ms": "id", "en": "en"}.get(primary)
        quality = _quality(parameter)
        if ours and quality > weight:
            best, weight = ours, quality
    return best


def _quality(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Makes the page and serves its files."""

    tiles: Tiles
    max_photo_bytes: int
    files: Files = field(default_factory=Files.found)
    words: dict[str, dict[str, str]] = field(default_factory=words)

    def page(self, language: str) -> web.Response:
        """Make the chat page."""
        base = f"/channels/webchat/static/{self.files.digest}"
        text = _template().render(
            t=self.words[language],
            lang=language,
            other="en" if language == "id" else "id",
            base=base,
            settings=_inline(self._settings(language, base)),
        )
        response = web.Response(text=text, content_type="text/html")
        response.headers["Content-Security-Policy"] = self._policy()
        response.headers["Permissions-Policy"] = _FEATURES
        response.headers["Cache-Control"] = "no-store"  # it carries a session
        response.headers["Vary"] = "Accept-Language, Cookie"
        response.headers["Content-Language"] = language
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=_YEAR_S, path="/", samesite="Lax")
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

    def file(self, digest: str, name: str) -> web.StreamResponse:
        """Serve one of the page's files. An old digest gets the new file, kept by nobody."""
        path = self.files.paths.get(name)
        if path is None:
            raise web.HTTPNotFound
        current = digest == self.files.digest
        keep = f"public, max-age={_YEAR_S}, immutable" if current else "no-cache"
        headers = {"Cache-Control": keep, "Content-Type": _SERVED[path.suffix]}
        return web.FileResponse(path, headers=headers)


def _template() -> Any:
    loader = FileSystemLoader(ROOM / "pages")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    return environment.get_template("chat.html")


def _inline(settings: dict[str, Any]) -> str:
    """JSON that can stand inside a script element: nothing in it ends the element."""
    text = json.dumps(settings, ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
