"""What the pages of all channels share: languages, files that browsers keep, tiles, one map.

Files are served below their common digest, so that a browser may keep them for ever and never mixes
two releases. What several pages show (the outline of the city, the icon) stands in `static/` beside
this module, what only one shows in that channel's own `static/`.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import AfterValidator

LANGUAGES = ("id", "en")
SHARED = Path(__file__).parent / "static"
YEAR_S = 365 * 24 * 3600
_SERVED = {  # by what they are, whatever this machine's table of types says
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".png": "image/png",
}

_PACKED = frozenset({".js", ".css", ".svg", ".json"})


def client_of(request: web.Request, *, behind_proxy: bool) -> str:
    """Who asks. Only a proxy of ours is believed, and only its own word: the last one."""
    told = request.headers.get("X-Forwarded-For", "") if behind_proxy else ""
    return told.rpartition(",")[2].strip() or request.remote or ""


def _tiles(value: str) -> str:
    if value and not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d+)?/[^\s;,'\"]*", value):
        raise ValueError("not the address of tiles; write it as https://host/{z}/{x}/{y}.png")
    if value and not all(mark in value for mark in ("{z}", "{x}", "{y}")):
        raise ValueError("{z}, {x} and {y} must stand in it, where the map puts its numbers")
    return value


TilesUrl = Annotated[str, AfterValidator(_tiles)]
"""The setting `tiles_url`: "" for none."""


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
    def found(cls, *folders: Path) -> Files:
        """Look what there is in these folders; a name belongs to the last that has it."""
        paths = {
            str(path.relative_to(folder)): path
            for folder in folders
            for path in sorted(folder.rglob("*"))
            if path.suffix in _SERVED and path.is_file()
        }
        seen = hashlib.sha256()
        for name, path in paths.items():
            seen.update(name.encode() + path.read_bytes())
        return cls(paths, seen.hexdigest()[:16])

    def serve(self, digest: str, name: str, accepted: str = "") -> web.StreamResponse:
        """Serve one file, packed where `accepted` (Accept-Encoding) allows it.

        An old digest gets the new file, kept by nobody.
        """
        path = self.paths.get(name)
        if path is None:
            raise web.HTTPNotFound
        current = digest == self.digest
        keep = f"public, max-age={YEAR_S}, immutable" if current else "no-cache"
        headers = {
            "Cache-Control": keep,
            "Content-Type": _SERVED[path.suffix],
            "Vary": "Accept-Encoding",
        }
        if "gzip" in accepted.lower() and path.suffix in _PACKED:
            headers["Content-Encoding"] = "gzip"
            return web.Response(body=_packed(path, self.digest), headers=headers)
        return web.FileResponse(path, headers=headers)


@cache
def _packed(path: Path, digest: str) -> bytes:
    """A file as it travels, packed once for each release."""
    del digest
    return gzip.compress(path.read_bytes(), mtime=0)


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


def inline(settings: dict[str, Any]) -> str:
    """JSON that can stand inside a script element: nothing in it ends the element."""
    text = json.dumps(settings, ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
