"""Somebody at the moderators' desk: a browser that is signed in."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page

from console.door import cookie_name
from store import accounts
from tests.browser.chat import IMAGES, Chat, House

WIDE = {"width": 1440, "height": 900}


@asynccontextmanager
async def at_desk(
    browser: Browser,
    house: House,
    role: str = "moderator",
    *,
    locale: str = "en",
    bears: tuple[str, ...] = (),
    **wishes: Any,
) -> AsyncIterator[Page]:
    """Open a browser for somebody of this role; at the end it has nothing to complain of.

    But for what the test `bears`. Nothing was asked of another host either.
    """
    assert house.gateway is not None
    desk = house.gateway.desk
    secret = secrets.token_urlsafe(32)
    async with desk.database.begin() as connection:
        account = await accounts.add(
            connection, desk.ids, f"ani-{secrets.token_hex(3)}", role, now=desk.clock(),
            locale=locale,
        )  # fmt: skip
        await accounts.start(connection, account, secret, now=desk.clock(), lifetime=desk.lifetime)
    context = await browser.new_context(**{"viewport": WIDE, **wishes})
    await context.add_cookies([{"name": cookie_name(desk), "value": secret, "url": house.url}])
    page = await context.new_page()
    heard = Chat(page, house.url)
    yield page
    await context.close()
    said = [line for line in heard.complaints if not any(word in line for word in bears)]
    assert not heard.elsewhere + said, heard.elsewhere + said


async def picture(page: Page, name: str) -> None:
    """Keep a screenshot for the documentation, when asked to."""
    if os.environ.get("KANAL_SCREENSHOTS") == "1":
        IMAGES.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=IMAGES / name, caret="initial")  # hiding it takes a style
