"""The page itself: map, position, keyboard, mistakes, colours, a narrow screen."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from store.tables import Inbox
from tests.browser.chat import Chat, House, jpeg
from tests.browser.contrast import AA, CONTRASTS

MONAS = {"latitude": -6.1754, "longitude": 106.8272, "accuracy": 15.0}


async def open_map(chat: Chat) -> None:
    await chat.page.locator("#place").click()
    await expect(chat.page.locator("#map .here")).to_be_visible()


async def coordinates(chat: Chat) -> tuple[float, float]:
    written = await chat.page.locator("#coordinates").input_value()
    lat, lon = written.split(",")
    return float(lat), float(lon)


async def test_the_pin_follows_the_arrow_keys(chat: Chat) -> None:
    await open_map(chat)
    await expect(chat.page.locator("#map")).to_be_focused()
    before = await coordinates(chat)
    for key in ("ArrowUp", "ArrowUp", "ArrowRight"):
        await chat.page.keyboard.press(key)
    after = await coordinates(chat)

    assert after[0] > before[0]
    assert after[1] > before[1]
    await chat.page.keyboard.press("+")
    await chat.page.keyboard.press("ArrowDown")
    assert 0 < after[0] - (await coordinates(chat))[0] < (after[0] - before[0]) / 2 * 1.01
    await chat.page.keyboard.press("Escape")
    await expect(chat.page.locator("#chooser")).to_be_hidden()
    await expect(chat.page.locator("#place")).to_be_focused()


async def test_the_pin_follows_a_tap_and_a_drag(chat: Chat) -> None:
    await open_map(chat)
    before = await coordinates(chat)
    box = await chat.page.locator("#map").bounding_box()
    assert box is not None
    await chat.page.mouse.click(box["x"] + 80, box["y"] + box["height"] - 60)
    tapped = await coordinates(chat)
    assert tapped[0] < before[0]  # further south
    assert tapped[1] < before[1]  # further west
    await chat.page.locator("#map .here").drag_to(
        chat.page.locator("#map"), target_position={"x": 250, "y": 200}
    )
    dragged = await coordinates(chat)
    assert dragged[0] > tapped[0]
    assert dragged[1] > tapped[1]
    await chat.page.locator("#pin").click()
    await expect(chat.mine("Lokasi")).to_contain_text(f"{dragged[0]:.5f}, {dragged[1]:.5f}")


@pytest.mark.parametrize("written", ["Menteng", "", "-6.2", "95.0, 106.8", "-6.2, 200"])
async def test_coordinates_that_are_none_are_not_sent(chat: Chat, written: str) -> None:
    await open_map(chat)
    await chat.page.locator("#coordinates").fill(written)
    await chat.page.locator("#pin").click()

    await expect(chat.page.locator("#map-news")).to_contain_text("Koordinat tidak terbaca")
    await expect(chat.page.locator("#coordinates")).to_be_focused()
    await expect(chat.page.locator("#log li")).to_have_count(0)


async def test_ones_own_position_is_shown_before_it_is_sent(chat: Chat, house: House) -> None:
    context = chat.page.context
    await context.grant_permissions(["geolocation"])
    await context.set_geolocation(MONAS)
    await open_map(chat)
    await chat.page.locator("#here").click()

    await expect(chat.page.locator("#map-news")).to_contain_text("sekitar 15 meter")
    assert await coordinates(chat) == (-6.1754, 106.8272)
    assert await house.count(Inbox) == 0
    await chat.page.locator("#pin").click()
    await expect(chat.mine("-6.17540, 106.82720")).to_contain_text("terkirim")


async def test_a_refused_position_is_explained(chat: Chat) -> None:
    await chat.page.evaluate(
        """() => {
          const denied = {code: 1, PERMISSION_DENIED: 1};
          navigator.geolocation.getCurrentPosition = (_, failed) => failed(denied);
        }"""
    )
    await open_map(chat)
    await chat.page.locator("#here").click()

    await expect(chat.page.locator("#map-news")).to_contain_text("tidak mengizinkan")


async def test_without_the_map_coordinates_still_do(chat: Chat) -> None:
    empty = "text/javascript"
    await chat.page.route(
        "**/leaflet.js", lambda route: route.fulfill(status=200, content_type=empty, body="")
    )
    await chat.page.locator("#place").click()
    await expect(chat.page.locator("#map-news")).to_contain_text("Peta tidak dapat dimuat")
    await chat.page.locator("#coordinates").fill("-6.2, 106.8")
    await chat.page.locator("#coordinates").press("Enter")

    await expect(chat.mine("-6.20000, 106.80000")).to_contain_text("terkirim")


async def test_what_cannot_be_sent_is_said_and_kept(chat: Chat, house: House) -> None:
    trouble = chat.page.locator("#trouble")
    message = chat.page.locator("#message")
    await chat.say("   ")
    await expect(trouble).to_be_hidden()
    await chat.say("banjir " * 15_000)
    await expect(trouble).to_contain_text("terlalu panjang")
    assert len(await message.input_value()) > 100_000

    await message.fill("")
    await chat.choose_photo({"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"})
    await expect(trouble).to_contain_text("bukan foto")
    await chat.choose_photo({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b""})
    await expect(trouble).to_contain_text("kosong")
    assert await house.count(Inbox) == 0


async def test_a_zip_named_jpg_is_refused_in_a_sentence(chat: Chat) -> None:
    await chat.choose_photo(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"PK\x03\x04" + b"x" * 999}
    )

    await expect(chat.page.locator("#log li.me")).to_contain_text("terkirim")
    assert await chat.hears_more_than(0)


async def test_markup_is_text_and_addresses_are_links(chat: Chat) -> None:
    written = "<img src=x onerror=alert(1)> lihat https://jaki.jakarta.go.id/a?b=1, atau 112."
    await chat.say(written)
    bubble = chat.mine("<img").first

    await expect(bubble.locator(".words")).to_have_text(written)
    hrefs = await bubble.locator("a").evaluate_all("(all) => all.map((a) => a.href)")
    assert hrefs == ["https://jaki.jakarta.go.id/a?b=1", "tel:112"]
    assert await bubble.locator("img").count() == 0


async def test_everything_by_keyboard(chat: Chat) -> None:
    page = chat.page
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#message")).to_be_focused()
    await page.keyboard.type("sampah menumpuk")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("sudah seminggu")
    await expect(page.locator("#log li")).to_have_count(0)
    await page.keyboard.press("Enter")
    await expect(chat.mine("sampah menumpuk")).to_contain_text("sudah seminggu")
    await chat.hears_more_than(0)
    await page.locator("#answers button").first.wait_for()
    for _ in range(12):  # back through the composer to the last answer
        await page.keyboard.press("Shift+Tab")
        if await page.evaluate("document.activeElement.closest('#answers') !== null"):
            break
    assert await page.evaluate("document.activeElement.closest('#answers') !== null")


async def test_the_language_can_be_switched(chat: Chat) -> None:
    await chat.page.locator(".switch").click()
    await expect(chat.page.locator("html")).to_have_attribute("lang", "en")
    await chat.open()  # and it stays
    await expect(chat.page.locator("header")).to_contain_text("Report to Jakarta")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_can_be_read(chat: Chat, scheme: str) -> None:
    await chat.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    await chat.say("sampah menumpuk")
    await chat.hears_more_than(0)
    await chat.choose_photo({"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"})
    await expect(chat.page.locator("#trouble")).to_be_visible()
    contrasts = await chat.page.evaluate(CONTRASTS)
    await open_map(chat)
    contrasts += await chat.page.evaluate(CONTRASTS)

    assert len(contrasts) > 15
    assert [(text, round(ratio, 2)) for text, ratio in contrasts if ratio < AA] == []


async def test_a_narrow_screen_shows_everything(chat: Chat) -> None:
    await chat.say("x" * 400)
    await chat.choose_photo(jpeg())
    await expect(chat.page.locator("#log li.me img")).to_be_visible()
    await chat.hears_more_than(0)

    assert await chat.page.evaluate("document.documentElement.scrollWidth") <= 360
    sizes = await chat.page.locator("button:visible, .switch").evaluate_all(
        "(all) => all.map((e) => [e.id || e.textContent, e.getBoundingClientRect().height])"
    )
    small = [name for name, height in sizes if height < 24]  # WCAG 2.2, 2.5.8
    assert small == []


async def test_every_control_has_a_name(chat: Chat) -> None:
    await open_map(chat)
    tree = await chat.page.locator("body").aria_snapshot()
    await chat.page.keyboard.press("Escape")
    tree += await chat.page.locator("body").aria_snapshot()

    assert re.findall(r"- (?:button|link|textbox)(?![^\n]*\")[^\n]*", tree) == []
    for name in ("Kirim foto", "Kirim lokasi", "Pesan Anda", "Kirim", "Percakapan"):
        assert f'"{name}"' in tree
