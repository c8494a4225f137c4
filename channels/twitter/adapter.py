"""X's transport: polling on a budget or a webhook in, replies and direct messages out.

`Adapter(account, settings)` gives a `Polling` or a `Hooked`, by `settings.mode`. Settings, costs
and limits: README.md.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from channels.adapter import (
    Accepted,
    Caps,
    Photos,
    Raw,
    Received,
    Reply,
    Retry,
    SendOutcome,
    Sent,
    Unknown,
    WirePart,
)
from channels.errors import ChannelError, Misconfigured, Refused, Unreachable
from channels.message import MediaRef, OutboundMessage
from channels.twitter import outcome, payload
from channels.twitter.api import HOST, Api, Broken, Keys, Rejected
from channels.twitter.cursor import Cursor
from channels.twitter.news import newer
from channels.twitter.render import IN_PRIVATE, POST, caps_of, render

SIGNATURES = ("x-twitter-webhooks-signature-oauth2", "x-twitter-webhooks-signature")
_HOUR_S = 3600.0
_TOKEN = re.compile(r"[A-Za-z0-9+/=._~-]{1,256}")  # Base64 of a UUID, as X sends it; never JSON


def _host(value: str) -> str:
    if not value.startswith(("https://", "http://127.0.0.1")):
        raise ValueError("not an address; write it as https://api.twitter.com")
    return value.rstrip("/")


class Settings(BaseModel):
    """What config.yml says under `channels.twitter`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    consumer_key_env: str = "KANAL_TWITTER_CONSUMER_KEY"
    consumer_secret_env: str = "KANAL_TWITTER_CONSUMER_SECRET"  # noqa: S105 - a variable's name
    access_token_env: str = "KANAL_TWITTER_ACCESS_TOKEN"  # noqa: S105 - a variable's name
    access_secret_env: str = "KANAL_TWITTER_ACCESS_SECRET"  # noqa: S105 - a variable's name
    client_secret_env: str = "KANAL_TWITTER_CLIENT_SECRET"  # noqa: S105 - a variable's name
    mode: Literal["polling", "webhook"] = "polling"
    requests_per_hour: int = Field(default=120, ge=2, le=7200)
    """What polling may cost: questions for mentions and for messages together."""
    direct_messages: bool = True  # needs the permission "Read, Write and Direct Messages"
    api_base: Annotated[str, AfterValidator(_host)] = HOST
    media_hosts: frozenset[str] = frozenset({"pbs.twimg.com", "ton.twitter.com"})


class Twitter:
    """What both ways share: parse, render, send, fetch."""

    caps: Caps = IN_PRIVATE

    def __init__(self, account: str, settings: Settings) -> None:
        self._account = account
        self._settings = settings
        self._api: Api | None = None
        self._me: Mapping[str, str] = {}
        self._photos: Photos | None = None

    def caps_of(self, address: str) -> Caps:
        """Strangers read along under a post, nobody in a direct message."""
        return caps_of(address)

    def parse(self, raw: Raw) -> Received:
        return payload.parse(raw, self._account)

    def render(self, message: OutboundMessage) -> list[WirePart]:
        return render(message)

    async def start(self) -> None:
        """Open the connections and learn who we are."""
        if self._api is None:
            self._api = self._made()
        await self._introduce()

    def _made(self) -> Api:
        settings = self._settings
        keys = Keys(
            consumer_key=_secret(settings.consumer_key_env),
            consumer_secret=_secret(settings.consumer_secret_env),
            access_token=_secret(settings.access_token_env),
            access_secret=_secret(settings.access_secret_env),
        )
        return Api(keys, settings.api_base, settings.media_hosts)

    async def _introduce(self) -> None:
        if self._me:
            return
        match await self._asked(self._opened.me()):
            case {"id": str(number), "username": str(name)}:
                self._me = {"id": number, "username": name}
            case _:
                raise Unreachable("X does not say who we are")

    async def check(self) -> str:
        """Ask X who we are. See `channels.adapter.Checked`."""
        self._api = self._made()
        try:
            await self._introduce()
        finally:
            await self.close()
        return f"@{self._me['username']}, by {self._settings.mode}"

    async def close(self) -> None:
        if self._api is not None:
            await self._api.close()
            self._api = None

    async def send(self, part: WirePart) -> SendOutcome:
        body = part.body
        try:
            if part.method == POST:
                shown = await self._uploaded(body.get("photos", ()), private=False)
                answered = body.get("in_reply_to", "")
                number = await self._opened.post(body["text"], answered, shown)
                return self._sent(payload.PUBLIC, number)
            if "photo" not in body:
                number = await self._opened.message(body["to"], body["text"])
                return self._sent(payload.PRIVATE, number)
            shown = await self._uploaded([body["photo"]], private=True)
            if not shown:
                return Sent()  # taken back meanwhile: the words go out without it
            number = await self._opened.message(body["to"], "", shown[0])
            return self._sent(payload.PRIVATE, number)
        except Broken as error:
            return Unknown(detail=error.detail) if error.sent else Retry(detail=error.detail)
        except Rejected as error:
            return outcome.sent(error.status, error.body, error.headers, time.time())

    def use_photos(self, photos: Photos) -> None:
        self._photos = photos

    async def _uploaded(self, photos: Sequence[str], *, private: bool) -> list[str]:
        """X's ids of these photos; one that was taken back meanwhile is left out."""
        found = [await self._photos(one) if self._photos else None for one in photos]
        return [await self._opened.upload(one, private=private) for one in found if one]

    def _sent(self, kind: str, number: str) -> Sent:
        me = self._me.get("id", "")
        return Sent(provider_id=f"{me}:{kind}{number}" if number else "")

    async def fetch(self, media: MediaRef, raw: Raw) -> AsyncIterator[bytes]:  # noqa: ARG002 - media come by reference
        try:
            async with self._opened.download(media.ref) as chunks:
                async for chunk in chunks:
                    yield chunk
        except PermissionError as error:
            raise Refused(str(error)) from None
        except Broken as error:
            raise Unreachable(error.detail) from None
        except Rejected as error:
            if error.status in {403, 404, 410}:
                raise Refused(f"media: {error.status}") from None
            raise Unreachable(f"media: {error.status}") from None

    async def _asked(self, question: Any) -> Mapping[str, Any]:
        """An answer, or the ChannelError that its refusal means."""
        try:
            answer: Mapping[str, Any] = await question
        except Broken as error:
            raise Unreachable(error.detail) from None
        except Rejected as error:
            raise self._trouble(error) from None
        return answer

    def _trouble(self, error: Rejected) -> ChannelError:
        return outcome.asked(error.status, error.body, error.headers, time.time())

    @property
    def _opened(self) -> Api:
        if self._api is None:
            raise Broken("twitter: not started", sent=False)
        return self._api


class Polling(Twitter):
    """X as a `Puller`: questions cost money, so they are asked at the pace of a budget."""

    def __init__(
        self,
        account: str,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Any] = asyncio.sleep,
    ) -> None:
        super().__init__(account, settings)
        self._clock = clock
        self._sleep = sleep
        self._next_at = 0.0
        self._asked_now = 0

    async def pull(self, cursor: str | None) -> tuple[list[Raw], str | None]:
        """Wait until the budget allows, then ask for news. The cursor names the last of each kind.

        The first time nothing is taken: what was written before the gateway served is not news.
        """
        await self._sleep(max(0.0, self._next_at - self._clock()))
        self._asked_now = 0
        try:
            return await self._news(Cursor.read(cursor))
        finally:
            cost = max(1, self._asked_now) * _HOUR_S / self._settings.requests_per_hour
            self._next_at = self._clock() + cost

    async def _news(self, last: Cursor) -> tuple[list[Raw], str]:
        await self._introduce()
        items, post = await newer(self._mentions, last.post, self._me)
        dm = last.dm
        if self._settings.direct_messages:
            messages, dm = await newer(self._messages, last.dm, self._me)
            items += messages
        now = datetime.now(UTC)
        raws = [Raw(body=json.dumps(item).encode(), received_at=now) for item in items]
        return raws, replace(last, post=post, dm=dm).written()

    async def _mentions(self, since: str, page: str, most: int) -> Mapping[str, Any]:
        self._asked_now += 1
        return await self._asked(self._opened.mentions(self._me["id"], since, page, most))

    async def _messages(self, since: str, page: str, most: int) -> Mapping[str, Any]:
        del since  # X has none for messages: pages are read until what is known
        self._asked_now += 1
        return await self._asked(self._opened.messages(page, most))


class Hooked(Twitter):
    """X as a `Webhook` of the Account Activity API; it proves us by a challenge (CRC)."""

    kept_headers: frozenset[str] = frozenset()

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Compare the signature over the body. Source: "Webhooks", "Signature headers"."""
        for name, secret in zip(SIGNATURES, self._secrets(), strict=True):
            given = headers.get(name, "").encode(errors="surrogatepass")
            if secret and given:
                return hmac.compare_digest(given, _sha256(secret, body).encode())
        return False

    def challenge(self, query: Mapping[str, str]) -> Reply | None:
        """Answer X's challenge. Source: "Webhooks quickstart", "The CRC check".

        X signs deliveries with the same secret in the same way, and anybody may challenge: a token
        that could be a delivery is not answered, or he would have its signature from us.
        """
        token = query.get("crc_token", "")
        secret = next(filter(None, self._secrets()), "")
        if not _TOKEN.fullmatch(token) or not secret:
            return None
        answer = {"response_token": _sha256(secret, token.encode())}
        return Reply(body=json.dumps(answer).encode())

    def acknowledge(self, accepted: Accepted) -> Reply:  # noqa: ARG002 - X wants a 200, nothing else
        return Reply()

    def _secrets(self) -> tuple[str, str]:
        """The OAuth 2.0 client secret, which X prefers, and the consumer secret."""
        settings = self._settings
        names = (settings.client_secret_env, settings.consumer_secret_env)
        first, second = (os.environ.get(name, "") for name in names)
        return first, second


def Adapter(account: str, settings: Settings) -> Polling | Hooked:  # noqa: N802 - stands for a class
    """Make the adapter of the way that the settings choose."""
    return Hooked(account, settings) if settings.mode == "webhook" else Polling(account, settings)


def _sha256(secret: str, content: bytes) -> str:
    digest = hmac.new(secret.encode(), content, hashlib.sha256).digest()
    return f"sha256={base64.b64encode(digest).decode()}"


def _secret(variable: str) -> str:
    value = os.environ.get(variable, "")
    if not value:
        raise Misconfigured(
            f"{variable}: empty. Put what X's developer console gives you into this environment"
            " variable, or remove `twitter` from config.yml"
        )
    return value
