"""Signing in and out by real requests, on both databases: what gets in, and what does not."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from argon2 import PasswordHasher

from console.people import acts, first
from console.people import passwords as of_passwords
from console.people.acts import By, Post
from console.rights import Role
from store import audit, staff
from store.audit import Sought
from tests.console.conftest import House

GOOD = "tujuh kerbau minum kopi"
OTHER = "payung basah di lampu merah"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pace of the hash is proved in test_people_passwords.py; here it would only cost time."""
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(of_passwords.PasswordHasher, "from_parameters", lambda _: hasher)


@dataclass
class Browser:
    """A browser that fills in the forms it is shown."""

    client: TestClient[web.Request, web.Application]
    page: str = ""
    status: int = 0

    async def see(self, path: str) -> str:
        async with self.client.get(path, allow_redirects=False) as answer:
            self.status, self.page = answer.status, await answer.text()
        return self.page

    async def send(self, path: str, *, headers: dict[str, str] | None = None, **fields: Any) -> Any:
        """Send the form that is on the page, with these fields."""
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', self.page))
        fields = {**{name: unescaped(value) for name, value in hidden.items()}, **fields}
        answer = await self.client.post(path, data=fields, headers=headers, allow_redirects=False)
        self.status, self.page = answer.status, await answer.text()
        return answer

    async def came_back(self, query: dict[str, str]) -> None:
        """The provider sends the browser back."""
        async with self.client.get(
            "/console/login/sso", params=query, allow_redirects=False
        ) as answer:
            self.status, self.page = answer.status, await answer.text()

    @property
    def cookies(self) -> list[str]:
        return [one.key for one in self.client.session.cookie_jar]

    async def signs_in(self, name: str, password: str, after: str = "/console/me") -> Any:
        await self.see(f"/console/login?next={after}")
        return await self.send("/console/login", name=name, password=password)


def unescaped(text: str) -> str:
    from html import unescape

    return unescape(text)


async def hired(house: House, name: str, post: Post | None = None) -> str:
    """An account and the path of its set-up link."""
    desk = house.desk
    by = By(actor="kanal", now=desk.clock(), ids=desk.ids)
    async with desk.database.begin() as connection:
        _, secret = await acts.add(connection, by, name, post or Post(role=Role.MODERATOR))
    return first.path_of(secret)


@pytest.fixture
async def rina(house: House) -> Browser:
    """Rina has chosen her password; this is another browser."""
    browser = Browser(await house.browser())
    path = await hired(house, "rina")
    await browser.see(path)
    await browser.send(path, new=GOOD, again=GOOD)
    assert browser.status == 303
    return Browser(await house.browser())


async def logged(house: House, **sought: Any) -> list[tuple[str, str]]:
    async with house.desk.database.read() as connection:
        rows = await audit.found(connection, Sought(**sought), most=100)
    return [(row.actor, row.act) for row in reversed(rows)]


def ahead(house: House, **by: float) -> None:
    """Let time pass for pages that are opened from now on."""
    clock = house.desk.clock
    house.desk = replace(house.desk, clock=lambda: clock() + timedelta(**by))


async def test_in_and_out(house: House, rina: Browser) -> None:
    answer = await rina.signs_in("Rina ", GOOD, "/console/me?done=password")
    assert (answer.status, answer.headers["Location"]) == (303, "/console/me?done=password")
    cookie = answer.headers.getall("Set-Cookie")[0]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "rina" in await rina.see("/console/me")
    secret = rina.client.session.cookie_jar.filter_cookies(rina.client.make_url("/"))[
        "kanal_session"
    ].value
    await rina.send("/console/logout")
    assert rina.status == 303
    late = Browser(await house.browser({"kanal_session": secret}))
    await late.see("/console/me")
    assert late.status == 303  # the session is over on the server too
    assert await logged(house, subject="rina") == [
        ("kanal", "people.add"),
        ("rina", "people.set_up"),
        ("rina", "people.sign_in"),
        ("rina", "people.sign_in"),
        ("rina", "people.sign_out"),
    ]


async def test_wrong_is_wrong_and_tells_nothing_else(rina: Browser) -> None:
    for name, password in (
        ("rina", OTHER),
        ("nobody", GOOD),
        ("rina", ""),
        ("", GOOD),
        ("rina' OR '1'='1", GOOD),
    ):
        answer = await rina.signs_in(name, password)
        assert answer.status == 401
        assert "Nama atau kata sandi salah." in rina.page
        assert "kanal_session" not in str(answer.headers.getall("Set-Cookie"))


async def test_brute_force_is_slowed_down_and_the_owner_is_not(house: House, rina: Browser) -> None:
    await rina.signs_in("rina", GOOD)  # her browser is known now
    await rina.send("/console/logout")
    guesser = Browser(await house.browser())
    for _ in range(5):
        assert (await guesser.signs_in("rina", OTHER)).status == 401
    for name in ("rina", "RINA"):
        answer = await guesser.signs_in(name, GOOD)  # even the right one is not looked at
        assert answer.status == 429
        assert int(answer.headers["Retry-After"]) <= 30
        assert "1 menit" in guesser.page
    assert (await rina.signs_in("rina", GOOD)).status == 303
    assert ("kanal", "people.refused") in await logged(house, subject="rina")


async def test_a_session_that_a_stranger_planted_is_not_used(house: House, rina: Browser) -> None:
    """Session fixation: the id before and after signing in are never the same."""
    planted = "planted-by-a-stranger"
    victim = Browser(await house.browser({"kanal_session": planted}))
    answer = await victim.signs_in("rina", GOOD)
    assert answer.status == 303
    jar = victim.client.session.cookie_jar.filter_cookies(victim.client.make_url("/"))
    assert jar["kanal_session"].value != planted
    stranger = Browser(await house.browser({"kanal_session": planted}))
    await stranger.see("/console/me")
    assert stranger.status == 303


async def test_no_other_site_signs_anybody_in(house: House, rina: Browser) -> None:
    """Login CSRF: a form that is not from our page, or from another browser's page."""
    await rina.see("/console/login")
    stolen = re.search(r'name="doorstep" value="(\w+)"', rina.page)
    assert stolen is not None
    victim = Browser(await house.browser())
    for fields in ({}, {"doorstep": stolen[1]}, {"doorstep": ""}):
        answer = await victim.send("/console/login", name="rina", password=GOOD, **fields)
        assert answer.status == 403
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        await rina.see("/console/login")
        answer = await rina.send("/console/login", headers=headers, name="rina", password=GOOD)
        assert answer.status == 403


async def test_a_sign_in_leads_to_our_own_pages_alone(rina: Browser) -> None:
    for after in (
        "https://evil.example/", "//evil.example/", "/\\evil.example", "/console/\\..\\x",
        "javascript:alert(1)", "/console/%0d%0aSet-Cookie:a=b", "/t/", "", "/console/logout",
        "/console", "/console.evil.example", "x" * 5000,
    ):  # fmt: skip
        answer = await rina.signs_in("rina", GOOD, after)
        assert answer.headers["Location"] == "/console/", after


async def test_a_link_is_good_once_for_a_day(house: House) -> None:
    path = await hired(house, "sri")
    sri = Browser(await house.browser())
    assert "sri" in await sri.see(path)
    await sri.see(path)  # looking does not use it up
    for new, again, why in (
        ("pendek", "pendek", "terlalu pendek"),
        (GOOD, OTHER, "tidak sama"),
        ("sri12345678900", "sri12345678900", "mudah ditebak"),
    ):
        await sri.send(path, new=new, again=again)
        assert sri.status == 422
        assert why in sri.page
    await sri.send(path, new=GOOD, again=GOOD)
    assert sri.status == 303
    other = Browser(await house.browser())
    await other.see(path)
    assert other.status == 404
    assert (await other.signs_in("sri", GOOD)).status == 303

    late = await hired(house, "tono")
    ahead(house, hours=25)
    tono = Browser(await house.browser())
    await tono.see(late)
    assert tono.status == 404


async def test_a_new_link_ends_the_one_before_and_the_password_ends_sessions(
    house: House, rina: Browser
) -> None:
    await rina.signs_in("rina", GOOD)
    desk = house.desk
    by = By(actor="kanal", now=desk.clock(), ids=desk.ids)
    paths = []
    for _ in range(2):
        async with desk.database.begin() as connection:
            known = await staff.by_name(connection, "rina")
            assert known is not None
            paths.append(first.path_of(await acts.link(connection, by, known[0])))
    elsewhere = Browser(await house.browser())
    await elsewhere.see(paths[0])
    assert elsewhere.status == 404
    await elsewhere.see(paths[1])
    await elsewhere.send(paths[1], new=OTHER, again=OTHER)
    assert elsewhere.status == 303
    await rina.see("/console/me")
    assert rina.status == 303  # signed out


async def test_what_was_typed_when_a_session_ended_is_not_lost(house: House, rina: Browser) -> None:
    """The form waits on the sign-in page and is sent by whoever signs in, with a token of his."""
    words = '<script>alert("halo")</script>'
    same = {"Sec-Fetch-Site": "same-origin"}
    path = "/console/people/add"
    answer = await rina.send(path, headers=same, name=words, role="viewer")
    assert answer.status == 401
    assert "tidak hilang" in rina.page
    assert words not in rina.page
    sri = await house.person("admin", "sri.admin")
    rina.client.session.cookie_jar.clear()
    await rina.see("/console/login")
    fresh = re.search(r'name="doorstep" value="(\w+)"', rina.page)
    assert fresh is not None
    answer = await rina.send(path, headers=same, name=words, role="viewer")
    answer = await rina.send("/console/login", name="rina", password=GOOD)
    assert answer.status == 200
    assert "Periksa isinya" in rina.page
    assert words not in rina.page
    assert f'action="{path}"' in rina.page
    await rina.send(path)
    assert rina.status == 403  # she is no admin: signing in gives her no more than she has

    async with sri.client.post(
        path, headers=same, data={"csrf": "an older one", "name": "tono", "role": "viewer"}
    ) as response:
        sri_page = Browser(sri.client, await response.text())
    assert "tono" in sri_page.page
    await sri_page.send(path)
    assert "/console/setup/" in sri_page.page

    forged = await rina.client.post(path, data={"name": "x"}, headers={
        "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site",
    }, allow_redirects=False)  # fmt: skip
    assert forged.status == 403


async def test_a_page_that_was_left_open_keeps_no_session_alive(house: House) -> None:
    sri = await house.person("viewer")
    clock = house.desk.clock
    for hours, headers, status in (
        (7, {"HX-Request": "true"}, 200),  # a part that renews itself
        (9, {}, 303),
        (7, {"Accept": "text/event-stream"}, 200),
        (9, {}, 303),
        (7, {}, 200),  # a person
        (9, {}, 200),
    ):
        house.desk = replace(house.desk, clock=lambda hours=hours: clock() + timedelta(hours=hours))
        tab = await house.browser({"kanal_session": sri.secret})
        async with tab.get("/console/me", headers=headers, allow_redirects=False) as answer:
            assert answer.status == status, (hours, headers)


async def test_a_script_is_told_that_the_session_ended_and_keeps_its_page(
    house: House, rina: Browser
) -> None:
    answer = await rina.client.post("/console/me/language", headers={"HX-Request": "true"})
    assert (answer.status, answer.headers["HX-Trigger"]) == (401, "console:signed-out")
    sri = await house.person("viewer")
    headers = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin", "X-CSRF-Token": "old"}
    answer = await sri.client.post("/console/me/language", headers=headers)
    assert answer.status == 403
    assert sri.csrf in answer.headers["HX-Trigger"]
    headers["Sec-Fetch-Site"] = "same-site"
    answer = await sri.client.post("/console/me/language", headers=headers)
    assert "HX-Trigger" not in answer.headers


async def test_over_tls_cookies_are_bound_to_the_host(house: House) -> None:
    house.desk = replace(house.desk, site="https://kanal.example")
    stranger = await house.browser()
    answer = await stranger.get("/console/login")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-kanal_doorstep=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


async def test_a_long_form_does_not_fill_the_page(house: House) -> None:
    stranger = await house.browser()
    answer = await stranger.post(
        "/console/me/language",
        data={"locale": "x" * 300_000},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status == 401
    assert len(await answer.text()) < 20_000
