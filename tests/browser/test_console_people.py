"""Signing in, accounts and roles, as a real browser shows them."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Browser, Page, expect

from console.people import first
from console.people.acts import HOUSE, By
from tests.browser import axe
from tests.browser.chat import Chat, House
from tests.browser.desk import WIDE, picture

GOOD = "tujuh kerbau minum kopi"
NARROW = {"width": 360, "height": 740}


async def first_link(house: House) -> str:
    """What `kanal run` shows on the terminal."""
    assert house.gateway is not None
    desk = house.gateway.desk
    async with desk.database.begin() as connection:
        secret = await first.link(connection, By(actor=HOUSE, now=desk.clock(), ids=desk.ids))
    assert secret is not None
    return f"{house.url}{first.path_of(secret)}"


async def opened(browser: Browser, **wishes: Any) -> Page:
    context = await browser.new_context(**{"viewport": WIDE, "locale": "en-GB", **wishes})
    return await context.new_page()


async def chooses(page: Page, link: str) -> None:
    await page.goto(link)
    await page.get_by_label("New password", exact=True).fill(GOOD)
    await page.get_by_label("New password, once more").fill(GOOD)
    await page.get_by_role("button", name="Save and sign in").click()


async def speaks_english(page: Page, url: str) -> None:
    await page.goto(f"{url}/console/me")
    await page.get_by_label("English").check()
    await page.locator("form[action='/console/me/language'] button").click()
    await expect(page.get_by_role("status").first).to_have_text("The language is changed.")


async def fits(page: Page) -> bool:
    """Whether nothing sticks out of the page sideways."""
    wide: bool = await page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    return wide


async def hires(admin: Page) -> str:
    """Make an account for an officer; returns the link for him."""
    await admin.get_by_role("link", name="People").click()
    form = admin.locator("form[action='/console/people/add']")
    await form.get_by_label("Account name").fill("budi")
    await form.get_by_label("Role").select_option("officer")
    await form.get_by_label("Agency").select_option(label="Roads Agency (Bina Marga)")
    await form.get_by_label("Area").fill("Jakarta Pusat/Menteng")
    assert await axe.wrong(admin) == []
    await picture(admin, "console-people.png")
    await form.get_by_role("button").click()
    assert await axe.wrong(admin) == []
    return await admin.get_by_label("One-time link").input_value()


async def is_signed_out_and_in_again(admin: Page, budi: Page, url: str) -> None:
    """His session is ended by the admin; he signs in, at the second try."""
    await admin.get_by_role("link", name="People").first.click()
    await admin.get_by_role("link", name="budi").click()
    await admin.get_by_role("button", name=re.compile(r"^End: ")).click()
    await expect(admin.get_by_text("None.")).to_be_visible()
    await budi.goto(f"{url}/console/me")
    await expect(budi).to_have_url(re.compile(r"/console/login\?next=/console/me$"))
    assert await fits(budi)
    assert await axe.wrong(budi) == []
    await picture(budi, "console-login.png")
    await budi.get_by_label("Account name").fill("budi")
    await budi.get_by_label("Password").fill("something else")
    await budi.get_by_role("button", name="Sign in").click()
    await expect(budi.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    await budi.get_by_label("Password").fill(GOOD)
    await budi.get_by_role("button", name="Sign in").click()
    await expect(budi).to_have_url(f"{url}/console/me")


async def makes_a_token(admin: Page) -> None:
    """For a program of his; it is shown once."""
    await admin.get_by_role("link", name="Tokens for programs").click()
    await admin.get_by_label("What it is for").fill("map of the city")
    await admin.get_by_role("button", name="Make a token").click()
    await expect(admin.get_by_label("It is shown this once")).not_to_be_empty()
    assert await axe.wrong(admin) == []
    await picture(admin, "console-tokens.png")


async def test_the_first_admin_comes_in_and_hires_an_officer(
    browser: Browser, house: House
) -> None:
    admin = await opened(browser)
    heard = Chat(admin, house.url)
    await admin.goto(await first_link(house))
    assert await axe.wrong(admin) == []
    await picture(admin, "console-setup.png")
    await chooses(admin, admin.url)
    await expect(admin).to_have_url(f"{house.url}/console/")
    await speaks_english(admin, house.url)
    assert await axe.wrong(admin) == []
    await picture(admin, "console-me.png")
    await makes_a_token(admin)

    link = await hires(admin)
    budi = await opened(browser, viewport=NARROW, color_scheme="dark")
    await chooses(budi, link)
    await speaks_english(budi, house.url)
    assert await fits(budi)
    assert await axe.wrong(budi) == []
    await expect(budi.get_by_role("link", name="People")).to_have_count(0)
    await budi.goto(f"{house.url}/console/people")
    await expect(budi.get_by_role("alert")).to_contain_text("Your role may not do this")
    await is_signed_out_and_in_again(admin, budi, house.url)

    await admin.get_by_role("link", name="Audit").click()
    await expect(admin.get_by_role("cell", name="people.sign_in")).not_to_have_count(0)
    assert await axe.wrong(admin) == []
    await picture(admin, "console-audit.png")
    await admin.get_by_role("button", name="Sign out").click()
    await expect(admin).to_have_url(f"{house.url}/console/login")
    assert heard.elsewhere + heard.complaints == []


async def test_a_session_that_ended_keeps_what_is_on_the_page(
    browser: Browser, house: House
) -> None:
    """Without a reload: htmx is told, the page says so, and the form goes through afterwards."""
    page = await opened(browser, color_scheme="dark")
    await chooses(page, await first_link(house))
    await speaks_english(page, house.url)
    assert await axe.wrong(page) == []
    await page.evaluate("""() => {
      const form = document.querySelector("form[action='/console/me/language']");
      form.setAttribute("hx-post", form.getAttribute("action"));
      form.setAttribute("hx-swap", "none");
      htmx.process(form);
      form.querySelector("[name=csrf]").remove();
      document.body.setAttribute("hx-headers", '{"X-CSRF-Token": "of an older session"}');
    }""")
    await page.get_by_label("Bahasa Indonesia").check()
    save = page.locator("form[hx-post] button")
    async with page.expect_response("**/console/me/language") as refused:
        await save.click()
    assert (await refused.value).status == 403
    await expect(page.locator("#toasts")).to_contain_text("Send it once more")
    await expect(page.get_by_label("Bahasa Indonesia")).to_be_checked()
    async with page.expect_response("**/console/me/language") as taken:
        await save.click()
    assert (await taken.value).status == 303
    await page.context.clear_cookies()
    async with page.expect_response("**/console/me/language") as ended:
        await save.click()
    assert (await ended.value).status == 401
    await expect(page.locator("#toasts a")).to_have_attribute("target", "_blank")
    await expect(page).to_have_url(f"{house.url}/console/me?done=language")
