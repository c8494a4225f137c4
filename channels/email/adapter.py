"""Mail's transport: in by a listener of our own and from a mailbox, out by a relay or a maildir.

Settings and limits: README.md.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import threading
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from channels.adapter import Accept, Photos, Raw, Received, Refused, SendOutcome, Sent, WirePart
from channels.email import mime, payload
from channels.email.box import Mailbox
from channels.email.listener import Door, Limits, Login, Senders, open_door
from channels.email.ours import Us
from channels.email.post import Maildir, Post, Relay
from channels.email.render import CAPS, compose, render
from channels.email.settings import LOOPBACK, Settings
from channels.errors import Misconfigured
from channels.errors import Refused as NeverFetched
from channels.message import MediaRef, OutboundMessage


class Mail:
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
        self._trust = payload.Trust(
            authserv_id=settings.authserv_id, reply_to=settings.follow_reply_to
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
        at = f" at {self._settings.listen_host}:{self.port}" if self._settings.listen else ""
        sent = f"; {self._post.where}" if self._post else ""
        return f"mail to {self._us.address}{at}{sent}"

    def use_folder(self, folder: Path) -> None:
        self._folder = folder

    def use_photos(self, photos: Photos) -> None:
        self._photos = photos

    def use_key(self, key: bytes) -> None:
        if self._settings.signed_replies:
            self._us = replace(self._us, key=key)

    def parse(self, raw: Raw) -> Received:
        return payload.parse(raw, self._us, self._trust)

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
            relay.see_password()
            return relay
        if self._folder is None and not settings.maildir.is_absolute():
            raise Misconfigured("channels.email: name a relay, or an absolute maildir")
        return Maildir((self._folder or Path()) / settings.maildir)

    async def listen(self, accept: Accept) -> None:
        """Open the port. Raises Misconfigured."""
        settings = self._settings
        if not settings.listen:
            return
        limits = Limits(
            max_bytes=settings.max_bytes,
            connections=settings.max_connections,
            mails_per_connection=settings.mails_per_connection,
            mails_per_sender=settings.mails_per_sender,
        )
        door = Door(self._us, limits, accept, time.monotonic, self._login())
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

    def _login(self) -> Login | None:
        settings = self._settings
        if not settings.listen_user:
            return None
        password = os.environ.get(settings.listen_password_env, "")
        if not password:
            raise Misconfigured(
                f"{settings.listen_password_env}: no password for the listener. Put it into this"
                " environment variable, or remove channels.email.listen_user"
            )
        in_clear = settings.starttls_cert is None and settings.listen_host in LOOPBACK
        return Login(user=settings.listen_user, password=password, in_clear=in_clear)

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
        if self._post is not None:
            await self._post.close()

    async def check(self) -> str:
        way_out = self._way_out()
        await way_out.check(self._us.address, self._us.signed("check"))
        return way_out.where

    async def send(self, part: WirePart) -> SendOutcome:
        if self._post is None:
            self._post = self._way_out()  # the start had failed: the operator may have helped
        try:
            mail = compose(part, datetime.now(UTC), self._us, await self._shown(part))
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


class MailWithBox(Mail):
    """The same, with a mailbox that mail is fetched from."""

    def __init__(self, account: str, settings: Settings) -> None:
        super().__init__(account, settings)
        senders = Senders(settings.mails_per_sender, time.monotonic)
        self._box = Mailbox(
            settings,
            clock=lambda: datetime.now(UTC),
            allows=lambda mail: senders.allows(payload.sender_of(mail)),
        )
        self._thread: ThreadPoolExecutor | None = None

    @property
    def where(self) -> str:
        return f"{super().where}; reads {self._box.where}"

    async def pull(self, cursor: str | None) -> tuple[list[Raw], str | None]:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="imap")
        stop = threading.Event()
        work = self._thread.submit(self._box.news, cursor, stop)
        try:
            return await asyncio.wrap_future(work)
        except asyncio.CancelledError:
            stop.set()
            self._box.hang_up()
            raise

    async def check(self) -> str:
        way_out = await super().check()
        box = Mailbox(self._settings, clock=lambda: datetime.now(UTC))
        await asyncio.to_thread(box.check)
        return f"{way_out}; reads {box.where}"

    async def close(self) -> None:
        await super().close()
        self._box.hang_up()
        if self._thread is not None:
            thread, self._thread = self._thread, None
            await asyncio.to_thread(thread.shutdown)
            self._box.close()


def Adapter(account: str, settings: Settings) -> Mail:  # noqa: N802 - stands for a class
    """Make the adapter: one that reads a mailbox, where the settings name one."""
    return MailWithBox(account, settings) if settings.imap else Mail(account, settings)
