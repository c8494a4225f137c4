"""The SMTP listener: a mail is acknowledged when it is on disk, and not before.

Source: RFC 5321 (SMTP), RFC 1870 (SIZE), RFC 6531 (SMTPUTF8), RFC 3207 (STARTTLS), RFC 4954 (AUTH),
RFC 3463 (enhanced status codes).
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import ssl
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from channels.adapter import Accept, Raw, StoreAway
from channels.email.ours import Us

LONGEST_LINE = 262_144  # bytes; RFC 5321 allows 1,000, and not everybody keeps to it
_LOGINS = 6  # tries of a connection; mail programs try several mechanisms
_COMMANDS = 40  # of other kinds than MAIL, RCPT and DATA, for each mail of a connection
_MOST_RECIPIENTS = 100  # of one mail
_HOUR = 3_600.0  # seconds
_SENDERS_KEPT = 10_000
_TIMEOUT_S = 600.0  # of one command; 25 MB over a slow line are one
_DRAIN_S = 10.0

# Its lines hold addresses and whatever a stranger types.
logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How much one stranger may send."""

    max_bytes: int  # of one mail
    connections: int  # at once
    mails_per_connection: int
    mails_per_sender: int  # an hour


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """Who must say who he is before he may hand mail on."""

    user: str
    password: str = field(repr=False)
    in_clear: bool = False  # without STARTTLS: on loopback

    def __call__(
        self, _server: Any, _session: Session, _envelope: Envelope, _mechanism: str, said: Any
    ) -> AuthResult:
        """Compare in constant time: aiosmtpd's authenticator."""
        good = isinstance(said, LoginPassword)
        good &= hmac.compare_digest(said.login, self.user.encode()) if good else False
        good &= hmac.compare_digest(said.password, self.password.encode()) if good else False
        return AuthResult(success=good, handled=False)


class Smtp(SMTP):
    """One connection, as aiosmtpd speaks it, with our limits and words."""

    line_length_limit = LONGEST_LINE

    def __init__(self, door: Door, tls: ssl.SSLContext | None) -> None:
        mails, login = door.limits.mails_per_connection, door.login
        super().__init__(
            door,
            data_size_limit=door.limits.max_bytes,
            enable_SMTPUTF8=True,
            hostname=door.us.domain,
            ident="ESMTP",
            tls_context=tls,
            timeout=_TIMEOUT_S,
            auth_exclude_mechanism=() if login else ("LOGIN", "PLAIN"),
            auth_require_tls=not (login and login.in_clear),
            authenticator=login,
            command_call_limit={
                "AUTH": _LOGINS,
                "MAIL": mails,
                "DATA": mails,
                "RCPT": mails * _MOST_RECIPIENTS,
                "*": mails * _COMMANDS,
            },
            loop=asyncio.get_running_loop(),
        )
        self._door = door

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Also called when a connection becomes encrypted."""
        super().connection_made(transport)
        self._door.open[self] = transport

    def connection_lost(self, error: Exception | None) -> None:
        self._door.open.pop(self, None)
        super().connection_lost(error)

    async def push(self, status: Any) -> None:
        """Say in which limit a mail that is too large has run, and what to do."""
        if isinstance(status, str) and status.startswith("552 "):
            megabytes = self._door.limits.max_bytes // 1_000_000
            status = f"552 5.3.4 Larger than {megabytes} MB. Send fewer or smaller photos"
        await super().push(status)


class Full(asyncio.Protocol):
    """A connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            transport.write(b"421 4.3.2 Too many connections. Try again in a minute\r\n")
        transport.close()


class Senders:
    """Counts the mails of each sender within an hour."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def allows(self, sender: str) -> bool:
        """Count one more mail, unless it is one too many."""
        now = self._clock()
        times = self._seen.setdefault(sender, deque())
        self._seen.move_to_end(sender)
        if len(self._seen) > _SENDERS_KEPT:
            self._seen.popitem(last=False)
        while times and times[0] <= now - _HOUR:
            times.popleft()
        if len(times) >= self._most:
            return False
        times.append(now)
        return True


class Door:
    """aiosmtpd's hooks: who may write to whom, and what becomes of a mail."""

    def __init__(
        self,
        us: Us,
        limits: Limits,
        accept: Accept,
        clock: Callable[[], float],
        login: Login | None = None,
    ) -> None:
        self.us = us
        self.limits = limits
        self.login = login
        self.open: dict[Smtp, asyncio.BaseTransport] = {}
        self._accept = accept
        self._senders = Senders(limits.mails_per_sender, clock)
        self._under_way: set[asyncio.Task[str]] = set()

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server
        if self.login is not None and not session.authenticated:
            return "530 5.7.0 Log in first"
        sender = "" if address == "<>" else address
        if not self._senders.allows(sender.lower()):
            return "450 4.7.1 Too many mails from this address. Try again in an hour"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session
        if not self.us.takes(address):
            return f"550 5.1.1 No such address here. Write to {self.us.address}"
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del server, session
        raw = Raw(
            body=bytes(envelope.original_content or b""),
            received_at=datetime.now(UTC),
            envelope={
                "mail-from": _text(envelope.mail_from or ""),
                "rcpt-to": ", ".join(map(_text, envelope.rcpt_tos)),
            },
        )
        # A task of its own: when the connection breaks now, T1 still ends as it would have.
        task = asyncio.create_task(self._keep(raw))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def _keep(self, raw: Raw) -> str:
        try:
            await self._accept(raw)
        except StoreAway:
            return "451 4.3.0 Cannot be kept now. Try again in a few minutes"
        return "250 2.0.0 Kept"

    async def handle_exception(self, error: Exception) -> str:
        """What nobody foresaw is ours to repair: the mail comes again."""
        logging.getLogger(__name__).error("smtp session: %s", type(error).__name__)
        return "451 4.3.0 Something failed here. Try again in a few minutes"

    async def close(self) -> None:
        """End what is under way, then hang up."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=_DRAIN_S)
            await asyncio.sleep(0)  # the answers that this gave go out
        for transport in list(self.open.values()):
            transport.close()


def _text(address: str) -> str:
    """An address of the envelope as text that can be stored."""
    bare = "" if address == "<>" else address
    return bare.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\x00", "")


async def open_door(door: Door, host: str, port: int, tls: ssl.SSLContext | None) -> asyncio.Server:
    """Listen. Raises OSError where the port cannot be had."""

    def connection() -> asyncio.BaseProtocol:
        return Full() if len(door.open) >= door.limits.connections else Smtp(door, tls)

    return await asyncio.get_running_loop().create_server(connection, host, port)
