"""Telegram's transport: updates by polling or by webhook, messages and files over the Bot API.

`Adapter(account, settings)` gives a `Polling` or a `Hooked`, by `settings.mode`: Telegram allows
one way at a time. Settings and limits: README.md.
"""

from __future__ import annotations

import hmac
import json
import os
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

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
from channels.errors import Misconfigured, Unreachable
from channels.errors import Refused as NeverFetched
from channels.message import MediaRef, Moved, OutboundMessage
from channels.telegram import checking, payload
from channels.telegram.api import Api, Broken, Rejected, photo_file
from channels.telegram.refusals import Floods, dead_token, outcome, trouble
from channels.telegram.render import CAPS, in_public, render

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
DOWNLOAD_LIMIT = 20_000_000  # bytes; Bot API, "getFile": bots download files of up to 20 MB
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - a header's name
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # Bot API, "setWebhook"
_TOKEN = re.compile(r"(\d{1,20}):[A-Za-z0-9_-]+")


def _address(url: str) -> str:
    if url and not re.fullmatch(r"https?://\S+", url):
        raise ValueError("not an address; write it as https://lapor.example.go.id")
    return url.rstrip("/")


Address = Annotated[str, AfterValidator(_address)]


class Settings(BaseModel):
    """What config.yml says under `channels.telegram`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token_env: str = "KANAL_TELEGRAM_TOKEN"  # noqa: S105 - a variable's name
    mode: Literal["polling", "webhook"] = "polling"
    secret_env: str = "KANAL_TELEGRAM_SECRET"  # noqa: S105 - a variable's name
    public_url: Address = ""
    """Where Telegram reaches the gateway's door, without a path; for `mode: webhook`."""
    api_base: Address = "https://api.telegram.org"
    poll_timeout_s: int = Field(default=25, ge=0, le=50)
    username: str = Field(default="", pattern=r"^[A-Za-z0-9_]{0,64}$")
    """The bot's name without @; asked from Telegram at the start when it is empty."""
    per_second: float = Field(default=CAPS.per_second, ge=0)
    """Messages that Telegram takes of this bot; more for one that pays, 0 for no limit."""
    per_chat_s: float = Field(default=CAPS.per_address_s, ge=0)
    """Seconds between two messages to one chat; 0 for no limit."""

    @model_validator(mode="after")
    def _webhook_has_an_address(self) -> Settings:
        if self.mode == "webhook" and not self.public_url:
            raise ValueError("public_url: missing. Telegram must know where to call the webhook")
        return self


class Telegram(ABC):
    """What both ways share: parse, render, send, fetch."""

    def __init__(self, account: str, settings: Settings) -> None:
        self.caps = replace(CAPS, per_second=settings.per_second, per_address_s=settings.per_chat_s)
        self._account = account
        self._settings = settings
        self._username = settings.username
        self._api: Api | None = None
        self._introduced = False
        self._photos: Photos | None = None
        self._floods = Floods()
        token = _TOKEN.fullmatch(os.environ.get(settings.token_env, ""))
        # A bot's chats count their messages from 1: another bot's are other messages.
        self._scope = token[1] if token else account

    def caps_of(self, address: str) -> Caps:
        """In a group strangers read along."""
        return replace(self.caps, public=True) if in_public(address) else self.caps

    def parse(self, raw: Raw) -> Received:
        return payload.parse(raw, self._me)

    def render(self, message: OutboundMessage) -> list[WirePart]:
        return render(message)

    def use_photos(self, photos: Photos) -> None:
        self._photos = photos

    @property
    def _me(self) -> payload.Me:
        return payload.Me(account=self._account, scope=self._scope, username=self._username)

    async def start(self) -> None:
        """Open the connections, learn the bot's name, and choose the way in."""
        if self._api is None:
            self._api = self._connected()
        await self._introduce()

    def _connected(self) -> Api:
        token = os.environ.get(self._settings.token_env, "")
        if not _TOKEN.fullmatch(token):
            raise Misconfigured(
                f"{self._settings.token_env}: no bot token. Put the token that @BotFather gave you"
                " into this environment variable, or remove `telegram` from config.yml"
            )
        wait = self._settings.poll_timeout_s
        return Api(token, self._settings.api_base, poll_timeout_s=wait)

    async def check(self) -> str:
        """See `channels.adapter.Checked`: getMe, and where the updates go."""
        api = self._connected()
        try:
            me = await self._ask(api, "getMe", {})
            hook = await self._ask(api, "getWebhookInfo", {})
        finally:
            await api.close_connections()
        match me, hook:
            case {"username": str(name)}, dict():
                return self._found(name, hook)
            case _:
                raise Unreachable("Telegram's answer to getMe names no bot")

    @abstractmethod
    def _found(self, name: str, hook: Mapping[str, Any]) -> str:
        """Say how the bot stands, by its `getWebhookInfo`. Raises Misconfigured."""

    async def _introduce(self) -> None:
        """Learn the bot's name and choose the way in, once."""
        if self._introduced:
            return
        match await self._call("getMe", {}):
            case {"username": str(name)}:
                self._username = name
            case _:
                raise Unreachable("Telegram's answer to getMe names no bot")
        await self._open_way()
        self._introduced = True

    @abstractmethod
    async def _open_way(self) -> None:
        """Tell Telegram how updates come to us."""

    async def close(self) -> None:
        if self._api is not None:
            await self._api.close_connections()
            self._api = None

    async def send(self, part: WirePart) -> SendOutcome:
        try:
            return await self._send(part.method, part.body)
        except Broken as error:
            return Unknown(detail=str(error)) if error.sent else Retry(detail=str(error))
        except Rejected as error:
            if dead_token(part.method, error):
                raise self._bad_token() from None
            return outcome(part.method, part.body.get("chat_id"), error, self._floods)

    async def _send(self, method: str, body: Mapping[str, Any]) -> Sent:
        """Send; once more to the new chat when a group has become a supergroup."""
        if method == "sendPhoto":
            content = await self._photos(body["photo"]) if self._photos else None
            if content is None:
                return Sent()  # taken back meanwhile: the words go out without it
            body = {**body, "photo": photo_file(content)}
        try:
            return _sent(await self._opened.call(method, body))
        except Rejected as error:
            if not isinstance(error.migrate_to, int):
                raise
            moved = Moved(
                channel=payload.NAME,
                account=self._account,
                old=str(body.get("chat_id")),
                new=str(error.migrate_to),
            )
        # Messages are numbered anew there: what is quoted would be another message.
        body = {name: body[name] for name in body if name != "reply_parameters"}
        answer = await self._opened.call(method, {**body, "chat_id": int(moved.new)})
        return replace(_sent(answer), moved=moved)

    async def fetch(self, media: MediaRef, raw: Raw) -> AsyncIterator[bytes]:  # noqa: ARG002 - media come by reference
        if media.size is not None and media.size > DOWNLOAD_LIMIT:
            raise NeverFetched("larger than the 20 MB that a bot can download")
        try:
            match await self._call("getFile", {"file_id": media.ref}):
                case {"file_path": str(path)} if ".." not in path:
                    async with self._opened.download(path) as chunks:
                        async for chunk in chunks:
                            yield chunk
                case _:
                    raise NeverFetched("Telegram has no path for this file")
        except Broken as error:
            raise Unreachable(str(error)) from None
        except Rejected as error:
            raise self._raised("download", error) from None

    async def _call(self, method: str, body: Mapping[str, Any]) -> Any:
        """Call a method that sends nothing. Raises what `errors` names."""
        try:
            api = self._opened
        except Broken as error:
            raise Unreachable(str(error)) from None
        return await self._ask(api, method, body)

    async def _ask(self, api: Api, method: str, body: Mapping[str, Any]) -> Any:
        try:
            return await api.call(method, body)
        except Broken as error:
            raise Unreachable(str(error)) from None
        except Rejected as error:
            raise self._raised(method, error) from None

    def _raised(self, method: str, error: Rejected) -> Exception:
        return self._bad_token() if dead_token(method, error) else trouble(method, error)

    def _bad_token(self) -> Misconfigured:
        return Misconfigured(
            f"{self._settings.token_env}: Telegram does not know this token. Ask @BotFather for"
            " the current one"
        )

    @property
    def _opened(self) -> Api:
        if self._api is None:
            raise Broken("telegram: not started", sent=False)
        return self._api


class Polling(Telegram):
    """Telegram as a `Puller`: getUpdates, one raw delivery per update."""

    async def _open_way(self) -> None:
        await self._call("deleteWebhook", {})

    def _found(self, name: str, hook: Mapping[str, Any]) -> str:
        return checking.polled(name, hook)

    async def pull(self, cursor: str | None) -> tuple[list[Raw], str | None]:
        """Wait for updates; the cursor is the next `offset`, and confirms those before it."""
        await self._introduce()  # where Telegram was away at the start
        body: dict[str, Any] = {
            "timeout": self._settings.poll_timeout_s,
            "allowed_updates": ALLOWED_UPDATES,
        }
        if cursor is not None:
            body["offset"] = int(cursor)
        updates = await self._call("getUpdates", body)
        if not isinstance(updates, list):
            raise Unreachable("Telegram's answer to getUpdates is no list")
        numbers = [n for update in updates if (n := _number(update)) is not None]
        if updates and not numbers:
            raise Unreachable("Telegram's updates have no update_id to confirm them by")
        now = datetime.now(UTC)
        raws = [Raw(body=json.dumps(update).encode(), received_at=now) for update in updates]
        return raws, str(max(numbers) + 1) if numbers else cursor


class Hooked(Telegram):
    """Telegram as a `Webhook`: one update per call, with the secret that we set."""

    kept_headers: frozenset[str] = frozenset()

    @property
    def _hook(self) -> str:
        return f"{self._settings.public_url}/channels/{payload.NAME}/{self._account}"

    def _found(self, name: str, hook: Mapping[str, Any]) -> str:
        return checking.hooked(name, hook, self._hook)

    async def _open_way(self) -> None:
        secret = self._secret()
        if not _SECRET.fullmatch(secret):
            raise Misconfigured(
                f"{self._settings.secret_env}: no webhook secret. Put 1 to 256 letters, digits,"
                " _ and - into this environment variable"
            )
        body = {
            "url": self._hook,
            "secret_token": secret,
            "allowed_updates": ALLOWED_UPDATES,
        }
        await self._call("setWebhook", body)

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:  # noqa: ARG002 - the secret signs no body
        secret = self._secret().encode()
        given = headers.get(SECRET_HEADER, "").encode(errors="surrogatepass")
        return hmac.compare_digest(given, secret) and bool(secret)

    def acknowledge(self, accepted: Accepted) -> Reply:  # noqa: ARG002 - Telegram wants a 200, nothing else
        return Reply()

    def _secret(self) -> str:
        return os.environ.get(self._settings.secret_env, "")


def Adapter(account: str, settings: Settings) -> Polling | Hooked:  # noqa: N802 - stands for a class
    """Make the adapter of the way that the settings choose."""
    return Hooked(account, settings) if settings.mode == "webhook" else Polling(account, settings)


def _sent(answer: object) -> Sent:
    match answer:
        case {"message_id": int(number), "chat": {"id": int(chat)}}:
            return Sent(provider_id=f"{chat}:{number}")
        case _:
            return Sent()


def _number(update: object) -> int | None:
    match update:
        case {"update_id": int(number)}:
            return number
        case _:
            return None
