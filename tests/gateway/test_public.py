"""The public page of a ticket: what a stranger sees, and what he does not."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image
from sqlalchemy import select, update

from console.answer.acts import change_status
from dialogs.conversation import Status
from dialogs.phrasebook import say
from gateway import door
from gateway.app import limits_of
from gateway.gallery import Gallery
from gateway.progress import keep_photos
from gateway.public.pace import Pace, household
from gateway.public.site import TicketSite, read_number
from nlu.ticket import find
from store import publishing
from store.database import StoreError
from store.ids import Ids
from store.publishing import Publication
from store.tables import Complaint, Media, table
from tests.gateway.conftest import Talk

PIN = [-6.1957, 106.8322]  # Menteng
WORDS = "got depan rumah Bu Sri no 12 mampet, hubungi 0811-1708-1708 <script>alert(1)</script>"
IDS = Ids()


class Visitor:
    """Somebody with a browser, and a complaint that he may look for."""

    def __init__(self, talk: Talk, client: Any) -> None:
        self.talk = talk
        self.client = client

    async def file(self) -> str:
        heard = await self.talk.say(WORDS, pin=PIN)
        while not find(heard):
            choices = self.talk.paper.choices
            choice = next(one for one in choices if one.endswith((":yes", ":skip")))
            heard = await self.talk.say(choice=choice)
        return find(heard)[0][0]

    async def see(self, path: str, **headers: str) -> tuple[int, str, Any]:
        async with self.client.get(path, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.text(), answer.headers

    async def publish(self, number: str, **what: Any) -> None:
        async with self.talk.gateway.database.begin() as connection:
            decision = Publication(actor="rudi", **what)
            await publishing.publish(connection, IDS, number, decision, datetime.now(UTC))

    async def move(self, number: str, to: Status, **more: Any) -> None:
        said = {"actor": "rudi", "note": "Sudah, Bu Sri.", "now": datetime.now(UTC), **more}
        await change_status(self.talk.gateway.database, IDS, number, to, **said)
        await self.talk.settle()


@pytest.fixture
async def visitor(talk: Talk) -> AsyncIterator[Visitor]:
    async with visiting(talk, talk.gateway.database) as one:
        yield one


def visiting(talk: Talk, database: Any, **more: Any) -> Any:
    settings = talk.gateway.settings
    site = TicketSite(
        database, Gallery(database, settings.var / "media"), zone=settings.zone, **more
    )
    app = door.build({}, talk.gateway.ready, talk.gateway.meters, site.routes())
    return _Open(talk, app)


class _Open:
    def __init__(self, talk: Talk, app: web.Application) -> None:
        self._talk = talk
        self._client = TestClient(TestServer(app))

    async def __aenter__(self) -> Visitor:
        await self._client.start_server()
        return Visitor(self._talk, self._client)

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()


async def test_a_stranger_sees_kind_area_status_and_dates(visitor: Visitor) -> None:
    number = await visitor.file()
    await visitor.move(number, Status.DONE)
    status, page, headers = await visitor.see(f"/t/{number}")

    assert status == 200
    assert number in page
    assert "Menteng" in page
    assert say("id", "status_done", {}) in page
    assert page.count("<time") == 2
    assert headers["X-Robots-Tag"].startswith("noindex")
    assert '<meta name="robots" content="noindex' in page
    assert headers["Content-Language"] == "id"
    assert headers["Cache-Control"] == "no-store"


async def test_and_nothing_that_a_person_wrote(visitor: Visitor) -> None:
    number = await visitor.file()
    await visitor.move(number, Status.DONE)
    status, page, _ = await visitor.see(f"/t/{number}")

    assert status == 200
    assert not [word for word in ("Sri", "0811", "mampet", "rudi", "106.8") if word in page]
    assert "<img" not in page


async def test_words_without_a_place_are_not_shown_as_the_area(visitor: Visitor) -> None:
    number = await visitor.file()
    async with visitor.talk.gateway.database.begin() as connection:
        columns = {"kelurahan": None, "kecamatan": None, "place_words": "rumah Bu Sri no 12"}
        await connection.execute(update(table(Complaint)).values(columns))
    _, page, _ = await visitor.see(f"/t/{number}")

    assert "Sri" not in page
    assert say("id", "page_area_unknown", {}) in page


async def test_published_words_are_shown_escaped_and_can_be_taken_back(visitor: Visitor) -> None:
    number = await visitor.file()
    await visitor.publish(number, text=WORDS)
    _, page, _ = await visitor.see(f"/t/{number}")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page

    await visitor.publish(number, text="")
    _, page, _ = await visitor.see(f"/t/{number}")
    assert "mampet" not in page


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((320, 240), 50).convert("RGB").save(out, "JPEG")
    return out.getvalue()


async def test_a_photo_is_shown_once_it_is_published(visitor: Visitor) -> None:
    number = await visitor.file()
    settings = visitor.talk.gateway.settings
    photos = await keep_photos([jpeg()], settings.var / "media", limits_of(settings))
    await visitor.move(number, Status.DONE, photos=photos)
    async with visitor.talk.gateway.database.read() as connection:
        (media,) = (await connection.execute(select(table(Media)))).all()
    path = f"/t/{number}/{media.id}.jpg"
    assert (await visitor.see(path))[0] == 404

    await visitor.publish(number, photos=(media.id,))
    _, page, _ = await visitor.see(f"/t/{number}")
    assert f'<img src="{path}" width="320" height="240"' in page
    async with visitor.client.get(path) as answer:
        assert (answer.status, answer.content_type) == (200, "image/jpeg")
        assert (await answer.read()).startswith(b"\xff\xd8")
    other = await visitor.file()
    assert (await visitor.see(f"/t/{other}/{media.id}.jpg"))[0] == 404

    await visitor.publish(number, photos=(media.id,), withdraw=True)
    assert (await visitor.see(path))[0] == 404


async def test_a_photo_of_another_complaint_cannot_be_published_here(visitor: Visitor) -> None:
    number = await visitor.file()
    with pytest.raises(LookupError, match="has no photo 4711"):
        await visitor.publish(number, photos=(4711,))


@pytest.mark.parametrize(
    "path",
    ["/t/JKT-4K7P-2Q9Z", "/t/JKT-1111-1111", "/t/halo", "/t/%3Cscript%3E", "/t/?number=JKT-1",
     f"/t/{'9' * 300}", "/t/JKT-4K7P-2Q9X/1.jpg", "/t/x/9999999999999999999.jpg"],
)  # fmt: skip
async def test_a_wrong_number_and_an_unknown_one_get_the_same_page(
    visitor: Visitor, path: str
) -> None:
    status, page, headers = await visitor.see(path)
    _, other, _ = await visitor.see("/t/JKT-ER1H-8SF2")

    assert status == 404
    assert page == other
    assert say("id", "page_missing", {}) in page
    assert '<form action="/t/" method="get"' in page
    assert headers["X-Robots-Tag"].startswith("noindex")


@pytest.mark.parametrize(
    ("headers", "query", "language"),
    [
        ({}, "", "id"),
        ({"Accept-Language": "en-GB,en;q=0.9,id;q=0.5"}, "", "en"),
        ({"Accept-Language": "id,en;q=0.9"}, "?lang=en", "en"),
        ({"Accept-Language": "en"}, "?lang=id", "id"),
        ({"Accept-Language": "fr"}, "?lang=xx", "id"),
    ],
)
async def test_the_page_speaks_the_readers_language(
    visitor: Visitor, headers: dict[str, str], query: str, language: str
) -> None:
    number = await visitor.file()
    _, page, answered = await visitor.see(f"/t/{number}{query}", **headers)
    assert f'<html lang="{language}">' in page
    assert say(language, "page_history", {}) in page
    assert answered["Content-Language"] == language


async def test_the_form_leads_to_the_page_of_the_number(visitor: Visitor) -> None:
    number = await visitor.file()
    status, page, _ = await visitor.see("/t/")
    assert status == 200
    assert 'name="number"' in page
    for typed in (number.lower(), number.removeprefix("JKT-"), number.replace("-", "")):
        status, _, headers = await visitor.see(f"/t/?number={typed}&lang=en")
        assert (status, headers["Location"]) == (303, f"/t/{number}?lang=en")
    status, _, headers = await visitor.see(f"/t/{number.lower()}")
    assert (status, headers["Location"]) == (302, f"/t/{number}")


async def test_the_policy_allows_the_page_and_no_script(visitor: Visitor) -> None:
    number = await visitor.file()
    _, page, headers = await visitor.see(f"/t/{number}")
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"<script|\son\w+=|style=", page)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


async def test_who_asks_too_often_waits(talk: Talk) -> None:
    now = [100.0]
    database = talk.gateway.database
    async with visiting(talk, database, a_minute=3, clock=lambda: now[0]) as visitor:
        assert [(await visitor.see("/t/"))[0] for _ in range(4)] == [200, 200, 200, 429]
        _, page, headers = await visitor.see("/t/")
        assert say("id", "page_too_often", {}) in page
        assert headers["Retry-After"] == "20"
        now[0] += 20
        assert (await visitor.see("/t/"))[0] == 200
        forged = {"X-Forwarded-For": "203.0.113.9"}
        assert (await visitor.see("/t/", **forged))[0] == 429


async def test_behind_a_proxy_its_word_counts(talk: Talk) -> None:
    database = talk.gateway.database
    async with visiting(talk, database, a_minute=1, behind_proxy=True) as visitor:
        seen = [
            (await visitor.see("/t/", **{"X-Forwarded-For": f"198.51.100.1, {last}"}))[0]
            for last in ("203.0.113.1", "203.0.113.2", "203.0.113.1")
        ]
        assert seen == [200, 200, 429]


async def test_while_the_store_is_away_the_page_says_so(talk: Talk) -> None:
    class Away:
        def read(self) -> Any:
            raise StoreError("away")

    async with visiting(talk, Away()) as visitor:
        status, page, headers = await visitor.see("/t/JKT-ER1H-8SF2")
        assert status == 503
        assert say("id", "page_away", {}) in page
        assert headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:ffff::1", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2", True),
        ("", "nonsense", True),
    ],
)
def test_an_address_is_a_household(one: str, other: str, same: bool) -> None:  # noqa: FBT001
    assert (household(one) == household(other)) is same


def test_the_quietest_address_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.public.pace._MOST_ADDRESSES", 2)
    pace = Pace(1)
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        assert pace.wait_s(address, 0.0) == 0
    assert pace.wait_s("192.0.2.1", 0.0) == 0  # as if it had never asked
    assert pace.wait_s("192.0.2.3", 0.0) == 60


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("JKT-ER1H-8SF2", "JKT-ER1H-8SF2"),
        ("jkt er1h 8sf2", "JKT-ER1H-8SF2"),
        ("ER1H8SF2", "JKT-ER1H-8SF2"),
        ("JKT-ER1H-8SF3", None),
        ("JKT-ER1H-8SF2 JKT-ER1H-8SF2", None),
        ("", None),
        ("J" * 61, None),
    ],
)
def test_a_number_is_read_as_it_is_typed(typed: str, number: str | None) -> None:
    assert read_number(typed) == number
