"""The card's pages: the form, and a sentence for each way in which there is nothing to fill in.

The form works without a script; the map and the own position need one. Nothing is loaded from
anywhere else; only `tiles_url`, if set, widens the policy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from channels.card.payload import LONGEST, MOST_PHOTOS
from channels.pages import SHARED, Files, Tiles, inline

ROOM = Path(__file__).parent
STATIC = ROOM / "static"
STATIC_ROOT = "/channels/card/static"
_FOR_SCRIPT = ("map_", "position_", "error_photo", "error_too_many", "sending")
_FEATURES = "geolocation=(self), camera=(self), microphone=(), payment=()"


@cache
def words() -> dict[str, dict[str, str]]:
    """Every sentence of the pages, by language and name."""
    read: dict[str, dict[str, str]] = yaml.safe_load((ROOM / "words.yml").read_text("utf-8"))
    return read


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """What was in the form that is shown again."""

    point: str = ""
    accuracy: str = ""
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Makes the pages and serves their files."""

    tiles: Tiles
    max_photo_bytes: int
    files: Files = field(default_factory=lambda: Files.found(SHARED, STATIC))

    def form(
        self, language: str, *, problem: str = "", filled: Filled | None = None, status: int = 200
    ) -> web.Response:
        """The card itself; `problem` names the sentence that says what was wrong with it."""
        trouble = self.sentence(language, problem) if problem else ""
        return self._page(
            language,
            "form.html",
            status,
            problem=trouble,
            filled=filled or Filled(),
            longest=LONGEST,
            photo_hint=self._filled(words()[language]["photo_hint"]),
            settings=inline(self._settings(language)),
        )

    def notice(
        self,
        language: str,
        name: str,
        *,
        more: str = "",
        status: int = 200,
        seconds: int | None = None,
    ) -> web.Response:
        """A page without a form: `<name>_title` and `<name>_text`, and where it goes on."""
        said = words()[language]
        answer = self._page(
            language,
            "notice.html",
            status,
            title=said[f"{name}_title"],
            text=said[f"{name}_text"],
            more=said.get(more, "") if more else "",
            good=name in {"thanks", "used"},
        )
        if seconds is not None:
            answer.headers["Retry-After"] = str(seconds)
        return answer

    def sentence(self, language: str, problem: str) -> str:
        """Say what is wrong with a form."""
        text = words()[language][f"error_{problem}"]
        return self._filled(text)

    def _filled(self, text: str) -> str:
        megabytes = str(self.max_photo_bytes // 1_000_000)
        return text.replace("{mb}", megabytes).replace("{photos}", str(MOST_PHOTOS))

    def _page(self, language: str, template: str, status: int, **more: Any) -> web.Response:
        text = (
            _templates()
            .get_template(template)
            .render(
                t=words()[language],
                lang=language,
                other="en" if language == "id" else "id",
                base=f"{STATIC_ROOT}/{self.files.digest}",
                **more,
            )
        )
        response = web.Response(text=text, status=status, content_type="text/html")
        response.headers["Content-Security-Policy"] = self._policy()
        response.headers["Permissions-Policy"] = _FEATURES
        response.headers["Referrer-Policy"] = "same-origin"  # with none, a form's Origin is "null"
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Language"] = language
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    def _settings(self, language: str) -> dict[str, Any]:
        said = words()[language]
        return {
            "words": {
                name: self._filled(text)
                for name, text in said.items()
                if name.startswith(_FOR_SCRIPT)
            },
            "city": f"{STATIC_ROOT}/{self.files.digest}/city.json",
            "tiles": self.tiles.url,
            "credit": self.tiles.attribution,
            "max_photo_bytes": self.max_photo_bytes,
            "most_photos": MOST_PHOTOS,
        }

    def _policy(self) -> str:
        pictures = " ".join(filter(None, ("'self'", "data:", self.tiles.origin)))
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            f"img-src {pictures}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(ROOM / "pages")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
