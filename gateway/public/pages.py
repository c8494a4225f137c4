"""The pages themselves: one file each, no script, styles within, in the reader's language."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dialogs.phrasebook import LOCALES, say
from dialogs.rule import category_of
from store.publishing import PublicComplaint

_ROOM = Path(__file__).parent
_WORDS = (
    "page_title", "page_lead", "page_category", "page_area", "page_area_unknown", "page_status",
    "page_history", "page_filed", "page_text", "page_photo", "page_photo_result", "page_find",
    "page_number", "page_look", "page_example", "page_other_language", "page_emergency",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Pages:
    """Makes pages; dates are those of `zone`."""

    zone: ZoneInfo

    def complaint(self, found: PublicComplaint, locale: str) -> web.Response:
        """The page of a ticket."""
        row = category_of(found.category)
        words = {
            "heading": found.ticket,
            "category": row.name[locale] if row else found.category,
            "stands": say(locale, f"status_{found.status.value}", {}),
            "steps": [
                (say(locale, f"status_{step.status.value}", {}), *self._day(step.at, locale))
                for step in found.steps
            ],
        }
        return self._page(200, locale, f"/t/{found.ticket}", found=found, **words)

    def form(self, locale: str) -> web.Response:
        """The page that asks for a number."""
        heading = say(locale, "page_find", {})
        return self._page(200, locale, "/t/", heading=heading)

    def sorry(self, locale: str, status: int, phrase: str) -> web.Response:
        """A page that says why there is nothing to see, with the form."""
        heading = say(locale, phrase, {})
        return self._page(status, locale, "/t/", heading=heading)

    def _page(self, status: int, locale: str, path: str, **words: Any) -> web.Response:
        style = _style()
        text = _template().render(
            **{"found": None, **words},
            t={name.removeprefix("page_"): say(locale, name, {}) for name in _WORDS},
            lang=locale,
            other=next(one for one in LOCALES if one != locale),
            path=path,
            style=style,
        )
        response = web.Response(text=text, status=status, content_type="text/html")
        response.headers.update(_headers(style))
        response.headers["Content-Language"] = locale
        return response

    def _day(self, at: datetime, locale: str) -> tuple[str, str]:
        """A date for machines, and as it is read."""
        local = at.astimezone(self.zone)
        month = say(locale, "page_months", {}).split()[local.month - 1]
        return f"{local:%Y-%m-%d}", f"{local.day} {month} {local.year}"


def _headers(style: str) -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        ),
        "X-Robots-Tag": "noindex, nofollow, noarchive",
        "Cache-Control": "no-store",
        "Vary": "Accept-Language",
    }


@cache
def _style() -> str:
    return (_ROOM / "page.css").read_text(encoding="utf-8")


@cache
def _template() -> Any:
    loader = FileSystemLoader(_ROOM)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("page.html")
