"""Postfix before the listener and behind the answers: it retries, relays, and sends bounces."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from channels.adapter import Sent
from channels.email.adapter import Adapter, Mail, Settings
from channels.message import OutboundMessage, ReceiptStatus
from gateway.app import open_gateway
from gateway.settings import Settings as AllSettings
from tests.channels.email.conftest import Listening
from tests.channels.email.conftest import listening as listening  # noqa: PLC0414 - a fixture
from tests.peers.email.conftest import RINA, Postfix, free_port, swaks, until, words

pytestmark = [pytest.mark.peer("postfix"), pytest.mark.usefixtures("client")]

Start = Callable[..., Awaitable[Postfix]]


async def test_postfix_tries_again_after_a_451_and_delivers_once(
    postfix: Start, listening: Listening
) -> None:
    paper = await listening()
    paper.away = True
    server = await postfix(paper.adapter.port)

    sent = await swaks(
        server.port, "--header", "Message-Id: <a@contoh.example>", "--body", "Banjir"
    )
    await until(lambda: [mail["queue_name"] for mail in server.queue()] == ["deferred"], "451")
    while_away = list(paper.kept)
    paper.away = False
    server.try_again()
    await until(lambda: bool(paper.kept) and not server.queue(), "the second attempt")

    assert sent.code == 0, sent.talk
    assert while_away == []
    (raw,) = paper.kept
    (message,) = paper.adapter.parse(raw).messages
    assert (message.text, message.sender) == ("Banjir", RINA)
    assert raw.envelope["mail-from"] == RINA


async def test_a_complaint_comes_and_its_answer_goes_by_postfix(
    postfix: Start, model_var: Path, tmp_path: Path
) -> None:
    (tmp_path / "models").symlink_to(model_var / "models")
    port = free_port()
    own = {"listen_port": 0, "relay": f"smtp://127.0.0.1:{port}"}
    settings = AllSettings.model_validate(
        {"var": tmp_path, "dialogs": {"gather_s": 0}, "channels": {"email": own}}
    )
    async with open_gateway(settings) as opened, opened.running(doors=False):
        adapter = opened.accounts["email", "main"]
        assert isinstance(adapter, Mail)
        server = await postfix(adapter.port, port)
        await swaks(
            port, "--header", "Message-Id: <a@contoh.example>", "--header", "Subject: Gelap",
            "--body", "lampu jalan mati sudah tiga malam, gelap sekali",
        )  # fmt: skip
        answer = await server.rina.next()

    assert answer["Subject"] == "Re: Gelap"
    assert answer["In-Reply-To"] == "<a@contoh.example>"
    assert answer["Return-Path"] == "<lapor@kanal.localhost>"
    assert words(answer).strip()


async def test_a_bounce_that_postfix_made_is_a_receipt(
    postfix: Start, listening: Listening
) -> None:
    paper = await listening()
    server = await postfix(paper.adapter.port)
    adapter = Adapter("main", Settings(relay=f"smtp://127.0.0.1:{server.port}"))
    await adapter.start()
    message = OutboundMessage(
        channel="email", account="main", address="rina@mati.example", key="k", text="Di mana?"
    )
    (part,) = adapter.render(message)

    outcome = await adapter.send(part)
    await adapter.close()
    await until(lambda: bool(paper.kept), "the bounce")

    assert isinstance(outcome, Sent)
    (receipt,) = paper.adapter.parse(paper.kept[0]).receipts
    assert receipt.provider_id == outcome.provider_id
    assert receipt.status is ReceiptStatus.FAILED
    assert receipt.detail == "returned: 5.1.1"
    assert paper.kept[0].envelope["mail-from"] == ""
