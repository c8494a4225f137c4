"""Attacks on the console as a whole: every route of every room, whatever will be added to them.

What each attack gets stands in docs/security.md.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from tests.console.conftest import House, Person

OPEN = re.compile(  # what anybody may ask for, and a script's contract
    r"/console$|/console/(static/|login|setup/)|/api/v1/openapi\.json$"
)
FORGED = (403, 404)
PLACE = re.compile(r"\{(\w+)(?::((?:[^{}]|\{[^}]*\})*))?\}")


def paths(house: House, *methods: str) -> list[tuple[str, str]]:
    """Method and path of every route, with something plausible in its places."""

    def filled(match: re.Match[str]) -> str:
        pattern = match[2] or ""
        if "|" in pattern and not set(pattern) & set("[\\"):
            return pattern.split("|")[0].strip("(")
        return "JKT-AAAA-AAAA" if match[1] in {"ticket", "number"} and not pattern else "1"

    return [
        (route.method, PLACE.sub(filled, route.path))
        for route in house.routes()
        if route.method in methods
    ]


async def asked(somebody: Any, method: str, path: str, **more: Any) -> int:
    async with somebody.request(method, path, allow_redirects=False, **more) as answer:
        await answer.read() if answer.status != 200 else answer.close()
        return int(answer.status)


async def test_every_page_and_act_asks_who_it_is(house: House) -> None:
    stranger = await house.browser()
    found = paths(house, "GET", "POST", "PUT", "PATCH", "DELETE")
    assert len(found) > 40
    for method, path in found:
        if OPEN.match(path):
            continue
        assert await asked(stranger, method, path) in {303, 401, 403, 404}, (method, path)
        guessed = {"Cookie": "kanal_session=guessed", "Authorization": "Bearer guessed"}
        status = await asked(stranger, method, path, headers=guessed)
        assert status in {303, 401, 403, 404}, (method, path)


async def test_every_act_wants_a_form_of_ours(house: House) -> None:
    """Cross-site request forgery: without an admin's token, and with it from elsewhere."""
    sri = await house.person("admin")
    acts = [path for _, path in paths(house, "POST") if path.startswith("/console/")]
    acts = [path for path in acts if not OPEN.match(path)]
    assert len(acts) > 20
    for path in acts:
        assert await asked(sri.client, "POST", path, data={"a": "b"}) in FORGED, path
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            form = {"csrf": sri.csrf}
            status = await asked(sri.client, "POST", path, data=form, headers=headers)
            assert status in FORGED, (path, headers)
        # A JSON body needs no form: only the token in a header, which no other site can send.
        assert await asked(sri.client, "POST", path, json={"csrf": sri.csrf}) in FORGED, path


async def test_every_page_has_the_policy(house: House) -> None:
    sri = await house.person("admin")
    for method, path in paths(house, "GET"):
        if not path.startswith("/console/") or "/static/" in path or "events" in path:
            continue
        async with sri.client.request(method, path, allow_redirects=False) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, path
            assert "unsafe" not in policy, path
            assert answer.headers["X-Content-Type-Options"] == "nosniff", path
            kept = answer.headers.get("Cache-Control", "")
            assert "no-store" in kept or "private" in kept, path
            if answer.content_type != "text/html":
                continue
            assert answer.headers["X-Frame-Options"] == "DENY", path
            assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", path
            text = await answer.text()
            assert not re.search(r"<script(?! src=)|\son\w+=|\sstyle=|javascript:", text), path


NAUGHTY = (
    "' OR '1'='1", "'; DROP TABLE complaint; --", "%' UNION SELECT password FROM account --",
    '"', "\\", "%", "_", "\x00", "<script>alert(1)</script>", "{{ 7*7 }}", "../../etc/passwd",
    "\u202e", "9" * 400, "-1", "1e309", "NaN", "🦄" * 300,
)  # fmt: skip


async def test_no_search_is_a_statement(house: House) -> None:
    """What strangers type into addresses: words, never SQL, a template or a path."""
    ticket = await house.file()
    sri = await house.person("admin")
    names = ("q", "actor", "act", "subject", "since", "until", "before", "category", "area",
             "agency", "status", "channel", "from", "to", "page", "sort")  # fmt: skip
    for path in ("/console/audit", "/console/overview", "/console/teach", "/console/"):
        for word in NAUGHTY:
            query = urlencode(dict.fromkeys(names, word))
            status, text, _ = await sri.see(f"{path}?{query}")
            assert status in {200, 400, 404, 422}, (path, word)
            assert "<script>alert" not in text
            assert "49" not in re.findall(r'value="(\d+)"', text)
    for field in ("name", "role", "agency", "area"):
        form = {"name": "tono", "role": "officer", "agency": "bina_marga", "area": "", field: "\0"}
        assert (await sri.send("/console/people/add", **form))[0] == 400, field
    assert (await sri.see(f"/console/reports/{ticket}"))[0] == 200  # everything is still there


async def test_no_name_of_a_file_leads_out_of_the_house(house: House) -> None:
    sri = await house.person("admin")
    for name in ("../config.yml", "..%2f..%2fconfig.yml", "%2e%2e/%2e%2e/kanal.db",
                 "....//keyring", "/etc/passwd", "%00", "..\\keyring"):  # fmt: skip
        for base in ("/console/static/0/", "/console/photos/", "/console/reports/",
                     "/console/reports/JKT-AAAA-AAAA/photos/", "/console/setup/"):  # fmt: skip
            status, text, _ = await sri.see(base + name)
            assert status in {400, 403, 404}, (base, name)
            assert "root:" not in text


async def test_another_agencys_report_is_one_that_does_not_exist(house: House) -> None:
    ticket = await house.file("<script>alert(1)</script> got depan rumah mampet, air item")
    mine = await house.person("officer", agency="nobody_here", area="Jakarta Pusat")
    assert "JKT-" in ticket
    there, none = f"/console/reports/{ticket}", "/console/reports/JKT-AAAA-AAAA"
    status, text, _ = await mine.see(there)
    status_none, text_none, _ = await mine.see(none)
    assert status == status_none == 404
    assert told(mine, text, ticket) == told(mine, text_none, "JKT-AAAA-AAAA")
    for method, path in paths(house, "POST"):
        if "JKT-AAAA-AAAA" in path and path.startswith("/console/"):
            answers = [
                (await mine.send(path.replace("JKT-AAAA-AAAA", one), rev="1", status="done"))[0]
                for one in (ticket, "JKT-AAAA-AAAA")
            ]
            assert answers[0] == answers[1], (method, path)
            assert answers[0] in {403, 404}, path
    sri = await house.person("moderator")
    status, text, _ = await sri.see(there)
    assert status == 200
    assert "<script>alert" not in text  # stored: shown as it was written, never run


def told(somebody: Person, text: str, ticket: str) -> str:
    """A page without what names whom it is for and what was asked for."""
    return text.replace(somebody.csrf, "").replace(ticket, "")
