"""The Bot API over python-telegram-bot, without its types and without its talkativeness.

python-telegram-bot gives connections, encoding and methods. Its constructors are strict (an
update that lacks one required field raises inside `get_updates` and takes its whole batch along),
so requests and answers stay plain JSON here. The token stands in every URL: nothing in this
module puts a URL, or an error that may quote one, into a log or an exception.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp


@contextmanager
def _without(*libraries: str) -> Iterator[None]:
    """What is imported in this block finds these not installed, unless they are in use already."""
    absent = set(libraries).difference(sys.modules)
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # None: Python's own sign
    try:
        yield
    finally:
        for library in absent:
            del sys.modules[library]


# Both are optional there, and take 9 MB: for passports, which we do not read, and for a command.
with _without("cryptography", "click"):
    from telegram import Bot, InputFile
    from telegram.error import TelegramError
    from telegram.request import BaseRequest, RequestData

# telegram logs URLs and messages at DEBUG and answers that are not JSON at ERROR, httpx (which it
# imports) every URL at INFO. What matters of all that comes back as an outcome.
# https://github.com/python-telegram-bot/python-telegram-bot/issues/4724
TALKATIVE = ("httpx", "httpcore", "telegram")

_NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    RuntimeError,  # the session is closed: the gateway is stopping
)
_CONNECT_S = 10.0
_CHUNK = 65_536  # bytes
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


class _Request(BaseRequest):
    """The library's requests over aiohttp, as its interface provides for.

    Its own HTTPXRequest costs four times the processor time of this one at 32 requests at once.
    Every refusal is told by its status code, before the library sorts it by its own rules.
    """

    def __init__(self, *, connections: int, read_timeout_s: float) -> None:
        self._connections = connections
        self._read_timeout_s = read_timeout_s
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds until an answer must be there."""
        return self._read_timeout_s

    async def initialize(self) -> None:
        """Connections open at the first request."""

    async def shutdown(self) -> None:
        """Close the connections; a request after it raises RuntimeError."""
        await self.session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        """Made inside the running loop, which it belongs to."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                timeout=aiohttp.ClientTimeout(
                    total=None, connect=_CONNECT_S, sock_read=self._read_timeout_s
                ),
            )
        return self._session

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        write_timeout: Any = None,
        connect_timeout: Any = None,
        pool_timeout: Any = None,
    ) -> tuple[int, bytes]:
        """See `BaseRequest`. The time-outs are the session's."""
        del read_timeout, write_timeout, connect_timeout, pool_timeout
        form = _form(request_data) if request_data else None
        async with self.session.request(method, url, data=form) as answer:
            payload = await answer.read()
        if not answer.ok:
            raise Rejected(answer.status, _answer(payload))
        return answer.status, payload


def _form(request_data: RequestData) -> aiohttp.FormData | dict[str, str]:
    """The parameters as a form, with files as its parts where there are some."""
    if not request_data.contains_files:
        return request_data.json_parameters
    form = aiohttp.FormData(request_data.json_parameters)
    for field, (name, content, kind) in request_data.multipart_data.items():
        form.add_field(field, content, filename=name, content_type=kind)
    return form


def photo_file(content: bytes) -> InputFile:
    """A JPEG to be uploaded as the parameter that it is given for."""
    return InputFile(content, filename="foto.jpg")


class Api(Bot):
    """A bot that speaks JSON. Open until `close()`."""

    def __init__(self, token: str, base: str, *, poll_timeout_s: int) -> None:
        for name in TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._requests = _Request(connections=64, read_timeout_s=15)
        super().__init__(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._requests,
            # The answer to a long poll comes when Telegram's own wait is over.
            get_updates_request=_Request(connections=1, read_timeout_s=poll_timeout_s + 10),
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
        try:
            async with self._requests.session.get(f"{self._base_file_url}/{path}") as answer:
                if not answer.ok:
                    raise Rejected(answer.status, {})
                yield answer.content.iter_chunked(_CHUNK)
        except (aiohttp.ClientError, TimeoutError, RuntimeError) as error:
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
