"""The wait for mail at Dovecot: a new mail ends it, whenever it comes; an ended one loses none."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from imapclient import IMAPClient

from channels.adapter import Raw
from channels.email.adapter import MailWithBox
from channels.errors import Unreachable
from tests.channels.email.test_listener import self_signed
from tests.peers.email.conftest import until
from tests.peers.email.dovecot import Dovecot, dovecot
from tests.peers.email.reading import mail, pulled, reader, subjects

pytestmark = [pytest.mark.peer("dovecot"), pytest.mark.usefixtures("_password")]


async def test_idle_wakes_and_a_cancelled_wait_ends_at_once(box: Dovecot) -> None:
    """The sweep comes after nine minutes only: what wakes it within seconds is IDLE."""
    async with reader(box) as adapter:
        _, cursor = await pulled(adapter, None)
        waiting = asyncio.create_task(adapter.pull(cursor))
        await until(lambda: idles(adapter), "IDLE")
        box.deliver(mail(1))
        nothing, _ = await asyncio.wait_for(waiting, 30)
        found, moved = await pulled(adapter, cursor)

        waiting = asyncio.create_task(adapter.pull(moved))
        await until(lambda: idles(adapter), "IDLE")
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
        box.deliver(mail(2))
        after, _ = await pulled(adapter, moved)

    assert nothing == []
    assert subjects(found) == ["Subject: Lampu 1"]
    assert subjects(after) == ["Subject: Lampu 2"]


@pytest.mark.parametrize("scheme", ["imap", "imaps"])
@pytest.mark.parametrize("moment", ["idle", "add_flags"])
async def test_a_mail_that_comes_between_the_look_and_the_wait_ends_the_wait(
    moment: str, scheme: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Dovecot tells of it in one packet with the beginning of IDLE, or in the answer to STORE."""
    real = getattr(IMAPClient, moment)
    late = iter([mail(2)])
    paper = (tmp_path / "cert.pem", tmp_path / "key.pem")
    self_signed(*paper, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(paper[0]))

    def delayed(client: IMAPClient, *args: Any, **more: Any) -> Any:
        for one in late:
            box.deliver(one)
        return real(client, *args, **more)

    async with dovecot(certificate=paper) as box:
        port = box.tls_port if scheme == "imaps" else box.port
        box.deliver(mail(1))
        async with reader(box, imap=f"{scheme}://localhost:{port}") as adapter:
            _, cursor = await pulled(adapter, None)
            monkeypatch.setattr(IMAPClient, moment, delayed)
            found: list[Raw] = []
            while not found:
                found, cursor = await pulled(adapter, cursor)

    assert subjects(found) == ["Subject: Lampu 2"]
    assert next(late, None) is None


async def test_without_idle_it_looks_again_and_again() -> None:
    async with (
        dovecot(more="imap_capability = IMAP4rev1 UIDPLUS") as box,
        reader(box, sweep_s=1) as adapter,
    ):
        _, cursor = await pulled(adapter, None)
        waiting = asyncio.create_task(adapter.pull(cursor))
        box.deliver(mail(1))
        found, _ = await asyncio.wait_for(waiting, 30)
        if not found:
            found, _ = await pulled(adapter, cursor)

    assert subjects(found) == ["Subject: Lampu 1"]


async def test_a_dropped_connection_loses_nothing(box: Dovecot) -> None:
    async with reader(box) as adapter:
        _, cursor = await pulled(adapter, None)
        waiting = asyncio.create_task(adapter.pull(cursor))
        await until(lambda: idles(adapter), "IDLE")
        os.kill(box.sessions()[-1], signal.SIGKILL)
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1"):
            await asyncio.wait_for(waiting, 30)
        box.deliver(mail(1))
        found, _ = await pulled(adapter, cursor)

    assert subjects(found) == ["Subject: Lampu 1"]


def idles(adapter: MailWithBox) -> bool:
    """Whether its wait has begun: the library keeps the tag of the command until the next."""
    client = adapter._box._client
    return client is not None and client._idle_tag is not None
