"""Mail by swaks, an SMTP client that others wrote, through the whole gateway and back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from channels.email.adapter import Mail
from gateway.app import open_gateway
from gateway.running import Gateway
from gateway.settings import Settings
from tests.channels.email.conftest import Listening
from tests.channels.email.conftest import listening as listening  # noqa: PLC0414 - a fixture
from tests.channels.email.test_listener import self_signed
from tests.peers.email.conftest import LAPOR, RINA, Mailbox, Said, swaks, words

pytestmark = [pytest.mark.peer("swaks"), pytest.mark.usefixtures("client")]

TICKET = re.compile(r"JKT-[0-9A-Z]{4}-[0-9A-Z]{4}")


@pytest.fixture
def var(model_var: Path, tmp_path: Path) -> Path:
    (tmp_path / "models").symlink_to(model_var / "models")
    return tmp_path


@pytest.fixture
async def gateway(var: Path) -> AsyncIterator[Gateway]:
    """A running gateway with mail alone, on a port that the system chose."""
    settings = Settings.model_validate(
        {"var": var, "dialogs": {"gather_s": 0}, "channels": {"email": {"listen_port": 0}}}
    )
    async with open_gateway(settings) as opened, opened.running(doors=False):
        yield opened


@pytest.fixture
def answers(var: Path) -> Mailbox:
    return Mailbox(var / "email" / "mail")


def port_of(gateway: Gateway) -> int:
    adapter = gateway.accounts["email", "main"]
    assert isinstance(adapter, Mail)
    return adapter.port


async def reply(gateway: Gateway, mail: EmailMessage, body: str, message_id: str) -> Said:
    """Answer a mail as mail programs do: below the answer the mail itself."""
    quote = "\n".join(f"> {line}" for line in words(mail).splitlines())
    return await swaks(
        port_of(gateway),
        "--header", f"Subject: {mail['Subject']}",
        "--header", f"Message-Id: {message_id}",
        "--header", f"In-Reply-To: {mail['Message-ID']}",
        "--body", f"{body}\n\nPada Kam, 1 Jan 2026 pukul 08.20 Lapor <{LAPOR}> menulis:\n\n{quote}",
    )  # fmt: skip


async def test_a_complaint_with_a_photo_is_answered_into_the_maildir(
    gateway: Gateway, answers: Mailbox, var: Path
) -> None:
    photo = var / "foto.jpg"
    photo.write_bytes(jpeg(1280, 960))

    sent = await swaks(
        port_of(gateway),
        "--header", "Subject: Sampah menumpuk",
        "--header", "Message-Id: <satu@contoh.example>",
        "--body", "Sampah di sini sudah seminggu tidak diangkut, baunya menyengat",
        "--attach-type", "image/jpeg", "--attach", f"@{photo}",
    )  # fmt: skip
    asked = await answers.next()

    assert sent.code == 0, sent.talk
    assert asked["To"] == RINA
    assert asked["Subject"] == "Re: Sampah menumpuk"
    assert asked["In-Reply-To"] == "<satu@contoh.example>"
    assert asked["Auto-Submitted"] == "auto-replied"

    await reply(gateway, asked, "Jl. Sabang, Kebon Sirih, Menteng", "<dua@contoh.example>")
    summary = await answers.next()
    await reply(gateway, summary, "ya", "<tiga@contoh.example>")
    filed = await answers.next()

    assert TICKET.search(words(filed)), words(summary) + words(filed)
    (kept,) = [file for file in (var / "media").rglob("*") if file.is_file()]
    with Image.open(kept) as picture:
        assert picture.size == (1280, 960)


async def test_the_same_mail_twice_is_answered_once(gateway: Gateway, answers: Mailbox) -> None:
    mail = ("--header", "Message-Id: <sama@contoh.example>", "--body", "lampu jalan mati, gelap")
    for _ in range(3):
        assert (await swaks(port_of(gateway), *mail)).code == 0
    first = await answers.next()
    await swaks(port_of(gateway), "--body", "terima kasih", sender="budi@contoh.example")
    second = await answers.next()

    assert first["In-Reply-To"] == "<sama@contoh.example>"
    assert second["To"] == "budi@contoh.example"
    assert len(answers) == 2


async def test_a_machine_gets_no_answer(gateway: Gateway, answers: Mailbox) -> None:
    port = port_of(gateway)
    for options in (
        ("--header", "Auto-Submitted: auto-replied"),
        ("--header", "Precedence: bulk"),
        ("--h-From", LAPOR),
    ):
        assert (await swaks(port, *options, "--body", "banjir di Kemang")).code == 0
    assert (await swaks(port, "--body", "banjir di Kemang", sender="<>")).code == 0
    await swaks(port, "--body", "halo", sender="budi@contoh.example")

    assert (await answers.next())["To"] == "budi@contoh.example"
    assert len(answers) == 1


async def test_refusals_are_told_with_a_remedy(gateway: Gateway) -> None:
    stranger = await swaks(port_of(gateway), to="siapa@lain.example")

    assert stranger.code != 0
    assert f"550 5.1.1 No such address here. Write to {LAPOR}" in stranger.talk


async def test_starttls_with_swaks(listening: Listening, tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    self_signed(cert, key)
    paper = await listening(starttls_cert=cert, starttls_key=key)

    sent = await swaks(paper.adapter.port, "--tls", "--body", "Banjir")

    assert sent.code == 0, sent.talk
    assert "TLS started" in sent.talk
    assert len(paper.kept) == 1


def jpeg(width: int, height: int) -> bytes:
    """A picture of nothing."""
    held = BytesIO()
    Image.new("RGB", (width, height), (90, 110, 130)).save(held, "JPEG")
    return held.getvalue()
