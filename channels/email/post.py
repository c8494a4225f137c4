"""Where answers go: to a relay by SMTP, or as files into a maildir.

Source: RFC 5321 sections 4.2.1 (replies) and 4.5.4 (retries), RFC 3463 (status codes); maildir by
https://cr.yp.to/proto/maildir.html.
"""

from __future__ import annotations

import asyncio
import mailbox
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from channels.adapter import Refused, Retry, SendOutcome, Sent, Unknown
from channels.email.lines import Line, Lines, hang_up
from channels.email.settings import LOOPBACK
from channels.errors import Misconfigured, Unreachable

_AT_ONCE = 10  # connections to the relay; Postfix allows one client 50
_TIMEOUT_S = 60.0
_GOES_AWAY = 421  # "closing transmission channel": also after so many mails, or so long a rest
_AUTH_NEEDED = 530
_FOR_EVER = 500  # and above; below it is for now (RFC 5321, 4.2.1)
_NOT_RELAYED = "5.7.1"  # to whom: Postfix and Exim say so of strangers (RFC 3463, X.7.1)


class Post(Protocol):
    """Takes a mail."""

    where: str  # for the operator, at the start

    async def check(self, sender: str, reply_to: str) -> None:
        """See that it takes mail of ours, and knows where replies go.

        Raises Misconfigured, Unreachable.
        """
        ...

    async def deliver(self, mail: bytes, sender: str, to: str) -> SendOutcome:
        """Give the mail away. Raises Misconfigured."""
        ...

    async def close(self) -> None: ...


class Maildir:
    """Files in a folder, for a gateway that has no relay: development, a trial, a pick-up."""

    def __init__(self, folder: Path) -> None:
        self.where = f"answers as files in {folder}"
        self._folder = folder
        self._one = asyncio.Lock()  # the library counts names without a lock

    async def check(self, sender: str, reply_to: str) -> None:
        del sender, reply_to
        above = next(one for one in (self._folder, *self._folder.parents) if one.exists())
        if not (above.is_dir() and os.access(above, os.W_OK)):
            raise Misconfigured(f"channels.email.maildir: {above} cannot be written to")

    async def deliver(self, mail: bytes, sender: str, to: str) -> SendOutcome:
        """Write the mail: whole under `new`, or not at all."""
        del sender, to
        try:
            async with self._one:
                await asyncio.to_thread(self._write, mail)
        except OSError as error:
            return Retry(detail=f"maildir: {error.strerror}")
        return Sent()

    async def close(self) -> None:
        """Nothing is open."""

    def _write(self, mail: bytes) -> None:
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        mailbox.Maildir(self._folder, create=True).add(mail.replace(b"\r\n", b"\n"))


class Relay:
    """A mail server that takes our answers and brings them to the citizen."""

    def __init__(self, url: str, user: str, password_env: str, hostname: str) -> None:
        parts = urlsplit(url)
        self.where = f"answers by {parts.hostname}"
        self._host = parts.hostname or ""
        self._port = parts.port
        self._tls = parts.scheme == "smtps"
        self._user = user
        self._password_env = password_env
        self._hostname = hostname
        self._guarded = bool(user) and self._host not in LOOPBACK
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._lines = Lines()

    def see_password(self) -> None:
        """See that the password is there. Raises Misconfigured."""
        if self._user and not os.environ.get(self._password_env):
            raise Misconfigured(
                f"{self._password_env}: no password for the relay. Put it into this environment"
                " variable, or remove channels.email.relay_user"
            )

    async def deliver(self, mail: bytes, sender: str, to: str) -> SendOutcome:
        """Send the mail over a connection that rests, or else a new one."""
        self.see_password()
        async with self._room:
            while line := self._lines.take():
                with suppress(_HungUp):
                    return await self._send(line, mail, sender, to)
            return await self._send(Line(self._client()), mail, sender, to)

    async def close(self) -> None:
        await self._lines.close()

    async def check(self, sender: str, reply_to: str) -> None:
        async with self._connection() as client:
            try:
                await self._open(client)
                await client.mail(sender)
                await self._take_replies(client, reply_to)
                await client.rset()
            except SMTPResponseException as error:
                said = self._refusal(error)  # raises what the operator must change
                raise Unreachable(getattr(said, "detail", "relay")) from None
            except (SMTPException, OSError, TimeoutError) as error:
                raise Unreachable(
                    f"channels.email.relay: {self._host} does not answer ({type(error).__name__})"
                ) from None

    async def _take_replies(self, client: SMTP, reply_to: str) -> None:
        """See that a relay that is our own mail server too knows the signed address."""
        try:
            await client.rcpt(reply_to)
        except SMTPRecipientRefused as error:
            if error.code < _FOR_EVER or _status(error.message) == _NOT_RELAYED:
                return  # says nothing: another server takes our mail
            raise Misconfigured(
                "channels.email.signed_replies: the relay does not take mail for"
                f" {reply_to.partition('+')[0]}+... ({error.code} {_status(error.message)})."
                " Let it know plus addresses (Postfix: recipient_delimiter = +), or set"
                " signed_replies: false"
            ) from None

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[SMTP]:
        self.see_password()
        async with self._room:
            client = self._client()
            try:
                yield client
            finally:
                await hang_up(client)

    def _client(self) -> SMTP:
        return SMTP(
            hostname=self._host,
            port=self._port,
            local_hostname=self._hostname,
            use_tls=self._tls,
            start_tls=False,  # `_open` decides
            tls_context=self._context if self._tls else None,
            timeout=_TIMEOUT_S,
        )

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Encryption as mail servers do it; where it guards a password, the certificate counts."""
        context = ssl.create_default_context()
        if not self._user:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    async def _send(self, line: Line, mail: bytes, sender: str, to: str) -> SendOutcome:
        """Raises _HungUp. A connection over which something was refused or broke is not kept."""
        outcome: SendOutcome | None = None
        try:
            outcome = await self._talk(line, mail, sender, to)
        finally:
            if isinstance(outcome, Sent):
                self._lines.rest(line)
            else:
                self._lines.leave(line)
        return outcome

    async def _talk(self, line: Line, mail: bytes, sender: str, to: str) -> SendOutcome:
        client = line.client
        wide = ["SMTPUTF8", "BODY=8BITMIME"] if not to.isascii() else []
        encoding = "utf-8" if wide else "ascii"
        try:
            if not line.rested:
                await self._open(client)
            if wide and not client.supports_extension("smtputf8"):
                return Refused(detail="relay: takes no address in this script (no SMTPUTF8)")
            await client.mail(sender, options=wide, encoding=encoding)
        except (SMTPException, OSError, TimeoutError) as error:
            if line.rested and _has_hung_up(error):
                raise _HungUp from None
            return self._not_sent(error)
        try:
            await client.rcpt(to, encoding=encoding)
        except (SMTPException, OSError, TimeoutError) as error:
            return self._not_sent(error)
        try:
            await client.data(mail)
        except SMTPResponseException as error:
            return self._refusal(error)
        except (SMTPException, OSError, TimeoutError) as error:
            return Unknown(detail=f"relay: {type(error).__name__} after the mail went out")
        return Sent()

    def _not_sent(self, error: Exception) -> SendOutcome:
        """What became of a mail of which the relay has seen nothing yet."""
        if isinstance(error, SMTPResponseException):
            return self._refusal(error)
        return Retry(detail=f"relay: {type(error).__name__}")

    async def _open(self, client: SMTP) -> None:
        """Connect, encrypt where it can be, log in where it must be."""
        await client.connect()
        await client.ehlo()
        offered = client.supports_extension("starttls")
        if self._guarded and not (self._tls or offered):
            raise Misconfigured(
                "channels.email.relay: it offers no STARTTLS, and a password is not sent in clear."
                " Write smtps://..., or remove channels.email.relay_user"
            )
        if offered and not self._tls:
            await client.starttls(tls_context=self._context, server_hostname=self._host)
            await client.ehlo()
        if self._user:
            if not client.supports_extension("auth"):
                raise Misconfigured(
                    "channels.email.relay_user: the relay knows no users. Remove it"
                )
            await client.login(self._user, os.environ.get(self._password_env, ""))

    def _refusal(self, error: SMTPResponseException) -> SendOutcome:
        """Sort a reply of the relay. Its words may quote the address: they are not kept."""
        status = _status(error.message)
        detail = f"relay: {error.code} {status}".strip()
        match error:
            case _ if error.code < _FOR_EVER:
                return Retry(detail=detail)
            case SMTPAuthenticationError():
                names = f"channels.email.relay_user, {self._password_env}"
                raise Misconfigured(f"{names}: the relay does not accept them ({detail})")
            case _ if error.code == _AUTH_NEEDED:
                raise Misconfigured(f"channels.email.relay_user: the relay asks for one ({detail})")
            case SMTPSenderRefused():
                raise Misconfigured(
                    f"channels.email.our_address: the relay does not send for it ({detail})"
                )
            case SMTPRecipientRefused() if status == _NOT_RELAYED:
                raise Misconfigured(
                    f"channels.email.relay: it does not relay for this gateway ({detail})"
                )
            case SMTPRecipientRefused() | SMTPDataError():
                return Refused(detail=detail)
            case _:
                return Retry(detail=detail)  # the greeting: the relay is ill, not the mail


class _HungUp(Exception):  # noqa: N818 - says what the relay did
    """The relay had ended a connection that rested: nothing was sent, another one will do."""


def _has_hung_up(error: Exception) -> bool:
    return not isinstance(error, SMTPResponseException) or error.code == _GOES_AWAY


def _status(message: str) -> str:
    """The enhanced status code that begins a reply: "5.1.1" (RFC 3463)."""
    first = message.partition(" ")[0]
    return first if first.replace(".", "").isdigit() else ""
