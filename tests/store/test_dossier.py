"""A complaint with all that is known of it; who may see one sees no other's."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select, update

from console.answer.acts import change_status
from dialogs.conversation import Status
from gateway.app import compose
from gateway.settings import Settings
from nlu.engine import Engine
from nlu.ticket import find
from store import (
    around,
    correcting,
    corrections,
    dossier,
    media,
    pictures,
    progress,
    publishing,
    tasks,
    transcript,
    undoing,
)
from store.around import Look
from store.correcting import Mark
from store.corrections import Said
from store.database import Database
from store.dossier import Dossier
from store.erasure import Wish, erase
from store.ids import Ids
from store.media import Kept
from store.pictures import EditedError
from store.progress import Result
from store.publishing import Publication
from store.scope import EVERYTHING, Scope
from store.tables import Complaint, Media, Outbox, table
from tests.gateway.conftest import PIN, REPORT, Talk, file
from tests.paper import Paper, line

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
IDS = Ids()


def jpeg(colour: tuple[int, int, int] = (200, 30, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (120, 90), colour).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
async def talk(database: Database, store_url: str, tmp_path: Path, engine: Engine) -> Talk:
    settings = Settings(var=tmp_path, store={"url": store_url})
    paper = Paper()
    return Talk(compose(settings, database, engine, {("paper", "main"): paper}), paper)


async def of(database: Database, ticket: str, scope: Scope = EVERYTHING) -> Dossier | None:
    async with database.read() as connection:
        return await dossier.of(connection, ticket, scope)


async def said(database: Database, talk_id: int):
    async with database.read() as connection:
        return await transcript.utterances(connection, talk_id)


async def with_photo(talk: Talk) -> tuple[str, int]:
    """A complaint with a citizen's photo; its number and the photo's."""
    ticket = await file(talk)
    talk.paper.files["p1"] = jpeg()
    await talk.deliver(line("photo", f"ini fotonya {ticket}", photos=["p1"]))
    await talk.gateway.media.once()
    await talk.gateway.media.drain()
    await talk.settle()
    async with talk.gateway.database.begin() as connection:
        (photo,) = (await connection.execute(select(table(Media).c.id))).scalars()
        complaint = select(table(Complaint).c.id).where(table(Complaint).c.ticket == ticket)
        await connection.execute(
            update(table(Media)).values(complaint_id=complaint.scalar_subquery())
        )
    return ticket, photo


async def test_a_complaint_with_all_that_is_known(talk: Talk, database: Database) -> None:
    ticket = await file(talk)
    async with database.begin() as connection:
        await corrections.append(
            connection, IDS, Said(categories=("banjir",)), ticket=ticket, actor="ani", now=NOW
        )
        await tasks.put(connection, [tasks.row(IDS, "dispute", NOW, ticket=ticket)])
    found = await of(database, ticket)
    assert found is not None
    assert (found.category, found.status.value, found.channel) == ("banjir", "open", "paper")
    assert (found.lat, found.lon, found.address) == (*PIN, "ani")
    assert found.kota.startswith("Jakarta")
    assert found.predicted is not None
    assert found.predicted.category == "saluran_air"
    assert found.predicted.candidates[0].category == "saluran_air"
    assert found.predicted.text == REPORT
    assert [one.kind for one in found.history] == ["filed", "corrected"]
    assert found.rev == found.history[-1].id
    assert [one.actor for one in found.corrections] == ["ani"]
    assert [(one.reason, one.done_at) for one in found.tasks] == [("dispute", None)]
    assert await of(database, "JKT-0000-0000") is None
    async with database.read() as connection:  # a corrected category is no step of the status
        public = await publishing.public(connection, ticket)
    assert public is not None
    assert [step.status.value for step in public.steps] == ["open"]


async def test_a_merge_is_told_as_long_as_it_stands(talk: Talk, database: Database) -> None:
    first, second = await file(talk), await file(talk, "budi")

    async def merge() -> int:
        async with database.begin() as connection:
            mark, said = Mark(ticket=second), {"actor": "ani", "now": datetime.now(UTC)}
            return (await correcting.duplicate(connection, IDS, mark, first, **said)).correction

    async def told() -> tuple[tuple[str, ...], str]:
        whole, part = await of(database, first), await of(database, second)
        assert whole is not None
        assert part is not None
        return whole.merged, part.merged_into

    number = await merge()
    assert await told() == ((second,), first)
    async with database.begin() as connection:
        await undoing.undo(connection, IDS, number, actor="ani", now=datetime.now(UTC))
    assert await told() == ((), "")
    await merge()
    assert await told() == ((second,), first)
    opened = {"actor": "ani", "note": "", "now": datetime.now(UTC)}
    await change_status(database, IDS, second, Status.REOPENED, **opened)
    assert await told() == ((), "")


async def test_beyond_the_scope_is_as_if_it_were_not(talk: Talk, database: Database) -> None:
    ticket = await file(talk)
    async with database.begin() as connection:
        await connection.execute(update(table(Complaint)).values(agency="sda"))
    whole = await of(database, ticket)
    assert whole is not None
    area = f"{whole.kota}/{whole.kecamatan}"
    assert await of(database, ticket, Scope(agency="sda", area=area)) is not None
    assert await of(database, ticket, Scope(agency="bina_marga")) is None
    assert await of(database, ticket, Scope(agency="sda", area="Jakarta Utara")) is None


async def test_the_conversation_tells_what_became_of_each_message(
    talk: Talk, database: Database
) -> None:
    ticket = await file(talk)
    found = await of(database, ticket)
    assert found is not None
    async with database.begin() as connection:
        newest = select(table(Outbox).c.id).order_by(table(Outbox).c.id.desc()).limit(1)
        await connection.execute(
            update(table(Outbox))
            .where(table(Outbox).c.id == newest.scalar_subquery())
            .values(state="dead", detail="chat not found")
        )
    lines = await said(database, found.conversation_id)
    assert [one.at for one in lines] == sorted(one.at for one in lines)
    first = lines[0]
    assert (first.who, first.text, first.point) == ("citizen", REPORT, tuple(PIN))
    assert [one.choice for one in lines if one.choice]
    answered = [one for one in lines if one.who == "bot"]
    assert [one.state for one in answered[:-1]] == ["sent"] * (len(answered) - 1)
    assert (answered[-1].state, answered[-1].detail) == ("dead", "chat not found")
    assert ticket in answered[-1].text


async def test_who_may_see_one_complaint_reads_nothing_of_another(
    talk: Talk, database: Database
) -> None:
    first = await file(talk)
    await talk.say("lampu jalan mati di Jl. Kemang Raya", pin=[-6.26, 106.81])
    while not (found := find("\n".join(map(str, talk.paper.sent[-2:])))) or found[0][0] == first:
        choice = next(c for c in talk.paper.choices if c.endswith((":yes", ":skip")))
        await talk.say(choice=choice)
    second = found[0][0]
    await talk.say("cek status semua laporan saya")
    one, other = [await of(database, ticket) for ticket in (first, second)]
    assert one is not None
    assert other is not None
    assert "lampu" not in str(one.readings)
    assert REPORT not in str(other.readings)
    lines = await said(database, one.conversation_id)
    seen = transcript.about(lines, second, other.telling, other.told_later)
    text = "\n".join(each.text for each in seen)
    assert "lampu jalan mati" in text
    assert second in text
    assert REPORT not in text
    assert first not in text
    assert len(seen) < len(lines)


async def test_an_edited_photo_stands_beside_its_original(talk: Talk, database: Database) -> None:
    ticket, photo = await with_photo(talk)
    found = await of(database, ticket)
    assert found is not None
    (before,) = found.photos
    kept = Kept(sha256="f" * 64, content_type="image/jpeg", width=120, height=90)
    async with database.begin() as connection:
        shown = Publication(actor="ani", photos=(photo,))
        await publishing.publish(connection, IDS, ticket, shown, NOW)
        copy = await pictures.add_edited(
            connection, IDS, photo, kept, actor="ani", now=NOW, publish=True
        )
        with pytest.raises(EditedError, match="publish the copy"):
            await publishing.publish(connection, IDS, ticket, shown, NOW)
    found = await of(database, ticket)
    assert found is not None
    original, edited = found.photos
    assert (original.id, original.sha256) == (photo, before.sha256)
    assert (original.published, original.replaced, edited.published) == (False, True, True)
    assert (edited.id, edited.edited_from, edited.by_officer) == (copy, photo, False)
    assert found.history[-1].kind == "photo_edited"
    async with database.read() as connection:
        public = await publishing.public(connection, ticket)
        assert public is not None
        assert [one.id for one in public.photos] == [copy]
        assert not await publishing.may_be_sent(connection, before.sha256)
        told = await said(database, found.conversation_id)
        assert [one.id for each in told for one in each.attached] == [photo]
        message = next(each.id for each in told if each.attached)
        assert [one.id for one in (await media.of_messages(connection, [message]))[message]] == [
            photo
        ]


async def test_of_who_is_forgotten_the_published_copy_alone_is_left(
    talk: Talk, database: Database
) -> None:
    ticket, photo = await with_photo(talk)
    found = await of(database, ticket)
    assert found is not None
    kept = Kept(sha256="f" * 64, content_type="image/jpeg", width=120, height=90)
    async with database.begin() as connection:
        more = {"actor": "ani", "now": NOW}
        copy = await pictures.add_edited(connection, IDS, photo, kept, publish=True, **more)
        draft = await pictures.add_edited(
            connection, IDS, photo, replace(kept, sha256="e" * 64), publish=False, **more
        )
        wish = Wish(
            conversation_id=found.conversation_id,
            inbox_id=found.telling[1],
            answer_key="",
            at=NOW,
            mark=str,
        )
        await erase(connection, IDS, wish)
    after = await of(database, ticket)
    assert after is not None
    assert after.gone
    assert [one.id for one in after.photos] == [copy]
    async with database.read() as connection:
        files = [await pictures.file_of(connection, one, EVERYTHING) for one in (photo, draft)]
    assert files == [None, None]


async def test_a_file_is_found_by_its_id_and_within_the_scope(
    talk: Talk, database: Database
) -> None:
    ticket, photo = await with_photo(talk)
    found = await of(database, ticket)
    assert found is not None
    async with database.begin() as connection:
        await connection.execute(update(table(Complaint)).values(agency="sda"))
    async with database.read() as connection:
        asked = [EVERYTHING, Scope(agency="sda"), Scope(agency="bina_marga")]
        files = [await pictures.file_of(connection, photo, scope) for scope in asked]
        assert await pictures.file_of(connection, photo + 1, EVERYTHING) is None
    assert files == [found.photos[0].sha256, found.photos[0].sha256, None]


async def test_around_a_place_whatever_it_is(talk: Talk, database: Database) -> None:
    here = await file(talk)
    there = await file(talk, "budi")
    far = await file(talk, "citra")
    places = {there: (PIN[0] + 0.001, "macet"), far: (PIN[0] + 0.1, "banjir")}
    async with database.begin() as connection:
        for ticket, (lat, category) in places.items():
            await connection.execute(
                update(table(Complaint))
                .where(table(Complaint).c.ticket == ticket)
                .values(lat=lat, lon=PIN[1], category=category, agency="sda")
            )
    now = datetime.now(UTC)
    plain = {"lat": PIN[0], "lon": PIN[1], "radius_m": 400, "within": timedelta(days=7)}
    look = Look(**plain, at=now)
    async with database.read() as connection:
        (near,) = await around.around(connection, look, EVERYTHING, but=here)
        assert (near.ticket, near.category, near.metres) == (there, "macet", 111)
        old = Look(**plain, at=now - timedelta(days=8))
        assert await around.around(connection, old, EVERYTHING) == ()
        assert await around.around(connection, look, Scope(agency="sda"), but=there) == ()
        both = await around.around(connection, look, EVERYTHING)
        assert [one.ticket for one in both] == [here, there]


async def test_a_duplicate_stands_around_nothing_until_it_is_opened_again(
    talk: Talk, database: Database
) -> None:
    here, there = await file(talk), await file(talk, "budi")
    look = Look(
        lat=PIN[0], lon=PIN[1], radius_m=400, at=datetime.now(UTC), within=timedelta(days=7)
    )
    now = datetime.now(UTC)
    async with database.begin() as connection:
        ids = Ids(node=2)
        marked = Mark(ticket=there)
        await correcting.duplicate(connection, ids, marked, here, actor="sri", now=now)
        assert await around.around(connection, look, EVERYTHING, but=here) == ()
        again = Result(status=Status.REOPENED, actor="sri")
        await progress.move(connection, ids, there, again, now)
        (near,) = await around.around(connection, look, EVERYTHING, but=here)
    assert (near.ticket, near.status) == (there, Status.REOPENED)
