"""The Bot API over python-telegram-bot, without its types and without its talkativeness.

python-telegram-bot gives connections, encoding and methods. Its constructors are strict (an
update that lacks one required field raises inside `get_updates` and takes its whole batch along),
so requests and answers stay plain JSON here. The token stands in every URL: nothing in this
module puts a URL, or an error that may quote one, into a log or an exception.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

# httpx logs every URL at INFO, httpcore at DEBUG; telegram logs URLs and messages at DEBUG and
# answers that are not JSON at ERROR. What matters of all that comes back as an outcome.
# https://github.com/python-telegram-bot/python-telegram-bot/issues/4724
TALKATIVE = ("httpx", "httpcore", "telegram")

_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    RuntimeError,  # the connections were closed under a send: the gateway stops
)
_DETAIL_LIMIT = 200


class Rejected(TelegramError):  # noqa: N818 - says what became of the request
    """Telegram answered, and said no. Source: Bot API, "Making requests", ResponseParameters."""

    def __init__(self, code: int, answer: Mapping[str, Any]) -> None:
        parameters = answer.get("parameters")
        parameters = parameters if isinstance(parameters, Mapping) else {}
        self.code = code
        self.description = str(answer.get("description", ""))[:_DETAIL_LIMIT]
        self.retry_after_s = _seconds(parameters.get("retry_after"))
        self.migrate_to = parameters.get("migrate_to_chat_id")
        super().__init__(f"{code} {self.description}".strip())


@dataclass(eq=False)
class Broken(Exception):  # noqa: N818 - says what the connection is
    """No answer that can be read. `sent` says whether the request may have arrived."""

    detail: str
    sent: bool

    def __str__(self) -> str:
        return self.detail


class _Request(HTTPXRequest):
    """Tells every refusal by its status code, before the library sorts it by its own rules."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        code, payload = await super().do_request(*args, **kwargs)
        if not httpx.codes.is_success(code):
            raise Rejected(code, _answer(payload))
        return code, payload


class Api(Bot):
    """A bot that speaks JSON. Open until `close()`."""

    def __init__(self, token: str, base: str, *, poll_timeout_s: int) -> None:
        for name in TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        super().__init__(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=_Request(connection_pool_size=32, read_timeout=15),
            # The answer to a long poll comes when Telegram's own wait is over.
            get_updates_request=_Request(connection_pool_size=1, read_timeout=poll_timeout_s + 10),
        )

    def __repr__(self) -> str:
        return "Api(token hidden)"

    async def call(self, method: str, body: Mapping[str, Any]) -> Any:
        """Call a method and return the answer's `result`. Raises Rejected, Broken."""
        try:
            return await self._post(method, dict(body))
        except Rejected:
            raise
        except TelegramError as error:
            raise _broken(error.__cause__) from None
        except (KeyError, TypeError, ValueError):
            raise Broken("Telegram's answer cannot be read", sent=True) from None

    @asynccontextmanager
    async def download(self, path: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open a file that `getFile` named. Raises Rejected, Broken."""
        timeout = httpx.Timeout(15, read=30)
        try:
            async with (
                httpx.AsyncClient(timeout=timeout) as client,
                client.stream("GET", f"{self._base_file_url}/{path}") as answer,
            ):
                if not answer.is_success:
                    raise Rejected(answer.status_code, {})
                yield answer.aiter_bytes()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _broken(error) from None

    async def close_connections(self) -> None:
        """Close the connections; the bot is of no use afterwards."""
        for request in self._request:
            await request.shutdown()


def _broken(cause: BaseException | None) -> Broken:
    """Say what broke by the error's class alone: its words may hold the URL."""
    if cause is None:
        return Broken("Telegram's answer cannot be read", sent=True)
    return Broken(
        f"no answer from Telegram: {type(cause).__name__}", not isinstance(cause, _NOT_SENT)
    )


def _answer(payload: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, Mapping) else {}


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
