"""A report's page in a real Chromium: the pin is dragged, a photo is blurred and published."""

from __future__ import annotations

from random import Random

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select

from nlu.ticket import make
from store.tables import Complaint, table
from tests.browser.axe import wrong
from tests.browser.chat import Chat, House
from tests.browser.conftest import PHONE
from tests.browser.contrast import AA, CONTRASTS
from tests.browser.desk import at_desk, picture
from tests.browser.test_webchat import REPORT, report


@pytest.fixture
async def ticket(chat: Chat) -> str:
    """A citizen's report with a photo."""
    return await report(chat, REPORT)


async def complaint(house: House):
    assert house.gateway is not None
    async with house.gateway.database.read() as connection:
        return (await connection.execute(select(table(Complaint)))).one()


async def neighbour(house: House) -> str:
    """Another report, a hundred metres to the north."""
    assert house.gateway is not None
    ids = house.gateway.desk.ids
    row = (await complaint(house))._asdict()
    del row["urgency"]
    number = make(Random(3))
    row |= {"id": ids.next(), "ticket": number, "lat": row["lat"] + 0.0009}
    async with house.gateway.database.begin() as connection:
        await connection.execute(table(Complaint).insert(), [row])
    return number


async def drag(page: Page, start: tuple[float, float], by: tuple[float, float]) -> None:
    """Press, move and let go, in pixels of the screen."""
    await page.mouse.move(*start)
    await page.mouse.down()
    await page.mouse.move(start[0] + by[0], start[1] + by[1], steps=6)
    await page.mouse.up()


async def fits(page: Page) -> None:
    """Nothing is wider than the screen; every text can be read; axe finds nothing."""
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    contrasts = await page.evaluate(CONTRASTS)
    assert len(contrasts) > 20
    assert [(text, round(ratio, 2)) for text, ratio in contrasts if ratio < AA] == []
    assert await wrong(page) == []


async def test_the_pin_is_dragged_and_a_photo_blurred_and_published(
    browser: Browser, house: House, ticket: str
) -> None:
    async with at_desk(browser, house) as page:
        await page.goto(f"{house.url}/console/reports/{ticket}")
        await expect(page.locator("#map .pin")).to_be_visible()
        await expect(page.locator("#map path.land").first).to_be_attached()
        await fits(page)
        await picture(page, "console-report.png")

        before = await complaint(house)
        pin = await page.locator("#map .pin").bounding_box()
        assert pin
        await drag(page, (pin["x"] + 18, pin["y"] + 30), (-98, -70))
        found = page.locator("#found")
        await expect(found).to_contain_text("Jakarta")
        assert (await complaint(house)).lat == before.lat
        assert await wrong(page) == []
        written = await page.get_by_label("Latitude").input_value()
        await found.get_by_role("button", name="Save this place").click()
        await expect(page).to_have_url(f"{house.url}/console/reports/{ticket}#place")
        after = await complaint(house)
        assert f"{after.lat:.6f}" == written
        assert after.lat > before.lat
        assert after.lon < before.lon
        await expect(page.locator("#place")).to_contain_text(after.kelurahan)

        await page.get_by_text("Look closer at photo 1").click()
        await page.get_by_role("button", name="Larger").click()
        sheet = page.locator(".canvas svg")
        await sheet.scroll_into_view_if_needed()
        area = await page.locator(".canvas").bounding_box()
        assert area
        await drag(page, (area["x"] + 30, area["y"] + 30), (120, 60))
        await expect(page.locator(".canvas rect")).to_have_count(1)
        part = page.locator(".part").first
        values = [float(await one.input_value()) for one in await part.locator("input").all()]
        assert values[2] > values[3] > 10
        await picture(page, "console-photo.png")
        await page.get_by_role("button", name="Make a copy and publish it").click()
        await expect(page.locator("#photos")).to_contain_text("Unreadable parts")
        assert await wrong(page) == []

        other = await neighbour(house)
        await page.reload()
        await page.locator("#map .dot").click()
        await expect(page).to_have_url(f"{house.url}/console/reports/{other}")
        await expect(page.get_by_role("heading", level=1)).to_contain_text(other)
        public = await page.context.new_page()
        await public.goto(f"{house.url}/t/{ticket}?lang=en")
        await expect(public.locator("img")).to_have_count(1)


async def test_without_a_script_on_a_phone_at_night(
    browser: Browser, house: House, ticket: str
) -> None:
    async with at_desk(
        browser, house, viewport=PHONE, color_scheme="dark", java_script_enabled=False, locale="id"
    ) as page:
        await page.goto(f"{house.url}/console/reports/{ticket}")
        await expect(page.locator("#map")).to_be_hidden()
        await page.get_by_label("Lintang").fill("-6,1754")
        await page.get_by_label("Bujur").fill("106,8272")
        await page.get_by_role("button", name="Lihat di mana itu").click()
        await expect(page.get_by_role("main")).to_contain_text("Gambir")
        await page.get_by_role("button", name="Simpan tempat ini").click()
        await expect(page.locator("#place")).to_contain_text("Gambir")

        await page.get_by_text("Lihat foto 1 lebih dekat").click()
        row = page.locator(".part").first
        for name, value in (("kiri", "100"), ("atas", "100"), ("Lebar", "200"), ("Tinggi", "80")):
            await row.get_by_label(name).fill(value)
        await page.get_by_role("button", name="Buat salinan dan terbitkan").click()
        await expect(page.locator("#photos")).to_contain_text("Sebagian disamarkan")
        await expect(page.locator("#photos figure")).to_have_count(2)
        await page.get_by_role("button", name="Tampilkan data pribadi").click()
        await expect(page.locator(".notice.bad")).to_contain_text("log audit")
    async with at_desk(browser, house, viewport=PHONE, color_scheme="dark") as page:
        await page.goto(f"{house.url}/console/reports/{ticket}")
        await expect(page.locator("#map .pin")).to_be_visible()
        for closed in await page.locator("details").all():
            await closed.evaluate("details => details.open = true")
        await fits(page)
        await picture(page, "console-report-phone.png")
        row = await complaint(house)
        await page.goto(f"{house.url}/console/talks/{row.conversation_id}")
        await fits(page)
