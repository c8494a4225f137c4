"""What reads a mailbox at Dovecot, as a test sets it: mails for it, and what its pulls give."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from channels.adapter import Raw
from channels.email.adapter import Adapter, MailWithBox, Settings
from tests.channels.email.conftest import RINA
from tests.peers.email.dovecot import USER, Dovecot

WORDS = "lampu jalan mati sudah tiga malam, gelap sekali"


def mail(number: int, *, sender: str = RINA, body: str = WORDS, head: str = "") -> bytes:
    text = (
        f"From: Rina <{sender}>\nTo: lapor@kanal.localhost\nMessage-ID: <{number}@contoh.example>\n"
        f"Subject: Lampu {number}\n{head}\n{body}\n"
    )
    return text.replace("\n", "\r\n").encode()


def settings(box: Dovecot, **more: Any) -> dict[str, Any]:
    said = {"imap": f"imap://127.0.0.1:{box.port}", "imap_user": USER, "listen": False}
    return {**said, "read_old": True, "sweep_s": 540, **more}


@asynccontextmanager
async def reader(box: Dovecot, **more: Any) -> AsyncIterator[MailWithBox]:
    adapter = Adapter("main", Settings.model_validate(settings(box, **more)))
    assert isinstance(adapter, MailWithBox)
    yield adapter
    await adapter.close()


async def pulled(adapter: MailWithBox, cursor: str | None) -> tuple[list[Raw], str | None]:
    """What a pull that has something to tell gives."""
    async with asyncio.timeout(30):
        return await adapter.pull(cursor)


def subjects(raws: list[Raw]) -> list[str]:
    return [line.decode() for raw in raws for line in raw.body.splitlines() if b"Subject" in line]
