"""A gateway's side of mail on loopback: a listener before a store of paper, a relay of ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP as Server  # noqa: N811 - the library's name says nothing
from aiosmtpd.smtp import AuthResult
from aiosmtplib import SMTP

from channels.adapter import Accepted, Raw, StoreAway
from channels.email.adapter import Adapter, Mail, Settings

RINA = "rina@contoh.example"
LAPOR = "lapor@kanal.localhost"
AT = datetime(2026, 1, 2, tzinfo=UTC)
MAIL = (
    b"From: Rina <rina@contoh.example>\r\nMessage-ID: <t1@contoh.example>\r\n"
    b"Subject: Banjir\r\n\r\nBanjir di Kemang\r\n"
)


@dataclass
class Paper:
    """An intake that keeps deliveries in a list: `Accept`."""

    adapter: Mail
    kept: list[Raw] = field(default_factory=list)
    away: bool = False
    before: Callable[[], Awaitable[None]] | None = None  # what T1 waits for

    async def __call__(self, raw: Raw) -> Accepted:
        if self.before is not None:
            await self.before()
        if self.away:
            raise StoreAway("no database")
        self.kept.append(raw)
        return Accepted(received=self.adapter.parse(raw), outcomes=())

    async def awake(self, address: str) -> None:
        raise AssertionError("nobody sleeps in this channel")


Listening = Callable[..., Awaitable[Paper]]


@pytest.fixture
async def listening() -> AsyncIterator[Listening]:
    """Open a listener with these settings; gives the paper on which it keeps."""
    opened: list[Mail] = []

    async def listen(**settings: Any) -> Paper:
        adapter = Adapter("main", Settings(listen_port=0, **settings))
        paper = Paper(adapter)
        await adapter.listen(paper)
        opened.append(adapter)
        return paper

    yield listen
    for adapter in opened:
        await adapter.close()


@asynccontextmanager
async def citizen(to: Paper | Mail) -> AsyncIterator[SMTP]:
    """A mail program that is connected to the listener."""
    adapter = to.adapter if isinstance(to, Paper) else to
    client = SMTP(
        hostname="127.0.0.1", port=adapter.port, local_hostname="hp.contoh.example",
        start_tls=False, timeout=20,
    )  # fmt: skip
    async with client:
        yield client


@dataclass
class RelayOfOurs:
    """An SMTP server on which a test plays every part; `replies` by command."""

    replies: dict[str, str] = field(default_factory=dict)
    mails: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    hang_up_after_data: bool = False
    hang_up_while_resting: bool = False  # without a word, when a mail was taken
    goes_away_once: bool = False  # at the next MAIL
    connections: int = 0  # that were opened
    open: int = 0  # that are
    port: int = 0

    async def handle_MAIL(self, _: Any, _s: Any, envelope: Any, address: str, _o: Any) -> str:  # noqa: N802
        if self.goes_away_once:
            self.goes_away_once = False
            return "421 4.4.2 relay.example idle for too long"
        envelope.mail_from = address
        return self.replies.get("MAIL", "250 OK")

    async def handle_RCPT(self, _: Any, _s: Any, envelope: Any, address: str, _o: Any) -> str:  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self.replies.get("RCPT", "250 OK")

    async def handle_DATA(self, server: Any, _s: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        if self.hang_up_after_data:
            server.transport.abort()
            await asyncio.Event().wait()  # until the connection's end cancels this
        if self.hang_up_while_resting:
            asyncio.get_running_loop().call_soon(server.transport.close)
        return self.replies.get("DATA", "250 queued")

    def log_in(
        self, _server: Any, _session: Any, _envelope: Any, _kind: str, data: Any
    ) -> AuthResult:
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=self.replies.get("AUTH", "") == "", handled=False)


@asynccontextmanager
async def relay_of_ours(*, users: bool = False, **options: Any) -> AsyncIterator[RelayOfOurs]:
    relay = RelayOfOurs()
    loop = asyncio.get_running_loop()
    login = {"authenticator": relay.log_in, "auth_require_tls": False} if users else {}

    class Counted(Server):
        def connection_made(self, transport: Any) -> None:
            if self.transport is None:  # and not once more for STARTTLS
                relay.connections += 1
                relay.open += 1
            super().connection_made(transport)

        def connection_lost(self, error: Exception | None) -> None:
            relay.open -= 1
            super().connection_lost(error)

    server = await loop.create_server(
        lambda: Counted(relay, hostname="relay.example", loop=loop, **login, **options),
        "127.0.0.1",
        0,
    )
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
