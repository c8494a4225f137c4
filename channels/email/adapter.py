"""Mail's transport: in by a listener of our own, out by a relay or into a maildir.

Settings and limits: README.md.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from channels.adapter import Accept, Photos, Raw, Received, Refused, SendOutcome, Sent, WirePart
from channels.email import mime, payload
from channels.email.listener import Door, Limits, open_door
from channels.email.ours import Us, is_address
from channels.email.post import Maildir, Post, Relay
from channels.email.render import CAPS, compose, render
from channels.errors import Misconfigured
from channels.errors import Refused as NeverFetched
from channels.message import MediaRef, OutboundMessage

_RELAY = re.compile(r"smtps?://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?/?")


def _own_address(value: str) -> str:
    if not (is_address(value) and value.isascii()):
        raise ValueError("not an address; write it as lapor@example.go.id")
    return value.lower()


def _recipient(value: str) -> str:
    return f"@{_own_address('x' + value)[2:]}" if value.startswith("@") else _own_address(value)


def _relay(value: str) -> str:
    if value and not _RELAY.fullmatch(value):
        raise ValueError("not a relay; write it as smtp://127.0.0.1:25 or smtps://mail.example:465")
    return value


class Settings(BaseModel):
    """What config.yml says under `channels.email`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    our_address: Annotated[str, AfterValidator(_own_address)] = "lapor@kanal.localhost"
    our_name: str = Field(default="Kanal Warga", pattern=r"^[^\x00-\x1f\x7f]{0,100}$")
    recipients: tuple[Annotated[str, AfterValidator(_recipient)], ...] = ()
    listen_host: str = "127.0.0.1"
    listen_port: int = Field(default=8025, ge=0, lt=65536)  # 0 lets the system choose
    starttls_cert: Path | None = None
    starttls_key: Path | None = None
    max_bytes: int = Field(default=25_000_000, ge=100_000)  # of one mail
    max_connections: int = Field(default=30, ge=1)  # each may hold a mail in memory
    mails_per_connection: int = Field(default=100, ge=1)
    mails_per_sender: int = Field(default=60, ge=1)  # an hour
    relay: Annotated[str, AfterValidator(_relay)] = ""
    relay_user: str = ""
    relay_password_env: str = "KANAL_EMAIL_RELAY_PASSWORD"  # noqa: S105 - a variable's name
    maildir: Path = Path("mail")

    @model_validator(mode="after")
    def _key_with_certificate(self) -> Settings:
        if (self.starttls_cert is None) != (self.starttls_key is None):
            raise ValueError("starttls_cert and starttls_key: one of them is missing")
        return self


class Adapter:
    """The mail channel of one address."""

    caps = CAPS

    def __init__(self, account: str, settings: Settings) -> None:
        self._settings = settings
        self._us = Us(
            account=account,
            address=settings.our_address,
            name=settings.our_name,
            recipients=settings.recipients,
        )
        self._folder: Path | None = None
        self._photos: Photos | None = None
        self._post: Post | None = None
        self._door: Door | None = None
        self._server: asyncio.Server | None = None
        self.port = settings.listen_port

    @property
    def where(self) -> str:
        """For the operator, at the start."""
        sent = f"; {self._post.where}" if self._post else ""
        return f"mail to {self._us.address} at {self._settings.listen_host}:{self.port}{sent}"

    def use_folder(self, folder: Path) -> None:
        self._folder = folder

    def use_photos(self, photos: Photos) -> None:
        self._photos = photos

    def parse(self, raw: Raw) -> Received:
        return payload.parse(raw, self._us)

    def render(self, message: OutboundMessage) -> list[WirePart]:
        return render(message, self._us)

    async def start(self) -> None:
        """Choose the way out. Raises Misconfigured."""
        self._post = self._way_out()

    def _way_out(self) -> Post:
        settings = self._settings
        if settings.relay:
            relay = Relay(
                settings.relay, settings.relay_user, settings.relay_password_env, self._us.domain
            )
            relay.check()
            return relay
        if self._folder is None and not settings.maildir.is_absolute():
            raise Misconfigured("channels.email: name a relay, or an absolute maildir")
        return Maildir((self._folder or Path()) / settings.maildir)

    async def listen(self, accept: Accept) -> None:
        """Open the port. Raises Misconfigured."""
        settings = self._settings
        limits = Limits(
            max_bytes=settings.max_bytes,
            connections=settings.max_connections,
            mails_per_connection=settings.mails_per_connection,
            mails_per_sender=settings.mails_per_sender,
        )
        door = Door(self._us, limits, accept, time.monotonic)
        try:
            self._server = await open_door(
                door, settings.listen_host, settings.listen_port, self._tls()
            )
        except OSError as error:
            raise Misconfigured(
                f"channels.email.listen_port: port {settings.listen_port} on"
                f" {settings.listen_host} cannot be had ({error.strerror}). Stop what listens"
                " there, or set another one"
            ) from error
        self._door = door
        self.port = self._server.sockets[0].getsockname()[1]

    def _tls(self) -> ssl.SSLContext | None:
        settings = self._settings
        if settings.starttls_cert is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(settings.starttls_cert, settings.starttls_key)
        except (OSError, ssl.SSLError) as error:
            raise Misconfigured(
                f"channels.email.starttls_cert, starttls_key: {type(error).__name__}: no"
                " certificate and key can be read from them"
            ) from error
        return context

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._door is not None:
            await self._door.close()
            self._door = None

    async def send(self, part: WirePart) -> SendOutcome:
        if self._post is None:
            self._post = self._way_out()  # the start had failed: the operator may have helped
        try:
            mail = compose(part, datetime.now(UTC), await self._shown(part))
        except (ValueError, UnicodeError):
            return Refused(detail="the answer cannot be written as a mail to this address")
        outcome = await self._post.deliver(mail, self._us.address, part.body["to"])
        return Sent(provider_id=part.body["message_id"]) if isinstance(outcome, Sent) else outcome

    async def _shown(self, part: WirePart) -> list[bytes]:
        """The photos that a mail names; one that was taken back meanwhile is left out."""
        if self._photos is None:
            return []
        read = [await self._photos(one) for one in part.body.get("photos", ())]
        return [content for content in read if content is not None]

    async def fetch(self, media: MediaRef, raw: Raw) -> AsyncIterator[bytes]:
        part = await asyncio.to_thread(mime.find, raw.body, media.ref)
        if part is None:
            raise NeverFetched("no such part in the mail")
        for chunk in part.chunks():
            yield chunk
            await asyncio.sleep(0)  # others may go on
