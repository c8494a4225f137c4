"""A session with a mail server by IMAP, opened safely; what goes wrong, by who must act. Blocking.

Source: RFC 3501 and RFC 9051 (IMAP), RFC 8314 (TLS), RFC 5530 (response codes).
"""

from __future__ import annotations

import logging
import os
import re
import socket
import ssl
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from channels.email.settings import LOOPBACK, Settings
from channels.errors import ChannelError, Misconfigured, Unreachable

# Its lines hold passwords and mails.
logging.getLogger("imapclient").setLevel(logging.CRITICAL + 1)

_TIMEOUT = SocketTimeout(connect=20.0, read=60.0)  # seconds
# How nonsense of a server surfaces in the library.
GARBAGE = (ValueError, KeyError, TypeError, IndexError, AttributeError, AssertionError)
# Said of a moment, not of a mistake (RFC 5530, section 3).
_LATER = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|OVERQUOTA)\b", re.IGNORECASE)


def host_of(settings: Settings) -> str:
    """The mail server's name."""
    return urlsplit(settings.imap).hostname or ""


def password_of(settings: Settings) -> str:
    """The mailbox's password. Raises Misconfigured."""
    password = os.environ.get(settings.imap_password_env, "")
    if not password:
        raise Misconfigured(
            f"{settings.imap_password_env}: no password for the mailbox. Put it into this"
            " environment variable"
        )
    return password


def connect(settings: Settings) -> IMAPClient:
    """Connect and encrypt; only on loopback may a password go in clear.

    Raises: Misconfigured, and what `sorted_out` takes.
    """
    url = urlsplit(settings.imap)
    tls, host = url.scheme == "imaps", host_of(settings)
    context = ssl.create_default_context()
    client = IMAPClient(
        host, url.port, ssl=tls, ssl_context=context if tls else None, timeout=_TIMEOUT
    )
    if tls or host in LOOPBACK:
        return client
    if not client.has_capability("STARTTLS"):
        client.shutdown()
        raise Misconfigured(
            "channels.email.imap: it offers no STARTTLS, and a password is not sent in clear."
            " Write imaps://..."
        )
    client.starttls(context)
    return client


def log_in(client: IMAPClient, settings: Settings, password: str) -> None:
    """Log in. Raises Misconfigured, Unreachable, and what `sorted_out` takes."""
    try:
        client.login(settings.imap_user, password)
    except LoginError as error:
        # What was said may quote the command: it is not kept as a cause.
        hung_up = isinstance(error.__context__, IMAPClientAbortError)
        if hung_up or _LATER.search(str(error)):
            raise Unreachable("channels.email.imap: the mail server lets nobody in now") from None
        raise Misconfigured(
            f"channels.email.imap_user, {settings.imap_password_env}: the mailbox does not accept"
            " them"
        ) from None


def select(client: IMAPClient, folder: str, *, readonly: bool) -> dict[bytes, Any]:
    """Open a folder. Raises Misconfigured where there is none, and what `sorted_out` takes."""
    try:
        selected: dict[bytes, Any] = client.select_folder(folder, readonly=readonly)
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:
        if _LATER.search(str(error)):
            raise
        names = ", ".join(sorted(_names(client))[:20])
        raise Misconfigured(
            f"channels.email.folders: there is no {folder!r} in the mailbox, or it may not be"
            f" read. It has: {names}"
        ) from error
    return selected


def _names(client: IMAPClient) -> list[str]:
    with suppress(IMAPClientError):
        return [name for _, _, name in client.list_folders()]
    return []


def read_ahead(client: IMAPClient) -> bool:
    """Whether the server has said more than was asked for, which `idle_check` would not hear.

    That waits for the socket. What came in one packet with the beginning of IDLE (Dovecot tells
    then of the mail that came since the folder was opened) lies in the reader's buffer by then.
    """
    sock = client.socket()
    patience = sock.gettimeout()
    sock.settimeout(0)
    try:
        return bool(client._imap.file.peek(1))  # noqa: SLF001 - the library shows it nowhere
    except ssl.SSLWantReadError:
        return False
    finally:
        sock.settimeout(patience)


def sorted_out(error: Exception, settings: Settings) -> ChannelError:
    """Say who must act. What a server said may hold a citizen's words: it is not repeated."""
    host = host_of(settings)
    match error:
        case ssl.SSLCertVerificationError():
            return Misconfigured(
                f"channels.email.imap: the certificate of {host} is not trusted. Write the name"
                " that stands in it, or name its authority by SSL_CERT_FILE"
            )
        case socket.gaierror():
            return Unreachable(f"channels.email.imap: there is no host {host}")
        case OSError():
            return Unreachable(
                f"channels.email.imap: {host} does not answer ({type(error).__name__})"
            )
        case _:
            return Unreachable(
                f"channels.email.imap: the talk with {host} broke ({type(error).__name__})"
            )
