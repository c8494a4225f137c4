"""An answer as mail, in the width of a phone: everything is read without moving it sideways."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser

from channels.email.ours import Us
from channels.email.render import compose, render
from channels.message import Link, OutboundMessage
from tests.browser.card import picture
from tests.browser.conftest import PHONE

US = Us(account="main", address="lapor@kanal.localhost", name="Kanal Warga")
TEXT = """Terima kasih, laporan Anda kami terima.

Nomor laporan: JKT-4K7P-2Q9X
Jenis: Lampu jalan mati
Tempat: Jl. Kemang Raya, Bangka, Mampang Prapatan, Jakarta Selatan
Dikirim: 25 November 2026 pukul 19.40

Tambah foto atau titik di peta:
https://lapor.kota.example/c/7k2p9x4mqdhq3v7zka

Lihat perkembangannya di https://lapor.kota.example/laporan/JKT-4K7P-2Q9X?dari=surat&bahasa=id
atau balas surat ini."""


def page_of(text: str) -> str:
    """The HTML part of an answer, as a mail program takes it out of the mail."""
    message = OutboundMessage(
        channel="email", account="main", address="rina@contoh.example", key="k", text=text,
        link=Link(url="https://lapor.kota.example/c/7k2p9x4mqdhq3v7zka", label="Tunjuk di peta"),
    )  # fmt: skip
    (part,) = render(message, US)
    mail = email.message_from_bytes(
        compose(part, datetime(2026, 1, 1, tzinfo=UTC), US), policy=email.policy.default
    )
    html = mail.get_body(("html",))
    assert html is not None
    return str(html.get_content())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("text", [TEXT, "https://lapor.kota.example/" + "a" * 400, "x" * 400])
async def test_an_answer_fits_a_phone_and_can_be_read(
    browser: Browser, scheme: str, text: str
) -> None:
    page = await browser.new_page(viewport=PHONE, color_scheme=scheme)  # type: ignore[arg-type]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.set_content(page_of(text))

    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    sizes = await page.evaluate(
        "[...document.querySelectorAll('p')].map(p => parseFloat(getComputedStyle(p).fontSize))"
    )
    assert min(sizes) >= 16  # smaller letters make telephones zoom
    for button in await page.get_by_text("Tunjuk di peta").all():
        box = await button.bounding_box()
        assert box is not None
        assert box["height"] >= 44  # a thumb
    assert asked == []  # nothing is loaded from anywhere: no reader is counted
    if text == TEXT and scheme == "light":
        await picture(page, "email.png")
    await page.close()
