"""The page of a report: what it shows to whom, and what is done there."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select, update

from channels.pages import Tiles
from console.report.unreadable import BadPartError, Part, parts_of, unreadable
from nlu.baseline import KeywordEngine
from store import publishing
from store.tables import Audit, Complaint, ComplaintEvent, Media, table
from tests.console.conftest import House, Person
from tests.paper import line

NAUGHTY = "<script>alert(1)</script><img src=x onerror=alert(2)>"
TOLD = "got depan rumah mampet, hubungi saya 0812-3456-7890, mobil B 1234 XYZ parkir di situ"
MONAS = {"lat": "-6.175400", "lon": "106.827200"}


def photo(words: bytes = b"") -> bytes:
    """A photo with fine stripes, and whatever a phone may write into it."""
    image = Image.new("RGB", (320, 240), (240, 240, 240))
    draw = ImageDraw.Draw(image)
    for x in range(0, 320, 4):
        draw.line([(x, 0), (x, 240)], fill=(10, 10, 10), width=2)
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = words.decode()  # ImageDescription
    image.save(out, "JPEG", exif=exif, comment=words)
    return out.getvalue()


async def with_photo(house: House, ticket: str, content: bytes | None = None) -> int:
    """Give a report a citizen's photo, as the gateway keeps it."""
    kept = await house.desk.keep_photo(content or photo())
    number = house.desk.ids.next()
    async with house.desk.database.begin() as connection:
        row = (
            await connection.execute(
                select(table(Complaint)).where(table(Complaint).c.ticket == ticket)
            )
        ).one()
        values = {
            "id": number, "inbox_id": row.filed_by, "channel": "paper", "account": "main",
            "ref": "p", "state": "kept", "attempts": 1, "due_at": row.filed_at,
            "sha256": kept.sha256, "content_type": "image/jpeg", "width": kept.width,
            "height": kept.height, "complaint_id": row.id, "published": False,
        }  # fmt: skip
        await connection.execute(table(Media).insert(), [values])
    return number


async def row_of(house: House, ticket: str) -> Any:
    async with house.desk.database.read() as connection:
        found = await connection.execute(
            select(table(Complaint)).where(table(Complaint).c.ticket == ticket)
        )
        return found.one()


async def change(house: House, ticket: str, **values: Any) -> None:
    async with house.desk.database.begin() as connection:
        which = table(Complaint).c.ticket == ticket
        await connection.execute(update(table(Complaint)).where(which).values(**values))


async def audited(house: House) -> list[tuple[str, str, str]]:
    async with house.desk.database.read() as connection:
        rows = await connection.execute(select(table(Audit)).order_by(table(Audit).c.id))
        return [(row.actor, row.act, row.subject) for row in rows]


async def rev_of(house: House, ticket: str) -> str:
    row = await row_of(house, ticket)
    async with house.desk.database.read() as connection:
        events = table(ComplaintEvent)
        found = await connection.execute(
            select(events.c.id).where(events.c.complaint_id == row.id).order_by(events.c.id.desc())
        )
        return str(found.scalars().first())


async def read(person: Person, path: str) -> str:
    status, text, _ = await person.see(path)
    assert status == 200, text
    return text


def plain(page: str) -> str:
    """The page's words without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


async def test_a_report_is_shown_whole(house: House) -> None:
    ticket = await house.file()
    ani = await house.person(locale="en")
    page = await read(ani, f"/console/reports/{ticket}")
    words = plain(page)
    assert ticket in words
    assert "Within 300 m" in words
    assert '<mark class="for-3">' in page
    assert re.search(r"Words that moved it to .*?mampet", words)
    assert "Filed" in words
    assert "sent" in words
    row = await row_of(house, ticket)
    assert f"{row.kelurahan}, {row.kecamatan}, {row.kota}" in words
    assert "https://www.google.com/maps/search/?api=1&amp;query=-6.195700,106.832200" in page
    assert 'style="' not in page
    indonesian = plain(await read(await house.person(), f"/console/reports/{ticket}"))
    assert "Mengapa mesin berkata begitu" in indonesian


async def test_what_is_not_there_is_404(house: House) -> None:
    ani = await house.person()
    for path in (
        "reports/JKT-0000-0000", "reports/%2e%2e%2fmedia", "reports/'%20OR%201=1", "talks/1",
        "photos/1.jpg", "photos/../../kanal.db", "photos/%2e%2e%2fkanal.db.jpg",
        "photos/99999999999999999999.jpg",
    ):  # fmt: skip
        status, _, _ = await ani.see(f"/console/{path}")
        assert status == 404, path


async def test_personal_data_is_masked_until_asked_for_and_the_asking_is_kept(house: House) -> None:
    ticket = await house.file(TOLD, sender="0811-2222-3333")
    ani = await house.person(name="ani")
    page = await read(ani, f"/console/reports/{ticket}")
    for personal in ("0812-3456-7890", "B 1234 XYZ", "0811-2222-3333"):
        assert personal not in page
    assert await audited(house) == []
    status, page, _ = await ani.send(f"/console/reports/{ticket}/reveal")
    assert status == 200
    for personal in ("0812-3456-7890", "B 1234 XYZ", "0811-2222-3333"):
        assert personal in page
    assert await audited(house) == [("ani", "report.reveal", ticket)]
    assert "0812-3456-7890" not in await read(ani, f"/console/reports/{ticket}")
    viewer = await house.person("viewer")
    assert (await viewer.send(f"/console/reports/{ticket}/reveal"))[0] == 403
    assert len(await audited(house)) == 1


async def test_an_officer_never_learns_who_wished_to_stay_unknown(house: House) -> None:
    ticket = await house.file(TOLD, sender="0811-2222-3333")
    await change(house, ticket, anonymous=True, agency="sda")
    officer = await house.person("officer", agency="sda")
    page = await read(officer, f"/console/reports/{ticket}")
    assert 'ol class="candidates"' in page
    assert "0811-2222-3333" not in page
    assert 'class="heard"' not in page
    assert "/reveal" not in page
    assert (await officer.send(f"/console/reports/{ticket}/reveal"))[0] == 403
    viewer = await house.person("viewer")
    assert 'class="heard"' not in await read(viewer, f"/console/reports/{ticket}")
    talk = (await row_of(house, ticket)).conversation_id
    assert 'class="heard"' not in await read(viewer, f"/console/talks/{talk}")
    assert 'class="heard"' in await read(await house.person(), f"/console/talks/{talk}")
    assert await audited(house) == []


async def test_an_officer_sees_his_agencys_reports_in_his_area_alone(house: House) -> None:
    ticket, other = await house.file(), await house.file("sampah numpuk", pin=[-6.26, 106.81])
    row = await row_of(house, ticket)
    await change(house, ticket, agency="sda")
    await change(house, other, agency="lh")
    mine = await house.person("officer", agency="sda", area=f"{row.kota}/{row.kecamatan}")
    elsewhere = await house.person("officer", agency="sda", area="Jakarta Utara")
    nobodys = await house.person("officer")
    number = await with_photo(house, ticket)
    assert (await mine.see(f"/console/reports/{ticket}"))[0] == 200
    async with mine.client.get(f"/console/photos/{number}.jpg") as answer:
        assert (answer.status, answer.content_type) == (200, "image/jpeg")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for person, path in (
        (mine, f"reports/{other}"), (elsewhere, f"reports/{ticket}"),
        (nobodys, f"reports/{ticket}"), (elsewhere, f"photos/{number}.jpg"),
        (mine, f"talks/{row.conversation_id}"),
    ):  # fmt: skip
        assert (await person.see(f"/console/{path}"))[0] == 404, path
    for act in ("words", f"photos/{number}/published", f"photos/{number}/unreadable", "place"):
        assert (await mine.send(f"/console/reports/{ticket}/{act}"))[0] == 403, act
        stranger = await elsewhere.send(f"/console/reports/{ticket}/reveal")
        assert stranger[0] == 404
    outside = await house.browser()
    async with outside.get(f"/console/photos/{number}.jpg", allow_redirects=False) as answer:
        assert answer.status == 303


async def test_what_citizens_write_is_inert(house: House) -> None:
    ticket = await house.file(f"got mampet {NAUGHTY}", sender=f"a{NAUGHTY}")
    await with_photo(house, ticket, photo(NAUGHTY.encode()))
    await change(house, ticket, place_words=f"'>{NAUGHTY}", slots='{"<b>since": "<b>today"}')
    ani = await house.person(name=f"ani{NAUGHTY}")
    await ani.send(f"/console/reports/{ticket}/words", text=NAUGHTY, shown="1")
    await ani.send(f"/console/reports/{ticket}/place", lat="-6.2", lon="106.8", words=NAUGHTY)
    row = await row_of(house, ticket)
    pages = [await read(ani, f"/console/reports/{ticket}?why={NAUGHTY}&at=<b>&<b>=<script>")]
    pages += [(await ani.send(f"/console/reports/{ticket}/reveal"))[1]]
    pages += [await read(ani, f"/console/talks/{row.conversation_id}")]
    pages += [(await ani.see(f"/console/reports/{ticket}/place?words={NAUGHTY}&lat=<b>"))[1]]
    pages += [(await ani.send(f"/console/reports/{ticket}/words", rev="1", text=NAUGHTY))[1]]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>since" not in page
        assert "'><" not in page
    (kept,) = list(house.desk.photos.rglob("*.jpg"))
    assert b"alert" not in kept.read_bytes()


async def test_the_place_is_shown_before_it_is_saved(house: House) -> None:
    ticket = await house.file()
    before = await row_of(house, ticket)
    ani = await house.person(name="ani")
    path = f"/console/reports/{ticket}/place"
    query = "lat=-6.175400&lon=106.827200&words="
    status, found, _ = await ani.see(f"{path}?{query}&category=banjir", **{"HX-Request": "true"})
    assert status == 200
    assert "<html" not in found
    assert "Gambir" in found
    assert await row_of(house, ticket) == before
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', found))
    assert fields.pop("csrf") == ani.csrf
    action = re.search(r'action="([^"]+)"', found)
    assert action
    status, _, headers = await ani.send(action[1], **fields)
    assert (status, headers["Location"]) == (
        303,
        f"/console/reports/{ticket}?category=banjir#place",
    )
    after = await row_of(house, ticket)
    assert (after.lat, after.lon, after.kelurahan) == (-6.1754, 106.8272, "Gambir")
    assert ("ani", "correct.say", ticket) in await audited(house)
    async with house.desk.database.read() as connection:
        newest = select(table(ComplaintEvent)).order_by(table(ComplaintEvent).c.id.desc())
        event = (await connection.execute(newest)).first()
        assert event
        assert (event.kind, event.actor) == ("corrected", "ani")


LOOKED_UP = [
    ({"lat": "nan", "lon": "1"}, "This is no point"),
    ({"lat": "-6.2", "lon": ""}, "This is no point"),
    ({"lat": "91", "lon": "106.8"}, "This is no point"),
    ({"lat": "-6,59", "lon": "106,79"}, "outside the city"),
    ({"words": "Depok"}, "outside the city"),
    ({"words": "qwertyuiop"}, "No place of that name"),
    ({"words": "Menteng atau Tebet"}, "several places"),
    ({"words": ""}, "Write a point or words"),
    ({"words": "Jalan Kemang Raya"}, "Save this place"),
    ({"lat": "-6,2", "lon": "106,83"}, "Save this place"),
]


async def test_a_place_is_looked_up(house: House) -> None:
    ticket = await house.file()
    ani = await house.person(locale="en")
    for typed, says in LOOKED_UP:
        query = "&".join(f"{name}={value}" for name, value in typed.items())
        assert says in await read(ani, f"/console/reports/{ticket}/place?{query}"), typed
        status, _, _ = await ani.send(f"/console/reports/{ticket}/place", **typed)
        assert status == (303 if says == "Save this place" else 422)


async def test_who_comes_second_sees_what_changed_and_loses_nothing(house: House) -> None:
    ticket = await house.file()
    ani, budi = await house.person(name="ani"), await house.person(name="budi", locale="en")
    seen = await rev_of(house, ticket)
    path = f"/console/reports/{ticket}/words"
    status, _, _ = await ani.send(path, rev=seen, shown="1", text="Got mampet di depan rumah.")
    assert status == 303
    status, page, _ = await budi.send(path, rev=seen, shown="1", text="Selokan <tersumbat>.")
    assert status == 409
    assert "Selokan &lt;tersumbat&gt;." in page
    assert "by ani" in plain(page)
    assert (await row_of(house, ticket)).published_text == "Got mampet di depan rumah."
    again = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    again.pop("csrf")
    status, _, _ = await budi.send(path, **again, text="Selokan tersumbat.")
    assert status == 303
    assert (await row_of(house, ticket)).published_text == "Selokan tersumbat."
    await budi.send(path, shown="0", text="whatever")
    assert (await row_of(house, ticket)).published_text is None
    status, page, _ = await budi.send(path, shown="1", text="x" * 4001)
    assert (status, "too long" in page) == (422, True)


async def test_a_part_is_made_unreadable_and_the_copy_alone_is_public(house: House) -> None:
    ticket = await house.file()
    number = await with_photo(house, ticket)
    ani = await house.person(name="ani", locale="en")
    here = f"/console/reports/{ticket}/photos"
    await ani.send(f"{here}/{number}/published", shown="1")
    fields = {"x": "40", "y": "20", "w": "120", "h": "90", "publish": "1"}
    status, _, headers = await ani.send(f"{here}/{number}/unreadable", **fields)
    assert (status, headers["Location"]) == (303, f"/console/reports/{ticket}#photos")
    async with house.desk.database.read() as connection:
        public = await publishing.public(connection, ticket)
    assert public is not None
    (copy,) = (one.id for one in public.photos)
    assert copy != number
    async with ani.client.get(f"/console/photos/{copy}.jpg") as answer:
        image = Image.open(io.BytesIO(await answer.read()))
    assert max(high - low for low, high in image.crop((45, 25, 65, 45)).getextrema()) < 12
    assert min(high - low for low, high in image.crop((200, 150, 240, 190)).getextrema()) > 150
    page = await read(ani, f"/console/reports/{ticket}")
    assert "Original, not published" in page
    status, page, _ = await ani.send(f"{here}/{number}/published", shown="1")
    assert (status, "Publish the copy" in page) == (422, True)
    for bad in (
        {}, {"x": "1", "y": "1", "w": "0", "h": "1"}, {"x": "900", "y": "1", "w": "9", "h": "9"},
        {"x": "a", "y": "1", "w": "2", "h": "2"}, {"turn": "45"},
    ):  # fmt: skip
        status, page, _ = await ani.send(f"{here}/{number}/unreadable", **bad)
        assert (status, "four numbers" in page) == (422, True), bad
    other = await house.file("sampah numpuk", pin=[-6.26, 106.81])
    for act in ("published", "unreadable"):
        path = f"/console/reports/{other}/photos/{number}/{act}"
        assert (await ani.send(path, **fields))[0] == 404
    acts = [act for _, act, _ in await audited(house)]
    assert acts == ["report.photo", "report.unreadable"]


def test_what_is_left_of_a_part_is_a_few_flat_patches() -> None:
    """Two plates with the same average colours leave the same picture: nothing tells them apart."""
    first, second = (Image.new("RGB", (160, 80), "white") for _ in range(2))
    for image, offset in ((first, 0), (second, 5)):
        draw = ImageDraw.Draw(image)
        for x in range(0, 160, 10):
            draw.rectangle([x + offset, 0, x + offset + 4, 80], fill="black")
    made = []
    for image in (first, second):
        out = io.BytesIO()
        image.save(out, "PNG")
        jpeg = io.BytesIO()
        image.save(jpeg, "JPEG", quality=100)
        made.append(Image.open(io.BytesIO(unreadable(jpeg.getvalue(), [Part(0, 0, 160, 80)]))))
    one, other = (image.convert("L").tobytes() for image in made)
    assert max(abs(a - b) for a, b in zip(one, other, strict=True)) < 12
    assert max(one) - min(one) < 12


def test_a_photo_is_turned() -> None:
    turned = Image.open(io.BytesIO(unreadable(photo(), [], 90)))
    assert turned.size == (240, 320)
    assert not turned.getexif()
    with pytest.raises(BadPartError):
        unreadable(photo(), [], 45)
    with pytest.raises(BadPartError):
        unreadable(photo(), [])
    with pytest.raises(BadPartError, match="at most"):
        parts_of([("1", "1", "5", "5")] * 21)
    with pytest.raises(BadPartError):
        parts_of([("1", "1", "inf", "5")])


async def test_neighbours_link_to_their_reports_and_the_queue_is_turned(house: House) -> None:
    first = await house.file()
    second = await house.file("sampah menumpuk di trotoar", pin=[-6.1950, 106.8322])
    ani = await house.person(locale="en")
    page = await read(ani, f"/console/reports/{first}")
    assert f'href="/console/reports/{second}"' in page
    assert "78 m" in page
    before = re.search(r'rel="prev" href="([^"]+)"', page)
    assert before
    assert before[1].startswith(f"/console/reports/{second}?at=")
    assert 'rel="next"' not in page
    page = await read(ani, before[1].replace("&amp;", "&"))
    assert re.search(rf'rel="next" href="/console/reports/{first}', page)

    third = await house.file("lampu jalan mati", pin=[-6.26, 106.81])
    kind = (await row_of(house, first)).category
    queue = await read(ani, f"/console/?category={kind}")
    (opened,) = re.findall(r'class="open" id="[^"]+" href="([^"]+)"', queue)
    assert opened.startswith(f"/console/reports/{first}?category={kind}&amp;at=")
    page = await read(ani, opened.replace("&amp;", "&"))
    assert f'href="/console/?category={kind}"' in page
    assert 'rel="prev"' not in page
    page = await read(ani, f"/console/reports/{first}?q=menumpuk")
    assert f'rel="prev" href="/console/reports/{second}?q=menumpuk&amp;at=' in page
    assert third not in page


async def test_a_street_map_and_an_engine_that_does_not_explain(house: House) -> None:
    ticket = await house.file()
    tiles = Tiles(url="https://tiles.contoh.example/{z}/{x}/{y}.png", attribution="© Contoh")
    house.desk = replace(house.desk, engine=KeywordEngine(), tiles=tiles)
    ani = await house.person(locale="en")
    status, page, headers = await ani.see(f"/console/reports/{ticket}")
    assert status == 200
    assert "does not tell which words" in page
    assert "© Contoh" in page
    assert "https://tiles.contoh.example/{z}/{x}/{y}.png" in page
    policy = headers["Content-Security-Policy"]
    assert "img-src 'self' data: blob: https://tiles.contoh.example;" in policy
    assert policy.count("contoh") == 1


async def test_a_conversation_without_a_report(house: House) -> None:
    await house.talk.say("halo min, nomor saya 0812-3456-7890", "citra")
    await house.talk.deliver(line("citra-photo", "", "citra"))
    async with house.desk.database.read() as connection:
        from store.tables import ConversationRow

        (number,) = (await connection.execute(select(table(ConversationRow).c.id))).scalars()
    ani = await house.person(name="ani", locale="en")
    page = await read(ani, f"/console/talks/{number}")
    assert "halo min" in page
    assert "0812-3456-7890" not in page
    assert "citra" not in page
    status, page, _ = await ani.send(f"/console/talks/{number}/reveal")
    assert status == 200
    assert "0812-3456-7890" in page
    assert await audited(house) == [("ani", "report.reveal", f"conversation {number}")]
