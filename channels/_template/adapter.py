"""Transport for an invented provider: signed webhooks in, JSON requests out. See README.md."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from urllib.parse import quote

import aiohttp
from pydantic import BaseModel, ConfigDict, Field

from channels._template import payload
from channels.adapter import (
    Accepted,
    Raw,
    Received,
    Refused,
    Reply,
    Retry,
    SendOutcome,
    Sent,
    Unknown,
    WirePart,
)
from channels.errors import Misconfigured, Unreachable
from channels.errors import Refused as NeverFetched
from channels.message import MediaRef, OutboundMessage

SIGNATURE_HEADER = "x-signature-256"
_TIMEOUT = aiohttp.ClientTimeout(total=30, connect=5)


class Settings(BaseModel):
    """What config.yml says under `channels._template`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token_env: str = "KANAL_TEMPLATE_TOKEN"  # noqa: S105 - a variable's name
    secret_env: str = "KANAL_TEMPLATE_SECRET"  # noqa: S105 - a variable's name
    api_base: str = Field(default="https://api.provider.example", pattern=r"^https?://\S+$")


class Adapter:
    """The provider calls us with events; we call it with messages."""

    caps = payload.CAPS
    kept_headers: frozenset[str] = frozenset()

    def __init__(self, account: str, settings: Settings) -> None:
        self._account = account
        self._settings = settings
        self._http: aiohttp.ClientSession | None = None

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Compare the HMAC-SHA256 of the body; without a secret nothing is believed."""
        secret = os.environ.get(self._settings.secret_env, "").encode()
        expected = hmac.new(secret, body, hashlib.sha256).hexdigest().encode()
        given = headers.get(SIGNATURE_HEADER, "").encode(errors="surrogatepass")
        return hmac.compare_digest(given, expected) and bool(secret)

    def parse(self, raw: Raw) -> Received:
        return payload.parse(raw, self._account)

    def acknowledge(self, accepted: Accepted) -> Reply:  # noqa: ARG002 - a bare 200 is enough
        return Reply()

    def render(self, message: OutboundMessage) -> list[WirePart]:
        return payload.render(message)

    async def start(self) -> None:
        token = os.environ.get(self._settings.token_env, "")
        for variable in (self._settings.token_env, self._settings.secret_env):
            if not os.environ.get(variable):
                raise Misconfigured(f"{variable}: empty. Put what the provider gave you into it")
        headers = {"Authorization": f"Bearer {token}"}
        self._http = aiohttp.ClientSession(headers=headers, timeout=_TIMEOUT)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def send(self, part: WirePart) -> SendOutcome:
        if self._http is None:
            return Retry(detail="not started")
        url = f"{self._settings.api_base}/{part.method}"
        try:
            async with self._http.post(url, json=dict(part.body)) as answer:
                return await self._outcome(answer)
        except aiohttp.ClientConnectorError:
            return Retry(detail="nobody answers at api_base")
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            return Unknown(detail=type(error).__name__)

    async def _outcome(self, answer: aiohttp.ClientResponse) -> SendOutcome:
        match answer.status:
            case 200 | 201:
                match await answer.json():
                    case {"id": str(number)}:
                        return Sent(provider_id=number)
                    case _:
                        return Sent()
            case 401 | 403:
                raise Misconfigured(f"{self._settings.token_env}: the provider refuses this token")
            case 410:
                return Refused(detail="the citizen blocked us", blocked=True)
            case 429:
                return Retry(detail="429", after=_wait(answer.headers.get("Retry-After", "")))
            case status if status >= 500:  # noqa: PLR2004 - HTTP
                return Retry(detail=str(status))
            case status:
                return Refused(detail=str(status))

    async def fetch(self, media: MediaRef, raw: Raw) -> AsyncIterator[bytes]:  # noqa: ARG002 - media come by reference
        if self._http is None:
            raise Unreachable("not started")
        url = f"{self._settings.api_base}/media/{quote(media.ref, safe='')}"
        try:
            async with self._http.get(url) as answer:
                if answer.status in {404, 410}:
                    raise NeverFetched("the provider no longer has this file")
                if not answer.ok:
                    raise Unreachable(f"media: {answer.status}")
                async for chunk in answer.content.iter_chunked(65_536):
                    yield chunk
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unreachable(type(error).__name__) from None


def _wait(seconds: str) -> timedelta | None:
    return timedelta(seconds=int(seconds)) if seconds.isdecimal() and len(seconds) < 6 else None  # noqa: PLR2004 - a day at most
