"""A real Chromium before a real gateway, both on this machine."""

from __future__ import annotations

import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright

from gateway.settings import Settings
from tests.browser.chat import Chat, House
from tests.peers.peers import peer

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PHONE = {"width": 360, "height": 740}
QUIET = [  # nothing that a browser does by itself: what is requested, our page requested
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
EXPECTED = ("WebSocket connection", "ERR_CONNECTION_REFUSED")  # while a test has the gateway down


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks through a browser needs a peer."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.peer("chromium"))


@pytest.fixture
def port() -> int:
    """A port that is free, and stays the same over a restart."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
        return free


@pytest.fixture
def var(tmp_path: Path, model_var: Path, sqlite: Path) -> Path:
    """A folder as `kanal setup` leaves it."""
    made = tmp_path / "var"
    shutil.copytree(model_var / "models", made / "models")
    shutil.copy(sqlite, made)
    return made


@pytest.fixture
async def house(var: Path, port: int) -> AsyncIterator[House]:
    """A gateway with the web chat alone, on SQLite."""
    settings = Settings(
        var=var,
        public={"port": port, "url": f"http://127.0.0.1:{port}"},
        metrics={"port": 0},
        dialogs={"gather_s": 0},
        channels={"webchat": {"messages_per_minute": 600}},
    )
    house = House(settings)
    await house.open()
    yield house
    await house.close()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    peer("chromium", available=bool(CHROMIUM), install="apt-get install -y chromium")
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        stack.push_async_callback(browser.close)
        yield browser


@pytest.fixture
async def chat(browser: Browser, house: House) -> AsyncIterator[Chat]:
    """A phone with the chat open, in Indonesian."""
    async with on_a_phone(browser, house, locale="id-ID") as chat:
        yield chat


@pytest.fixture
async def english_chat(browser: Browser, house: House) -> AsyncIterator[Chat]:
    """A phone with the chat open, whose owner reads English, in the dark."""
    async with on_a_phone(browser, house, locale="en-GB", color_scheme="dark") as chat:
        yield chat


@asynccontextmanager
async def on_a_phone(browser: Browser, house: House, **wishes: Any) -> AsyncIterator[Chat]:
    """Open the chat; at the end, nothing went elsewhere and the browser had nothing to say."""
    context = await browser.new_context(viewport=PHONE, has_touch=True, **wishes)
    chat = Chat(await context.new_page(), house.url)
    await chat.open()
    yield chat
    await context.close()
    assert chat.elsewhere == []
    assert [line for line in chat.complaints if not any(word in line for word in EXPECTED)] == []
