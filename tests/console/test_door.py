"""Who may come in, and what his browser is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web

from console import app, pages
from console.door import guarded
from console.rights import RIGHTS, Right, Role
from console.visitor import visitor
from console.words import words
from tests.console.conftest import House, later


@pytest.fixture
def probe(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house with two pages of a test's own: one to look at, one to change something."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return pages.render(request, "refusal.html", why=f"<b>{visitor(request).name}</b>")

    def routes() -> list[web.RouteDef]:
        return [
            *app.routes(house.desk),
            web.get("/console/probe", guarded(house.desk, answer)),
            web.post("/console/probe", guarded(house.desk, answer, Right.TEACH)),
        ]

    monkeypatch.setattr(house, "routes", routes)
    return house


async def test_a_stranger_is_sent_to_sign_in_and_back(probe: House) -> None:
    stranger = await probe.browser()
    async with stranger.get("/console/probe?a=1", allow_redirects=False) as answer:
        assert answer.status == 303
        assert answer.headers["Location"] == "/console/login?next=/console/probe?a%3D1"
    async with stranger.get("/console/probe", headers={"HX-Request": "true"}) as answer:
        assert answer.status == 401
        assert answer.headers["HX-Redirect"].startswith("/console/login")


async def test_a_page_has_a_strict_policy_and_escapes(probe: House) -> None:
    rudi = await probe.person("viewer", "<i>rudi")
    status, text, headers = await rudi.see("/console/probe")
    assert status == 200
    assert "&lt;b&gt;&lt;i&gt;rudi" in text
    assert "<i>" not in text
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"
    assert "style=" not in text
    assert rudi.secret not in text


async def test_a_form_of_another_site_is_refused(probe: House) -> None:
    sri = await probe.person("admin")
    other = await probe.person("admin")
    assert (await sri.send("/console/probe"))[0] == 200
    for forged in ("", "x", other.csrf, sri.secret):
        assert (await sri.send("/console/probe", csrf=forged))[0] == 403
    async with sri.client.post("/console/probe", json={"csrf": sri.csrf}) as answer:
        assert answer.status == 403
    async with sri.client.post("/console/probe", headers={"X-CSRF-Token": sri.csrf}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("role", Role)
async def test_a_right_is_asked_for(probe: House, role: Role) -> None:
    somebody = await probe.person(role)
    status, _, _ = await somebody.send("/console/probe")
    assert status == (200 if Right.TEACH in RIGHTS[role] else 403)


async def test_a_session_ends(probe: House) -> None:
    sri = await probe.person("viewer")
    assert (await sri.see("/console/probe"))[0] == 200
    for ahead, status in ((timedelta(hours=7), 200), (timedelta(hours=16), 303)):
        probe.desk = replace(probe.gateway.desk, clock=later(probe.gateway.desk, ahead))
        late = await probe.browser({"kanal_session": sri.secret})
        async with late.get("/console/probe", allow_redirects=False) as answer:
            assert answer.status == status, ahead


async def test_files_are_known_by_name_alone(house: House) -> None:
    stranger = await house.browser()
    base = f"/console/static/{pages.static().digest}"
    for name in ("console.css", "console.js", "vendor/htmx/htmx.min.js", "icon.svg"):
        async with stranger.get(f"{base}/{name}") as answer:
            assert answer.status == 200, name
    for name in ("..%2fdesk.py", "nothing.js", "%2e%2e/%2e%2e/config.yml"):
        async with stranger.get(f"{base}/{name}") as answer:
            assert answer.status == 404, name


def test_both_languages_have_the_same_words() -> None:
    def keys(branch: object, at: str = "") -> set[str]:
        if not hasattr(branch, "__dict__"):
            return {at}
        return {key for name, one in vars(branch).items() for key in keys(one, f"{at}.{name}")}

    assert keys(words("id")) == keys(words("en"))
