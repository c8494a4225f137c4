"""The card in a real Chromium on a phone: from a mail to a filed complaint, answered by mail."""

from __future__ import annotations

import math
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from gateway.settings import Settings
from store.tables import CardRow, Complaint, Delivery, Inbox, Media
from tests.browser.card import MENTENG, SD_03, Citizen, choose_point, picture, send
from tests.browser.chat import TICKET, Chat, House, jpeg
from tests.browser.conftest import PHONE
from tests.browser.test_webchat_page import AA, CONTRASTS
from tests.peers.email.conftest import Mailbox, words
from tests.peers.email.conftest import client as client  # noqa: PLC0414 - a fixture

pytestmark = [pytest.mark.peer("swaks"), pytest.mark.usefixtures("client")]


@pytest.fixture
def card_settings() -> dict[str, str]:
    """What config.yml says under channels.card."""
    return {}


@pytest.fixture
async def post(var: Path, port: int, card_settings: dict[str, str]) -> AsyncIterator[House]:
    """A gateway with mail and cards."""
    settings = Settings(
        var=var,
        public={"port": port, "url": f"http://127.0.0.1:{port}"},
        metrics={"port": 0},
        channels={"email": {"listen_port": 0}, "card": card_settings},
    )
    house = House(settings)
    await house.open()
    yield house
    await house.close()


@pytest.fixture
def citizen(post: House, var: Path) -> Citizen:
    return Citizen(post, Mailbox(var / "email" / "mail"))


@pytest.fixture
async def phone(browser: Browser, post: House) -> AsyncIterator[Chat]:
    """A phone in the sun; at the end nothing went elsewhere and nothing was complained of."""
    context = await browser.new_context(
        viewport=PHONE,
        has_touch=True,
        locale="id-ID",
        geolocation=MENTENG,
        permissions=["geolocation"],
    )
    chat = Chat(await context.new_page(), post.url)
    yield chat
    await context.close()
    assert chat.elsewhere == []
    assert chat.complaints == []


async def in_the_dark(browser: Browser, **wishes: object) -> BrowserContext:
    return await browser.new_context(viewport=PHONE, has_touch=True, **wishes)  # type: ignore[arg-type]


async def test_a_mail_asks_and_the_card_answers(citizen: Citizen, phone: Chat, post: House) -> None:
    await citizen.writes("air got meluap ke jalan, tolong dibersihkan salurannya")
    asked = await citizen.hears()
    page = phone.page
    html = asked.get_body(("html",))
    assert html is not None
    await page.set_content(html.get_content())  # as a mail program shows it
    await picture(page, "card-mail.png")
    await page.get_by_role("link", name="Buka peta").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Di mana tempatnya?")
    await page.get_by_role("button", name="Pakai posisi saya").click()
    await expect(page.locator("#chosen")).to_have_text("Titik terpilih: -6.19570, 106.83220")
    await page.locator("#words").fill("depan SD 03 Menteng")
    await page.locator("#photo").set_input_files(jpeg())
    await picture(page, "card.png")
    await send(page)
    await expect(page.get_by_role("heading", level=1)).to_have_text(
        "Terima kasih, sudah kami terima"
    )
    await expect(page.locator("main")).to_contain_text("balasan e-mail")

    summary = await citizen.hears()
    assert "Foto: 1 foto" in words(summary)
    assert "depan SD 03 Menteng" in words(summary)
    assert summary["References"] == "<1.rina@contoh.example>"
    await citizen.writes("ya", to=summary)
    filed = await citizen.hears()
    assert TICKET.search(words(filed))
    assert await post.count(Complaint, lat=-6.1957, lon=106.8322, place_source="card") == 1
    assert await post.count(Media, state="kept", channel="card") == 1
    assert await post.count(Inbox, channel="email") >= 3


async def test_a_card_is_used_once(citizen: Citizen, phone: Chat, post: House) -> None:
    path = await citizen.asks_for_a_card()
    page = phone.page
    await page.goto(post.url + path)
    other = await page.context.new_page()
    await other.goto(post.url + path)
    await choose_point(page, SD_03)
    await send(page)
    await expect(page.locator("h1")).to_have_text("Terima kasih, sudah kami terima")
    await other.locator("#words").fill("di tempat lain")
    await send(other)
    await expect(other.locator("h1")).to_have_text("Sudah diterima")
    await page.reload()
    await page.goto(post.url + path)
    await expect(page.locator("h1")).to_have_text("Sudah diterima")
    assert await post.count(Delivery, channel="card") == 1


async def test_the_map_by_finger_and_by_key(citizen: Citizen, phone: Chat, post: House) -> None:
    page = phone.page
    await page.goto(post.url + await citizen.asks_for_a_card())
    point, board = page.locator("#point"), page.locator("#map")
    await expect(board.locator("path.land").first).to_be_attached()
    await expect(board.locator("text.city").first).to_be_visible()
    assert await point.input_value() == ""  # the middle of the city is no answer

    await board.tap(position={"x": 60, "y": 60})
    tapped = await point.input_value()
    assert re.fullmatch(r"-6\.\d{5}, 106\.\d{5}", tapped)
    await expect(page.locator("#frame")).to_have_class("set")
    frame = await board.bounding_box()
    assert frame is not None
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x - 40, y, steps=4)
    await page.mouse.up()
    dragged = await point.input_value()
    assert float(dragged.split(",")[1]) > float(tapped.split(",")[1])  # the map went left

    await board.focus()
    await page.keyboard.press("ArrowUp")
    north = await point.input_value()
    assert float(north.split(",")[0]) > float(dragged.split(",")[0])
    await page.keyboard.press("+")
    assert await point.input_value() == north  # nearer is not elsewhere
    await page.keyboard.press("Enter")
    assert page.url.endswith("?lang=id") is False  # Enter marks, it does not send
    await page.get_by_role("button", name="Hapus titik").click()
    assert await point.input_value() == ""
    await expect(page.locator("#chosen")).to_have_text("Belum ada titik.")


async def test_without_a_script_the_words_do(
    citizen: Citizen, browser: Browser, post: House
) -> None:
    context = await in_the_dark(browser, java_script_enabled=False)
    page = await context.new_page()
    await page.goto(post.url + await citizen.asks_for_a_card())
    await expect(page.locator("#map")).to_be_hidden()
    await send(page)
    await expect(page.get_by_role("alert")).to_contain_text("Belum ada isinya")
    await page.locator("#words").fill("Jl. Cikini Raya depan stasiun, Kel. Cikini <b>")
    await page.locator("#photo").set_input_files(jpeg())
    await send(page)
    await expect(page.locator("h1")).to_have_text("Terima kasih, sudah kami terima")
    assert "Cikini" in words(await citizen.hears())
    await context.close()


async def test_in_english_in_the_dark(citizen: Citizen, browser: Browser, post: House) -> None:
    path = await citizen.asks_for_a_card()
    context = await in_the_dark(browser, color_scheme="dark")
    page = await context.new_page()
    await page.goto(post.url + path)
    await page.get_by_role("link", name="Switch to English").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.locator("h1")).to_have_text("Where is it?")
    await legible(page)
    await page.locator("#words").fill("Jl. Cikini Raya, Kel. Cikini")
    await send(page)
    await expect(page.locator("h1")).to_have_text("Thank you, we have it")
    await legible(page)
    await context.close()


async def legible(page: Page) -> None:
    """Every text stands out from its ground, and nothing is wider than the phone."""
    contrasts: list[tuple[str, float]] = await page.evaluate(CONTRASTS)
    assert [one for one in contrasts if one[1] < AA] == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_card_in_the_sun_is_legible(phone: Chat, citizen: Citizen, post: House) -> None:
    await phone.page.goto(post.url + await citizen.asks_for_a_card())
    await legible(phone.page)
    await phone.page.set_viewport_size({"width": 320, "height": 568})
    await legible(phone.page)


async def test_a_page_elsewhere_cannot_send_for_the_citizen(
    citizen: Citizen, phone: Chat, post: House
) -> None:
    path = await citizen.asks_for_a_card()
    page = phone.page
    await page.route(
        "http://127.0.0.1:1/",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<form method="post" enctype="multipart/form-data" action="{post.url}{path}">'
            '<input name="words" value="bukan dari saya"><button>x</button></form>',
        ),
    )
    await page.goto("http://127.0.0.1:1/")
    await page.locator("button").click()
    await expect(page.locator("h1")).to_have_text("Kiriman ditolak")
    assert await post.count(Delivery, channel="card") == 0
    assert phone.elsewhere.pop() == "http://127.0.0.1:1/"
    phone.complaints.clear()  # the browser notes the 403


async def test_a_photo_that_is_too_large_is_told_at_once(
    citizen: Citizen, phone: Chat, post: House
) -> None:
    page = phone.page
    await page.goto(post.url + await citizen.asks_for_a_card())
    await page.locator("#photo").set_input_files(
        {"name": "besar.jpg", "mimeType": "image/jpeg", "buffer": bytes(20_000_001)}
    )
    await expect(page.get_by_role("alert")).to_contain_text("Fotonya terlalu besar")
    await send(page)
    await expect(page.locator("#send")).to_be_enabled()
    assert await post.count(Delivery, channel="card") == 0
    assert await post.count(CardRow) == 1


async def test_a_reload_on_a_lost_line_keeps_what_was_written(
    citizen: Citizen, phone: Chat, post: House
) -> None:
    page = phone.page
    await page.goto(post.url + await citizen.asks_for_a_card())
    await page.locator("#words").fill("depan pasar")
    await page.context.set_offline(True)
    await send(page)
    await page.context.set_offline(False)
    await page.go_back()
    await expect(page.locator("#words")).to_have_value("depan pasar")
    await expect(page.locator("#send")).to_be_enabled()
    phone.complaints.clear()  # the browser says that the line was lost


async def test_a_card_outlives_a_restart(citizen: Citizen, phone: Chat, post: House) -> None:
    page = phone.page
    path = await citizen.asks_for_a_card()
    await page.goto(post.url + path)
    await post.close()
    await post.open()
    await choose_point(page, SD_03)
    await send(page)
    await expect(page.locator("h1")).to_have_text("Terima kasih, sudah kami terima")


TILES = "http://127.0.0.1:1/{z}/{x}/{y}.png"


@pytest.mark.parametrize("card_settings", [{"tiles_url": TILES, "tiles_attribution": "© Peta"}])
async def test_tiles_lie_where_they_belong(
    citizen: Citizen, phone: Chat, post: House, card_settings: dict[str, str]
) -> None:
    page = phone.page
    await page.route("http://127.0.0.1:1/**", lambda route: route.fulfill(body=b""))
    await page.goto(post.url + await citizen.asks_for_a_card())
    await expect(page.locator("#credit")).to_have_text("© Peta")
    await choose_point(page, SD_03)
    await expect(page.locator("#map img").first).to_be_attached()
    for _ in range(8):
        await page.locator("#map").press("ArrowRight")
    # The tile under the marker, by the formula of OpenStreetMap's wiki ("Slippy map tilenames").
    lat, lon = map(float, (await page.locator("#point").input_value()).split(","))
    column = int((lon + 180) / 360 * 2**16)
    row = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**16)
    under = await page.evaluate(
        """() => {
          const box = document.getElementById("map").getBoundingClientRect();
          const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
          return [...document.querySelectorAll("#map img")].map((tile) => [tile.src, tile])
            .filter(([, tile]) => {
              const { left, right, top, bottom } = tile.getBoundingClientRect();
              return left <= x && x < right && top <= y && y < bottom;
            }).map(([source]) => source);
        }"""
    )
    assert under == [TILES.format(z=16, x=column, y=row)]
    assert await page.locator("#map img").count() < 16  # those out of sight are let go
    assert all(url.startswith("http://127.0.0.1:1/") for url in phone.elsewhere)
    phone.elsewhere.clear()


async def test_two_fingers_bring_the_map_nearer(citizen: Citizen, phone: Chat, post: House) -> None:
    page = phone.page
    await page.goto(post.url + await citizen.asks_for_a_card())
    await choose_point(page, SD_03)
    names = page.locator("#map text.district:visible")
    await page.locator("#farther").click(click_count=6)
    far = await names.count()
    box = await page.locator("#map").bounding_box()
    assert box is not None
    wire = await page.context.new_cdp_session(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for kind, spread in (("touchStart", 20), ("touchMove", 60), ("touchMove", 120)):
        points = [{"x": x - spread, "y": y, "id": 0}, {"x": x + spread, "y": y, "id": 1}]
        await wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    await wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert far == 0
    await expect(names.first).to_be_visible()
    lat, lon = map(float, (await page.locator("#point").input_value()).split(","))
    assert abs(lat + 6.1955) < 0.02
    assert abs(lon - 106.8342) < 0.02
