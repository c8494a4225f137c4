"""The chat page as a citizen uses it, and the house behind it as a test looks into it."""

from __future__ import annotations

import io
import os
import re
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageOps
from playwright.async_api import ConsoleMessage, Error, FilePayload, Locator, Page, Request, expect
from sqlalchemy import func, select
from sqlmodel import SQLModel

from gateway.app import open_gateway
from gateway.running import Gateway
from gateway.settings import Settings
from store.tables import table

TICKET = re.compile(r"JKT-[0-9A-Z]{4}-[0-9A-Z]{4}")
IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
_LONG_MS = 20_000  # for an answer; most come in a tenth of a second


class House:
    """A gateway that can go away and come back."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stack = AsyncExitStack()
        self.url = f"http://127.0.0.1:{settings.public.port}"
        self.gateway: Gateway | None = None

    async def open(self) -> None:
        self.gateway = await self._stack.enter_async_context(open_gateway(self._settings))
        await self._stack.enter_async_context(self.gateway.running())

    async def close(self) -> None:
        await self._stack.aclose()
        self.gateway = None

    async def count(self, model: type[SQLModel], **where: Any) -> int:
        """How many rows of a table have these values."""
        assert self.gateway is not None
        rows = table(model)
        here = [rows.c[name] == value for name, value in where.items()]
        async with self.gateway.database.read() as connection:
            found = await connection.execute(select(func.count()).select_from(rows).where(*here))
            return int(found.scalar_one())


class Chat:
    """One tab. Notes what it complains of, and every request that is not for the gateway."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", self._error)
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _error(self, error: Error) -> None:
        self.complaints.append(str(error))

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.elsewhere.append(request.url)

    async def open(self, path: str = "/") -> None:
        await self.page.goto(self.url + path)
        await self.line_is("open")

    async def line_is(self, state: str) -> None:
        await expect(self.page.locator("html")).to_have_attribute("data-line", state)

    async def say(self, text: str) -> None:
        """Type and press Enter."""
        await self.page.locator("#message").fill(text)
        await self.page.locator("#message").press("Enter")

    async def press(self, label: str | re.Pattern[str]) -> None:
        """Press a quick answer."""
        await self.page.locator("#answers").get_by_role("button", name=label).click()

    @property
    def last(self) -> Locator:
        """What the bot said last."""
        return self.page.locator("#log li.bot").last

    def mine(self, text: str) -> Locator:
        """A message of one's own."""
        return self.page.locator("#log li.me").filter(has_text=text)

    async def hears(self, words: str | re.Pattern[str]) -> str:
        """Wait until the bot's last message holds these words; returns it."""
        await expect(self.last).to_contain_text(words, timeout=_LONG_MS)
        return await self.last.inner_text()

    async def said(self) -> int:
        """How many messages the bot has sent."""
        return await self.page.locator("#log li.bot").count()

    async def hears_more_than(self, said: int) -> str:
        """Wait until the bot has said more than it had; returns the last of it."""
        await expect(self.page.locator("#log li.bot").nth(said)).to_be_visible(timeout=_LONG_MS)
        return await self.last.inner_text()

    async def offers(self, label: str | re.Pattern[str]) -> bool:
        """Whether there is such a quick answer now."""
        return bool(await self.page.locator("#answers").get_by_role("button", name=label).count())

    async def choose_point(self, coordinates: str) -> None:
        """Choose a point on the map by its coordinates, and send it."""
        await self.page.locator("#place").click()
        await expect(self.page.locator("#map .here")).to_be_visible()
        await self.page.locator("#coordinates").fill(coordinates)
        await self.page.locator("#pin").click()
        await expect(self.page.locator("#chooser")).to_be_hidden()

    async def choose_photo(self, photo: FilePayload) -> None:
        await self.page.locator("#photos").set_input_files(photo)

    async def picture(self, name: str, of: Locator | None = None) -> None:
        """Keep a screenshot for the documentation, when asked to: of the screen, or of a part."""
        if os.environ.get("KANAL_SCREENSHOTS") == "1":
            IMAGES.mkdir(parents=True, exist_ok=True)
            shown = of or self.page
            await shown.screenshot(path=IMAGES / name, caret="initial")  # no style of its own


def jpeg(width: int = 960) -> FilePayload:
    """A photo of a street under water, more or less."""
    height = width * 9 // 16
    slope = Image.linear_gradient("L").resize((width, height))
    street = ImageOps.colorize(slope, black="#9db8c6", mid="#8d8d84", white="#5d4c36")
    draw = ImageDraw.Draw(street)
    for house, wall in enumerate(("#c9b79c", "#b5654a", "#d8d2c4")):
        left = house * width // 3 + 20
        draw.rectangle((left, height // 5, left + width // 4, height * 3 // 5), fill=wall)
    content = io.BytesIO()
    street.save(content, "JPEG")
    return {"name": "banjir.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}
