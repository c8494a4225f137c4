"""What the gateway's door serves for cards: the page, its files, and the way in for the form.

Whether a card is open is looked up at each request; that it is answered once is decided by T1,
which keeps one message of its name. Only then is the citizen thanked.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from aiohttp import web

from channels.adapter import Accept, Card, CardState, Desk, Outcome, Raw, StoreAway
from channels.card import payload
from channels.card.form import FormError, fields
from channels.card.pages import STATIC_ROOT, Filled, Pages, words
from channels.card.seal import opened
from channels.pace import Pace
from channels.pages import LANGUAGES, client_of, preferred
from channels.uploads import UploadError, Uploads

ROOT = "/c"
_THANKS = "sent"  # in the query after a form was taken: the page thanks instead of telling
_TRY_AGAIN_S = 5
_GONE = {CardState.EXPIRED: 410, CardState.ENDED: 410, CardState.USED: 200}


class _Refusal(Exception):  # noqa: N818 - an answer, not an error
    """There is no card to show; `answer` says why."""

    def __init__(self, answer: web.Response) -> None:
        super().__init__("no card")
        self.answer = answer


@dataclass(frozen=True, kw_only=True)
class CardSite:
    """The handlers, with all that they share."""

    accept: Accept
    desk: Desk
    key: bytes
    pages: Pages
    tries: Pace  # words that are no card's, by client
    max_form_bytes: int
    behind_proxy: bool
    clock: Callable[[], float]
    uploads: Uploads = field(default_factory=Uploads)

    def routes(self) -> list[web.RouteDef]:
        """Everything that cards answer to."""
        return [
            web.get(ROOT + "/{word}", self.page),
            web.post(ROOT + "/{word}", self.answer),
            web.get(STATIC_ROOT + "/{digest}/{name:.+}", self.file),
        ]

    async def file(self, request: web.Request) -> web.StreamResponse:
        digest, name = request.match_info["digest"], request.match_info["name"]
        return self.pages.files.serve(digest, name, request.headers.get("Accept-Encoding", ""))

    async def page(self, request: web.Request) -> web.Response:
        """Show the card."""
        try:
            card = await self._card(request)
        except _Refusal as refusal:
            return refusal.answer
        language = _language(request, card)
        if card.state is CardState.OPEN:
            return self.pages.form(language)
        return self._over(request, card)

    async def answer(self, request: web.Request) -> web.Response:
        """Take the form: once."""
        try:
            card = await self._card(request)
        except _Refusal as refusal:
            return refusal.answer
        language = _language(request, card)
        if not _of_our_page(request):
            return self.pages.notice(language, "foreign", status=403)
        if card.state is not CardState.OPEN:
            return self._over(request, card)
        try:
            return await self._take(request, card, language)
        except UploadError as error:
            return self.pages.form(language, problem=error.code, status=error.status)
        except StoreAway:
            return self._away(language)

    async def _take(self, request: web.Request, card: Card, language: str) -> web.Response:
        async with self.uploads.room(card.id) as has_room:
            if not has_room:
                return self._away(language)
            body = await self.uploads.read(request, self.max_form_bytes)
            content_type = request.headers.get("Content-Type", "")
            try:
                self._check(payload.read(body, content_type))
            except payload.BadAnswerError as bad:
                filled = _filled(body, content_type)
                return self.pages.form(language, problem=bad.code, filled=filled, status=422)
            accepted = await self.accept(
                Raw(
                    body=body,
                    received_at=datetime.now(UTC),
                    envelope=_envelope(card, content_type, language),
                )
            )
        if Outcome.WRITTEN in accepted.outcomes:
            there = f"{request.path}?{_THANKS}=1&lang={language}"
            return web.Response(status=303, headers={"Location": there})  # a reload sends nothing
        if Outcome.DUPLICATE in accepted.outcomes:
            return self._told(card, language, "used")
        return self._away(language)

    def _check(self, answer: payload.Answer) -> None:
        if any((one.size or 0) > self.pages.max_photo_bytes for one in answer.photos):
            raise payload.BadAnswerError("photo_too_large")

    async def _card(self, request: web.Request) -> Card:
        """The card that the address names. Raises: _Refusal."""
        language = _language(request, None)
        client = self._client(request)
        if seconds := self.tries.wait(client, self.clock()):
            raise _Refusal(self.pages.notice(language, "slow", status=429, seconds=seconds))
        card_id = opened(self.key, request.match_info["word"])
        try:
            card = await self.desk.card(card_id) if card_id else None
        except StoreAway:
            raise _Refusal(self._away(language)) from None
        if card is None:
            self.tries.take(client, self.clock())
            raise _Refusal(self.pages.notice(language, "unknown", status=404))
        return card

    def _client(self, request: web.Request) -> str:
        """Who asks: an address, of IPv6 the network that one subscriber has."""
        name = client_of(request, behind_proxy=self.behind_proxy)
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return name[:64]
        if address.version == 6:  # noqa: PLR2004
            return str(ipaddress.ip_network((int(address), 64), strict=False))
        return str(address)

    def _over(self, request: web.Request, card: Card) -> web.Response:
        """Say why a card cannot be answered any more."""
        name = str(card.state)
        if card.state is CardState.USED and _THANKS in request.query:
            name = "thanks"
        return self._told(card, _language(request, card), name, _GONE[card.state])

    def _told(self, card: Card, language: str, name: str, status: int = 200) -> web.Response:
        more = f"where_{card.channel}"
        known = more if more in words()[language] else "where_other"
        return self.pages.notice(language, name, more=known, status=status)

    def _away(self, language: str) -> web.Response:
        return self.pages.notice(language, "away", status=503, seconds=_TRY_AGAIN_S)


def _envelope(card: Card, content_type: str, language: str) -> dict[str, str]:
    return {
        "content-type": content_type,
        "card": card.id,
        "channel": card.channel,
        "account": card.account,
        "address": card.address,
        "thread": json.dumps(dict(card.thread)),
        "locale": language,
    }


def _language(request: web.Request, card: Card | None) -> str:
    """What the reader chose, else the conversation's, else what his browser prefers."""
    for chosen in (request.query.get("lang"), card.locale if card else None):
        if chosen in LANGUAGES:
            return str(chosen)
    return preferred(request.headers.get("Accept-Language", ""))


def _of_our_page(request: web.Request) -> bool:
    """Tell whether a page of ours posts this, where the browser says what page posts.

    Source: Fetch Metadata Request Headers ("Sec-Fetch-Site"); Fetch, "Origin header".
    """
    fetched = request.headers.get("Sec-Fetch-Site", "")
    if fetched:
        return fetched.lower() == "same-origin"
    origin = request.headers.get("Origin", "")
    if not origin:
        return True  # no browser of today: the card's address alone must do
    parts = urlsplit(origin) if origin.isascii() and "[" not in origin else urlsplit("")
    return parts.scheme in {"http", "https"} and parts.netloc.lower() == request.host.lower()


def _filled(body: bytes, content_type: str) -> Filled:
    """What to show again of a form that was not taken; photos must be chosen anew."""
    try:
        form = fields(body, content_type)
    except FormError:
        return Filled()
    said = {one.name: one.text for one in form if one.filename is None}
    return Filled(
        point=said.get("point", "")[:100],
        accuracy=said.get("accuracy", "")[:20],
        words=said.get("words", "")[:20_000],
    )
