"""The queue's pages: what stands on them, what is typed into them, who may see what."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import select, update

from console.broadcast import Broadcast, heard
from console.queue import events
from console.queue.asked import Asked
from store import tasks
from store.desk import Filter
from store.tables import Audit, Complaint, SavedView, table
from store.urgency import Need
from tests.console.conftest import House
from tests.paper import NOON

COMPLAINT = table(Complaint)


async def test_what_was_filed_stands_there_and_leads_to_its_report(house: House) -> None:
    ticket = await house.file()
    moderator = await house.person()
    status, text, _ = await moderator.see("/console/")
    assert status == 200
    assert f'href="/console/reports/{ticket}?at=' in text
    assert "got depan rumah mampet" in text
    english = await house.person(locale="en")
    _, text, _ = await english.see("/console/")
    assert "Drains, rivers and pumps" in text
    assert (await moderator.see("/console"))[0] == 308


async def test_nobody_else_sees_it(house: House) -> None:
    stranger = await house.browser()
    for path in ("/console/", "/console/events", "/console/queue/rows/JKT-1"):
        async with stranger.get(path, allow_redirects=False) as answer:
            assert answer.status == 303
            assert answer.headers["Location"].startswith("/console/login?")


async def test_a_citizens_words_are_words_and_nobodys_number(house: House) -> None:
    await house.file("got mampet <script>alert(1)</script> \"'&, hubungi 081234567890")
    moderator = await house.person()
    _, text, _ = await moderator.see("/console/?" + urlencode({"q": "<b>\"'"}))
    _, text, _ = await moderator.see("/console/")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert "081234567890" not in text


QUERIES = [  # and whether the one complaint is found
    ({"q": "' OR 1=1 --"}, False),
    ({"q": '"; DROP TABLE complaint; --'}, False),
    ({"q": "%"}, True),
    ({"q": "a" * 5000}, False),
    ({"category": "x' OR 'a'='a"}, False),
    ({"category": "<script>"}, False),
    ({"area": "a/b/c/d/e"}, False),
    ({"agency": "\ud7ff", "channel": "\u202e"}, False),
    ({"status": "nothing", "need": "x", "age": "-1", "below": "nan"}, True),
    ({"after": "0.99999999999999999999999999.1"}, True),
    ({"after": "'"}, True),
]


async def test_whatever_stands_in_the_address_the_page_answers(house: House) -> None:
    ticket = await house.file()
    moderator = await house.person()
    for query, found in QUERIES:
        status, text, _ = await moderator.see(f"/console/?{urlencode(query)}")
        assert status == 200, query
        assert "<script>" not in text.partition("</head>")[2]
        assert (f'id="row-{ticket}"' in text) is found, query
    assert ticket in (await moderator.see("/console/"))[1]


async def test_filters_hold_what_they_say(house: House) -> None:
    ticket = await house.file()
    moderator = await house.person()
    for query, found in {
        "category=saluran_air": True,
        "category=banjir": False,
        "area=Jakarta+Pusat": True,
        "area=Jakarta+Timur": False,
        "status=done": False,
        "status=any": True,
        "q=mampet+got": True,
        f"q={ticket}": True,
        "age=1": True,
        "age=over7": False,
        "agency=dinas_sda": True,
        "need=dead": False,
    }.items():
        _, text, _ = await moderator.see(f"/console/?{query}")
        assert (f'id="row-{ticket}"' in text) is found, query


def test_an_address_and_its_choices_are_the_same() -> None:
    asked = Asked.read({"q": " got  ", "need": "dispute", "age": "over30", "below": "0.3"})
    assert asked.query() == "q=got&need=dispute&age=over30&below=0.3"
    assert asked.query(need="", after="x") == "q=got&age=over30&below=0.3&after=x"
    assert asked.filter(NOON) == Filter(
        words="got", need=Need.DISPUTE, below=0.3, until=NOON - timedelta(days=30)
    )


async def test_an_officer_sees_his_own_alone(house: House) -> None:
    mine = await house.file()
    theirs = await house.file("lampu jalan mati semua gelap gulita", pin=[-6.2, 106.83])
    async with house.desk.database.begin() as connection:
        for ticket, agency in ((mine, "dinas_sda"), (theirs, "bina_marga")):
            which = COMPLAINT.c.ticket == ticket
            await connection.execute(update(COMPLAINT).where(which).values(agency=agency))
        talk = (await connection.execute(select(COMPLAINT.c.conversation_id))).scalars().first()
        row = tasks.row(house.desk.ids, "asked_for_human", NOON, conversation_id=talk)
        await tasks.put(connection, [row])
    officer = await house.person("officer", agency="dinas_sda", area="Jakarta Pusat")
    _, text, _ = await officer.see("/console/?status=any")
    assert mine in text
    assert theirs not in text
    assert "/console/talks/" not in text
    assert (await officer.see(f"/console/queue/rows/{mine}"))[0] == 200
    for ticket in (theirs, "JKT-0000-0000"):
        assert (await officer.see(f"/console/queue/rows/{ticket}"))[0] == 404
    elsewhere = await house.person("officer", agency="dinas_sda", area="Jakarta Timur")
    assert mine not in (await elsewhere.see("/console/?status=any"))[1]
    nobodys = await house.person("officer")
    assert mine not in (await nobodys.see("/console/?status=any"))[1]


async def test_something_that_is_no_complaint_is_seen_once(house: House) -> None:
    await house.talk.say("saya mau bicara dengan petugas", sender="budi")
    moderator, viewer = await house.person(), await house.person("viewer")
    _, text, _ = await moderator.see("/console/")
    assert "/console/talks/" in text
    number = text.partition('id="row-talk-')[2].partition('"')[0]
    form = {"kind": "talk", "id": number, "back": "need=person"}
    assert (await viewer.send("/console/queue/seen", **form))[0] == 403
    assert (await moderator.send("/console/queue/seen", **{**form, "csrf": "x"}))[0] == 403
    assert (await moderator.send("/console/queue/seen", kind="x", id="1"))[0] == 404
    status, _, headers = await moderator.send("/console/queue/seen", **form)
    assert (status, headers["Location"]) == (303, "/console/?need=person")
    assert (await moderator.send("/console/queue/seen", htmx=True, **form))[:2] == (200, "")
    async with house.desk.database.read() as connection:
        assert await tasks.waiting(connection) == []
        kept = (await connection.execute(select(table(Audit)))).all()
    assert {(row.actor, row.act, row.subject) for row in kept} == {
        (moderator.name, "queue.seen", f"talk:{number}")
    }


async def test_views_are_saved_opened_and_deleted(house: House) -> None:
    moderator, other, viewer = (
        await house.person(), await house.person(), await house.person("viewer"),
    )  # fmt: skip
    query = "category=banjir&status=any&evil=//example.org"
    form = {"name": "  Banjir  <b> ", "query": query}
    status, _, headers = await moderator.send("/console/queue/views", **form)
    assert (status, headers["Location"]) == (303, "/console/?status=any&category=banjir")
    _, text, _ = await moderator.see("/console/")
    assert "Banjir &lt;b&gt;" in text
    assert 'href="/console/?status=any&amp;category=banjir"' in text
    assert "Banjir &lt;b&gt;" not in (await other.see("/console/"))[1]
    await moderator.send("/console/queue/views", name="Semua", query="", shared="on")
    await viewer.send("/console/queue/views", name="Punyaku", query="", shared="on")
    _, text, _ = await other.see("/console/")
    assert ("Semua" in text, "Punyaku" in text) == (True, False)
    assert (await moderator.send("/console/queue/views", name=" ", query=""))[0] == 400
    async with house.desk.database.read() as connection:
        kept = (await connection.execute(select(table(SavedView)))).all()
    numbers = {row.name: row.id for row in kept}
    gone = f"/console/queue/views/{numbers['Banjir <b>']}/delete"
    assert (await other.send(gone))[0] == 404
    shared = f"/console/queue/views/{numbers['Semua']}/delete"
    assert (await viewer.send(shared))[0] == 404
    assert (await other.send(shared, back="//evil.example"))[2]["Location"] == "/console/"
    assert (await moderator.send(gone))[0] == 303
    assert (await moderator.send("/console/queue/views/x/delete"))[0] == 404


async def test_what_comes_is_told_while_one_looks(house: House, monkeypatch) -> None:
    monkeypatch.setattr(events, "_PAUSE", timedelta(milliseconds=10))
    first = await house.file()
    moderator = await house.person(locale="en")
    officer = await house.person("officer", agency="bina_marga")
    _, text, _ = await moderator.see("/console/")
    start = text.partition('sse-connect="')[2].partition('"')[0].replace("&amp;", "&")
    async with moderator.client.get(start) as stream, officer.client.get(start) as other:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        second = await house.file("sampah menumpuk di pinggir kali bau sekali")
        async with asyncio.timeout(10):
            heard = b""
            while b"event: fresh" not in heard:
                heard += await stream.content.readline()
            while b"1 new" not in heard:
                heard += await stream.content.readline()
        assert f"event: {second}".encode() in heard
        async with house.desk.database.begin() as connection:
            happening = {"ticket": first, "kind": "citizen_note", "actor": "citizen"}
            await _append(house, connection, happening)
        house.desk.news.tell()
        async with asyncio.timeout(10):
            while f"event: {first}".encode() not in heard:
                heard += await stream.content.readline()
        async with house.desk.database.begin() as connection:
            which = COMPLAINT.c.ticket == second
            await connection.execute(update(COMPLAINT).where(which).values(agency="bina_marga"))
            await _append(house, connection, {"ticket": second, "kind": "x", "actor": "ani"})
        house.desk.news.tell()
        theirs = b""
        async with asyncio.timeout(10):
            while second.encode() not in theirs:
                theirs += await other.content.readline()
        assert first.encode() not in theirs


async def _append(house: House, connection, happening: dict) -> None:
    from store import complaints

    one = complaints.Happening(**happening, at=house.desk.clock(), body={})
    await complaints.append(connection, house.desk.ids, [one])


async def test_everybody_who_waits_hears_it() -> None:
    news = Broadcast()
    waiting = [asyncio.create_task(heard(news.listen(), timedelta(minutes=1))) for _ in range(3)]
    late = news.listen()
    news.tell()
    await asyncio.wait_for(asyncio.gather(*waiting, heard(late, timedelta(minutes=1))), 1)
    await heard(news.listen(), timedelta(0))


@pytest.mark.parametrize("path", ["/console/", "/console/?status=any&q=got"])
async def test_a_part_of_the_page_is_all_that_a_script_gets(house: House, path: str) -> None:
    moderator = await house.person()
    _, text, _ = await moderator.see(path, **{"HX-Request": "true"})
    assert "<html" not in text
    assert 'id="queue"' in text
