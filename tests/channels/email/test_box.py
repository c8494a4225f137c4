"""A mail server that does what it should not: each time it is said who must act."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from channels.email.adapter import Adapter, MailWithBox, Settings
from channels.errors import ChannelError, Misconfigured, Unreachable

PASSWORD = "kotak-surat-rahasia"
GREETING = "* OK siap\r\n"
CAPABILITY = "* CAPABILITY IMAP4rev1 IDLE\r\n"
SELECTED = "* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 1] x\r\n"
CURSOR = '{"INBOX":{"validity":7,"uid":0,"since":null}}'


@asynccontextmanager
async def server(greeting: str = GREETING, **script: str) -> AsyncIterator[dict[str, Any]]:
    """Answers each command by the script, and with OK what stands in none; notes the commands."""
    heard: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting.encode("latin-1"))
        while line := await reader.readline():
            tag, _, command = line.decode().strip().partition(" ")
            heard.append(command.partition(" ")[0] or tag)
            answer = {"CAPABILITY": CAPABILITY, "SELECT": SELECTED, **script}.get(heard[-1], "")
            if answer != "HANG UP":
                answer = answer if "{tag}" in answer else answer + "{tag} OK ya\r\n"
                writer.write(answer.format(tag=tag).encode("latin-1"))
            if answer == "HANG UP" or "BYE" in answer:
                break
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    yield {"imap": f"imap://127.0.0.1:{port}", "imap_user": "lapor", "heard": heard}
    listening.close()


@asynccontextmanager
async def reader(said: dict[str, Any], **more: Any) -> AsyncIterator[MailWithBox]:
    own = {key: value for key, value in said.items() if key != "heard"}
    adapter = Adapter("main", Settings.model_validate({**own, "listen": False, **more}))
    assert isinstance(adapter, MailWithBox)
    yield adapter
    await adapter.close()


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KANAL_EMAIL_IMAP_PASSWORD", PASSWORD)


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ({"greeting": "220 smtp.example ESMTP\r\n"}, Unreachable),
        ({"greeting": "* BYE penuh\r\n"}, Unreachable),
        ({"greeting": "\x00\xff" * 50 + "\r\n"}, Unreachable),
        ({"LOGIN": "{tag} NO [AUTHENTICATIONFAILED] salah\r\n"}, Misconfigured),
        ({"LOGIN": "{tag} NO tidak\r\n"}, Misconfigured),
        ({"LOGIN": "{tag} NO [UNAVAILABLE] nanti\r\n"}, Unreachable),  # RFC 5530, section 3
        ({"LOGIN": "{tag} NO [LIMIT] terlalu banyak\r\n"}, Unreachable),
        ({"LOGIN": "HANG UP"}, Unreachable),
        ({"SELECT": "{tag} NO [NONEXISTENT] tidak ada\r\n"}, Misconfigured),
        ({"SELECT": "{tag} NO [INUSE] nanti\r\n"}, Unreachable),
        ({"SELECT": "* OK [UIDVALIDITY x] x\r\n{tag} BAD apa\r\n"}, Misconfigured),
        ({"SELECT": "HANG UP"}, Unreachable),
        ({"IDLE": "HANG UP"}, Unreachable),
        ({"IDLE": "{tag} BAD apa\r\n"}, Unreachable),
        ({"IDLE": "+ ya\r\n* BYE selesai {tag}\r\n"}, Unreachable),
        ({"IDLE": "+ ya\r\n\x00\xff {tag}\r\n"}, Unreachable),
    ],
    ids=repr,
)
async def test_who_must_act(script: dict[str, str], error: type[ChannelError]) -> None:
    async with server(**script) as said, reader(said) as adapter:
        for _ in range(2):  # the second time over a new connection
            with pytest.raises(error) as told:
                await asyncio.wait_for(adapter.pull(CURSOR), 30)

    assert PASSWORD not in f"{told.value} {told.value.__cause__!r} {told.value.__context__!r}"


@pytest.mark.parametrize(
    "fetched",
    [
        "* 1 FETCH (UID 1 RFC822.SIZE x)\r\n", "* 1 FETCH (UID 1\r\n", "* 1 FETCH\r\n",
        "* x FETCH (((\r\n", "* 1 FETCH (UID 1 RFC822.SIZE 10 BODY[] NIL)\r\n", "* NO\r\n",
    ],
)  # fmt: skip
async def test_garbage_instead_of_a_mail_ends_the_talk_or_is_none(fetched: str) -> None:
    news = "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 2] x\r\n"
    uid = "* SEARCH 1\r\n" + fetched
    async with server(SELECT=news, UID=uid) as said, reader(said) as adapter:
        try:
            raws, _ = await asyncio.wait_for(adapter.pull(CURSOR), 30)
        except Unreachable:
            raws = []

    assert all("unread" in raw.envelope for raw in raws)


async def test_a_password_goes_in_clear_to_this_machine_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("channels.email.imap.LOOPBACK", frozenset())
    async with server() as said, reader(said) as adapter:
        with pytest.raises(Misconfigured, match="STARTTLS"):
            await adapter.pull(CURSOR)

    assert "LOGIN" not in said["heard"]


@pytest.mark.parametrize("cursor", ["", "7", "[]", '{"INBOX": 7}'])
async def test_a_cursor_of_somebody_else_is_named(cursor: str) -> None:
    async with server() as said, reader(said) as adapter:
        with pytest.raises(Misconfigured, match="cursor"):
            await adapter.pull(cursor)


async def test_where_nobody_listens_it_is_tried_again() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        said = {"imap": f"imap://127.0.0.1:{free.getsockname()[1]}", "imap_user": "lapor"}
        async with reader(said) as adapter:
            with pytest.raises(Unreachable, match="does not answer"):
                await adapter.pull(None)
            assert adapter.where.endswith("; reads INBOX of lapor at 127.0.0.1")


async def test_an_account_without_a_mailbox_pulls_nothing() -> None:
    assert not hasattr(Adapter("main", Settings()), "pull")
