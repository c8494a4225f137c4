"""Progress reported back, "is it fixed?", and what people do in conversations: both databases."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select, update

from channels.adapter import Caps
from channels.message import OutboundMessage
from console.answer import talks
from console.answer.acts import change_status
from dialogs.conversation import Status
from dialogs.effects import Say
from dialogs.phrasebook import say
from gateway.app import limits_of
from gateway.gallery import Gallery
from gateway.progress import keep_photos
from gateway.reach import Elsewhere, way_of
from gateway.turns import abilities_of
from nlu.engine import Engine
from nlu.ticket import find
from store import complaints, handover, tasks
from store.codec import load
from store.ids import Ids
from store.media import PhotoRefusedError
from store.tables import Complaint, ConversationRow, Inbox, Media, Outbox, Task, table
from tests.gateway.conftest import Talk, talking
from tests.gateway.test_people import code_in
from tests.paper import line

PIN = [-6.1957, 106.8322]  # Menteng
REPORT = "air got depan SD 03 Menteng meluap ke jalan, tolong dibersihkan salurannya"
NOTE = "Saluran sudah dibersihkan."
IDS = Ids()


async def rows(talk: Talk, of: Any) -> list[Any]:
    async with talk.gateway.database.read() as connection:
        found = await connection.execute(select(table(of)).order_by(table(of).c.id))
        return list(found.all())


async def file(talk: Talk, sender: str = "ani") -> str:
    heard = await talk.say(REPORT, sender, pin=PIN)
    while not find(heard):
        choice = next(one for one in talk.paper.choices if one.endswith((":yes", ":skip")))
        heard = await talk.say(sender=sender, choice=choice)
    return find(heard)[0][0]


async def moved(talk: Talk, number: str, to: Status = Status.DONE, **more: Any) -> str:
    """An officer moves a complaint; returns what the citizen hears of it."""
    said = {"actor": "rudi", "note": NOTE, "now": datetime.now(UTC), **more}
    await change_status(talk.gateway.database, IDS, number, to, **said)
    before = len(talk.paper.sent)
    await talk.settle()
    return "\n".join(map(str, talk.paper.sent[before:]))


async def history(talk: Talk, number: str) -> list[tuple[str, str]]:
    async with talk.gateway.database.read() as connection:
        events = await complaints.history(connection, number)
    return [(event["kind"], event["actor"]) for event in events]


def jpeg(size: tuple[int, int] = (320, 240)) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 50).convert("RGB").save(out, "JPEG")
    return out.getvalue()


async def test_done_is_told_and_asked_about_once(talk: Talk) -> None:
    number = await file(talk)
    heard = await moved(talk, number)

    assert number in heard
    assert NOTE in heard
    assert f"http://127.0.0.1:8080/t/{number}" in heard
    assert heard.count(say("id", "ask_fixed", {})) == 1
    assert talk.paper.choices == [f"closing:{number}:yes", f"closing:{number}:no"]


async def test_who_says_that_it_is_fixed_is_thanked(talk: Talk) -> None:
    number = await file(talk)
    await moved(talk, number)

    assert await talk.say(choice=f"closing:{number}:yes") == say("id", "closing_thanks", {})
    assert (await history(talk, number))[-1] == ("confirmed", "citizen")
    assert (await rows(talk, Complaint))[0].status == "done"
    confirmed = talk.gateway.meters.told_again.labels("confirmed")
    assert confirmed._value.get() == 1


async def test_not_fixed_opens_it_again_with_a_reason_and_a_task(talk: Talk) -> None:
    number = await file(talk)
    await moved(talk, number)

    assert say("id", "ask_reason", {}) in await talk.say("belum")
    assert await talk.say("masih meluap tiap hujan") == say("id", "closing_noted", {})
    (complaint,) = await rows(talk, Complaint)
    assert (complaint.status, complaint.escalated) == ("reopened", 1)
    assert [kind for kind, _ in await history(talk, number)][-2:] == ["dispute", "reason"]
    assert [(one.reason, one.ticket) for one in await rows(talk, Task)] == [("dispute", number)]
    assert say("id", "ask_fixed", {}) in await moved(talk, number)  # done anew, asked anew


async def test_no_answer_is_no_harm(talk: Talk) -> None:
    number = await file(talk)
    await moved(talk, number)
    await talk.say("lampu jalan mati di Kel. Bangka", pin=PIN)

    assert (await rows(talk, Complaint))[0].status == "done"
    assert (await rows(talk, Task)) == []


async def test_nobody_closes_or_opens_the_complaint_of_another(talk: Talk) -> None:
    number = await file(talk)
    await moved(talk, number)
    for forged in (f"closing:{number}:no", f"closing:{number}:yes"):
        await talk.say("halo", sender="budi")
        await talk.say(sender="budi", choice=forged)
    await talk.say(f"belum {number}", sender="budi")

    assert (await rows(talk, Complaint))[0].status == "done"
    assert [kind for kind, _ in await history(talk, number)] == ["filed", "status"]


async def test_after_stop_nothing_comes_by_itself(talk: Talk) -> None:
    number = await file(talk)
    await talk.say("STOP")

    assert await moved(talk, number) == ""
    assert say("id", "status_done", {}) in await talk.say("laporan saya")


async def test_the_news_and_the_status_stand_in_one_transaction(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from store import progress

    number = await file(talk)

    async def broken(*_: Any) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(progress, "tell", broken)
    with pytest.raises(RuntimeError):
        await moved(talk, number)
    assert (await rows(talk, Complaint))[0].status == "open"
    assert await history(talk, number) == [("filed", "citizen")]


async def test_a_reply_to_an_old_message_asks_about_its_complaint(talk: Talk) -> None:
    first = await file(talk)
    about_first = f"p{len(talk.paper.sent)}"
    second = await file(talk)

    heard = await talk.say("laporan saya sampai mana?", reply=about_first)
    assert first in heard
    assert second not in heard
    listed = await talk.say("laporan saya")
    assert first in listed
    assert second in listed
    assert talk.paper.choices == [f"status:{second}", f"status:{first}"]
    assert first in await talk.say("2")


async def test_nobody_asks_by_replying_to_the_message_of_another(talk: Talk) -> None:
    number = await file(talk)
    about = f"p{len(talk.paper.sent)}"
    await talk.say("halo", sender="budi")

    assert number not in await talk.say("laporan saya", sender="budi", reply=about)


@pytest.fixture
async def showing(store_url: str, tmp_path: Path, engine: Engine) -> AsyncIterator[Talk]:
    """A channel that can send photos."""
    async with talking(store_url, tmp_path, engine, photos_out=True) as one:
        yield one


async def kept(talk: Talk, *contents: bytes) -> tuple[Any, ...]:
    settings = talk.gateway.settings
    return await keep_photos(contents or [jpeg()], settings.var / "media", limits_of(settings))


async def test_an_officers_photo_goes_along(showing: Talk) -> None:
    number = await file(showing)
    photos = await kept(showing)
    await moved(showing, number, photos=photos)

    assert showing.paper.photos == [photos[0].sha256]
    gallery = Gallery(showing.gateway.database, showing.gateway.settings.var / "media")
    content = await gallery.sendable(photos[0].sha256)
    assert content is not None
    assert content.startswith(b"\xff\xd8")
    (media,) = await rows(showing, Media)
    assert (media.inbox_id, media.published, media.state) == (None, False, "kept")


async def test_where_no_photo_can_be_sent_the_page_shows_it_when_published(talk: Talk) -> None:
    number = await file(talk)
    hint = say("id", "photo_on_page", {})

    assert hint not in await moved(talk, number, Status.IN_PROGRESS, photos=await kept(talk))
    assert talk.paper.photos == []
    assert hint in await moved(talk, number, photos=await kept(talk), publish=True)


async def test_the_photo_of_a_citizen_is_not_to_be_sent(running: Talk) -> None:
    running.paper.files["foto"] = jpeg()
    await running.deliver(line("1", REPORT, pin=PIN, photos=["foto"]))
    import asyncio

    async with asyncio.timeout(20):
        while not running.paper.sent:
            await asyncio.sleep(0.02)
    (media,) = await rows(running, Media)
    gallery = Gallery(running.gateway.database, running.gateway.settings.var / "media")
    assert media.state == "kept"
    assert await gallery.sendable(media.sha256) is None


async def test_what_is_no_photo_is_refused_before_anything_moves(talk: Talk) -> None:
    with pytest.raises(PhotoRefusedError, match="media_not_a_photo"):
        await kept(talk, b"PK\x03\x04")


# -- the window in which a provider lets us speak freely


Windowed = Callable[..., Any]


@pytest.fixture
async def windowed(store_url: str, tmp_path: Path, engine: Engine) -> AsyncIterator[Talk]:
    """A channel that lets us speak for 24 hours after the citizen has written."""
    async with talking(store_url, tmp_path, engine, reply_window=timedelta(hours=24)) as one:
        yield one


async def long_ago(talk: Talk) -> None:
    """Nobody has written since yesterday but one."""
    async with talk.gateway.database.begin() as connection:
        then = datetime.now(UTC) - timedelta(hours=30)
        await connection.execute(update(table(ConversationRow)).values(heard_at=then))


async def test_within_the_window_news_is_told_as_ever(windowed: Talk) -> None:
    number = await file(windowed)
    assert NOTE in await moved(windowed, number)


async def test_outside_the_window_news_waits_and_a_person_is_told(windowed: Talk) -> None:
    number = await file(windowed)
    await long_ago(windowed)

    assert await moved(windowed, number) == ""
    assert [(one.reason, one.ticket) for one in await rows(windowed, Task)] == [
        ("unreachable", number)
    ]
    assert [one.state for one in await rows(windowed, Outbox)][-1] == "parked"
    heard = await windowed.say("halo")  # the window is open again: the answer, and what waited
    assert say("id", "hello_again", {}) in heard
    assert NOTE in heard


async def test_outside_the_window_an_approved_template_says_it(
    store_url: str, tmp_path: Path, engine: Engine
) -> None:
    caps = {"reply_window": timedelta(hours=24), "templates": frozenset({"status_changed"})}
    async with talking(store_url, tmp_path, engine, **caps) as talk:
        number = await file(talk)
        await long_ago(talk)
        heard = await moved(talk, number)
        assert heard == say("id", "status_changed", {"ticket": number, "status": "selesai"})
        assert (talk.paper.template, talk.paper.choices) == ("status_changed", [])
        assert await rows(talk, Task) == []
        assert say("id", "ask_reason", {}) in await talk.say("belum")  # it counts all the same


async def test_outside_the_window_another_address_of_the_person_hears_it(windowed: Talk) -> None:
    caps = Caps(text_limit=100, reply_window=timedelta(hours=24))
    other = Caps(text_limit=100)
    now = datetime.now(UTC)
    message = OutboundMessage(
        channel="paper", account="main", address="ani", key="k", text="x", thread={"a": "b"}
    )
    email = Elsewhere(
        conversation_id=7, channel="email", account="main", address="ani@contoh.example",
        caps=other, abilities=abilities_of(other), heard_at=None,
    )  # fmt: skip
    way = way_of(
        message, (Say(phrase="welcome"),), caps=caps, heard_at=None, at=now, elsewhere=(email,)
    )
    ((talk, sent),) = way.elsewhere
    assert (talk, sent.channel, sent.address, sent.thread) == (7, "email", email.address, {})
    assert sent.text == say("id", "welcome", {})
    assert not way.here
    assert not way.parked


async def test_outside_the_window_news_goes_to_a_linked_address(windowed: Talk) -> None:
    number = await file(windowed, "ani")
    code = code_in(await windowed.say("HUBUNGKAN", "ani"))
    await windowed.say(code, "budi")
    async with windowed.gateway.database.begin() as connection:
        talks = table(ConversationRow)
        then = datetime.now(UTC) - timedelta(hours=30)
        await connection.execute(
            update(talks).where(talks.c.address == "ani").values(heard_at=then)
        )
    assert NOTE in await moved(windowed, number)
    last = [load(OutboundMessage, one.message) for one in await rows(windowed, Outbox)][-1]
    assert last.address == "budi"
    assert await rows(windowed, Task) == []


# -- people


async def test_a_person_takes_writes_and_hands_back(talk: Talk) -> None:
    await talk.say("mau bicara dengan petugas")
    (row,) = await rows(talk, ConversationRow)
    assert row.handed_over
    database = talk.gateway.database
    await talks.take(database, IDS, row.id, actor="rudi", now=datetime.now(UTC))
    await talks.say(database, IDS, row.id, "Ada apa, Bu?", actor="rudi", now=datetime.now(UTC))
    assert await talk.say("banjir di Menteng") == say("id", "person_says", {"text": "Ada apa, Bu?"})
    assert await talk.say("halo?") == ""
    before = len(talk.paper.sent)
    await talks.give_back(database, IDS, row.id, actor="rudi", now=datetime.now(UTC))
    await talk.settle()
    assert say("id", "handed_back", {}) in str(talk.paper.sent[before])
    assert not (await rows(talk, ConversationRow))[0].handed_over

    async with database.read() as connection:
        lines = await handover.lines(connection, row.id)
    authors = [(one.who, one.what) for one in lines]
    assert ("rudi", "taken") in authors
    assert ("rudi", "back") in authors
    assert [one.text for one in lines if (one.who, one.what) == ("rudi", "said")] == [
        say("id", "person_says", {"text": "Ada apa, Bu?"})
    ]
    assert lines[0].who == "citizen"


async def test_who_writes_has_taken_the_conversation(talk: Talk) -> None:
    await talk.say("halo")
    (row,) = await rows(talk, ConversationRow)
    database = talk.gateway.database
    await talks.say(database, IDS, row.id, "Selamat siang", actor="rudi", now=datetime.now(UTC))
    await talk.settle()
    assert await talk.say("halo") == ""
    waiting = {one.external_id.partition(":")[2] for one in await rows(talk, Inbox)}
    assert "hand_back" in waiting  # should he forget to hand back


@pytest.mark.parametrize("text", ["", "  \n", "a" * 4001])
async def test_what_nobody_would_read_is_not_sent(talk: Talk, text: str) -> None:
    await talk.say("halo")
    (row,) = await rows(talk, ConversationRow)
    with pytest.raises(talks.NothingSaidError):
        await talks.say(
            talk.gateway.database, IDS, row.id, text, actor="rudi", now=datetime.now(UTC)
        )


async def test_a_conversation_that_is_not_there_is_named(talk: Talk) -> None:
    with pytest.raises(LookupError, match="no conversation has the number 4711"):
        await talks.take(talk.gateway.database, IDS, 4711, actor="x", now=datetime.now(UTC))


async def test_danger_is_the_first_task_and_counted(talk: Talk) -> None:
    await talk.say("mau bicara dengan petugas", sender="budi")
    heard = await talk.say("kebakaran rumah di Kel. Menteng, tolong!")
    ((number, _, _), *_) = find(heard)
    async with talk.gateway.database.read() as connection:
        waiting = await tasks.waiting(connection)
        talks = await handover.listed(connection)
    assert [(one.reason, one.ticket) for one in waiting] == [
        ("emergency", number),
        ("asked_for_human", ""),
    ]
    assert {reason for one in talks for reason in one.open_tasks} == {
        "emergency",
        "asked_for_human",
    }
    assert talk.gateway.meters.emergencies.labels("paper")._value.get() == 1
    async with talk.gateway.database.begin() as connection:
        await tasks.done(connection, waiting[0].id, actor="rudi", now=datetime.now(UTC))
    with pytest.raises(LookupError, match="no open task"):
        async with talk.gateway.database.begin() as connection:
            await tasks.done(connection, waiting[0].id, actor="rudi", now=datetime.now(UTC))
    assert [(one.done_by) for one in await rows(talk, Task)] == [None, "rudi"]
