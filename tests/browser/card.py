"""A citizen with a mail program and a phone, before a gateway with mail and cards."""

from __future__ import annotations

import os
import re
from email.message import EmailMessage

from playwright.async_api import Page, expect

from channels.email.adapter import Mail
from store.tables import CardRow, Complaint
from tests.browser.chat import IMAGES, House
from tests.peers.email.conftest import Mailbox, swaks, words

CARD = re.compile(r"http://127\.0\.0\.1:\d+(/c/[0-9a-z]{18})\b")
SD_03 = "-6.19550, 106.83420"
MENTENG = {"latitude": -6.1957, "longitude": 106.8322, "accuracy": 12.0}
REPORT = "air got meluap ke jalan, tolong dibersihkan salurannya"


class Citizen:
    """Writes mails, reads answers."""

    def __init__(self, house: House, mailbox: Mailbox) -> None:
        self.house = house
        self.mailbox = mailbox
        self._number = 0

    @property
    def _port(self) -> int:
        assert self.house.gateway is not None
        adapter = self.house.gateway.accounts["email", "main"]
        assert isinstance(adapter, Mail)
        return adapter.port

    async def writes(
        self, text: str, sender: str = "rina@contoh.example", to: EmailMessage | None = None
    ) -> None:
        """Send a mail; `to` is the mail that it answers."""
        self._number += 1
        answered = () if to is None else ("--header", f"In-Reply-To: {to['Message-ID']}")
        sent = await swaks(
            self._port,
            "--header", "Subject: Laporan", *answered,
            "--header", f"Message-Id: <{self._number}.{sender}>",
            "--body", text,
            sender=sender,
        )  # fmt: skip
        assert sent.code == 0, sent.talk

    async def hears(self) -> EmailMessage:
        return await self.mailbox.next()

    async def asks_for_a_card(self, text: str = REPORT, sender: str = "rina@contoh.example") -> str:
        """Report without a place; returns the path of the card that the answer offers."""
        await self.writes(text, sender)
        answer = await self.hears()
        found = CARD.search(words(answer))
        assert found is not None, words(answer)
        return found[1]

    async def rows(self, model: type[CardRow | Complaint]) -> int:
        return await self.house.count(model)


async def choose_point(page: Page, coordinates: str) -> None:
    """Write a point into the field that the map fills."""
    await page.locator("summary").click()
    await page.locator("#point").fill(coordinates)
    await expect(page.locator("#frame")).to_have_class("set")


async def send(page: Page) -> None:
    await page.locator("#send").click()


async def picture(page: Page, name: str) -> None:
    """Keep a screenshot for the documentation, when asked to."""
    if os.environ.get("KANAL_SCREENSHOTS") == "1":
        IMAGES.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=IMAGES / name, full_page=True)
