"""A moderator's word is kept whole, beside the prediction and never over it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from dialogs.conversation import Spot
from gateway.app import compose
from gateway.settings import Settings
from nlu.engine import Engine
from nlu.learning.labels import UnknownLabelError
from store import complaints, corrections, learnings
from store.corrections import Said
from store.database import Database
from store.ids import Ids
from store.learnings import Learnt
from store.tables import Complaint, Prediction, table
from store.waiting import uncorrected
from tests.gateway.conftest import REPORT, Talk, file
from tests.paper import Paper

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
async def talk(database: Database, store_url: str, tmp_path: Path, engine: Engine) -> Talk:
    settings = Settings(var=tmp_path, store={"url": store_url})
    paper = Paper()
    return Talk(compose(settings, database, engine, {("paper", "main"): paper}), paper)


async def correct(database: Database, said: Said, *, actor: str = "ani", **of) -> int:
    async with database.begin() as connection:
        return await corrections.append(connection, Ids(), said, actor=actor, now=NOW, **of)


async def complaint_of(database: Database, ticket: str):
    async with database.read() as connection:
        found = await connection.execute(
            select(table(Complaint)).where(table(Complaint).c.ticket == ticket)
        )
        return found.one()


async def prediction(database: Database):
    async with database.read() as connection:
        return (
            await connection.execute(
                select(table(Prediction)).order_by(table(Prediction).c.inbox_id)
            )
        ).first()


async def test_a_complaint_is_corrected_and_the_prediction_stays(
    talk: Talk, database: Database
) -> None:
    ticket = await file(talk)
    before, predicted = await complaint_of(database, ticket), await prediction(database)
    said = Said(categories=("banjir", "sampah"), intent="report")
    number = await correct(database, said, ticket=ticket)

    after = await complaint_of(database, ticket)
    assert (before.category, after.category) == ("saluran_air", "banjir")
    assert await prediction(database) == predicted
    async with database.read() as connection:
        (kept,) = await corrections.of_complaint(connection, ticket)
        history = await complaints.history(connection, ticket)
    assert (kept.id, kept.actor, kept.at, kept.said) == (number, "ani", NOW, said)
    assert kept.engine == before.engine
    assert kept.before["category"] == "saluran_air"
    assert kept.ticket == ticket
    assert REPORT in kept.text
    assert [event["kind"] for event in history] == ["filed", "corrected"]
    assert history[1]["actor"] == "ani"
    assert history[1]["body"]["from"] == "saluran_air"
    assert (history[1]["body"]["to"], history[1]["body"]["also"]) == ("banjir", ["sampah"])


async def test_words_are_appended_and_the_newest_decides(talk: Talk, database: Database) -> None:
    ticket = await file(talk)
    for slug in ("banjir", "sampah", "banjir"):
        await correct(database, Said(categories=(slug,)), ticket=ticket)
    async with database.read() as connection:
        kept = await corrections.since(connection)
        newest = await corrections.newest(connection, 2)
        later = await corrections.since(connection, kept[0].id, kept[1].id)
    assert [one.before["category"] for one in kept] == ["saluran_air", "banjir", "sampah"]
    assert [one.id for one in newest] == [kept[2].id, kept[1].id]
    assert [one.id for one in later] == [kept[1].id]
    assert (await complaint_of(database, ticket)).category == "banjir"


async def test_to_confirm_is_a_word_too(talk: Talk, database: Database) -> None:
    ticket = await file(talk)
    before = await complaint_of(database, ticket)
    await correct(database, Said(categories=(before.category,)), ticket=ticket)
    after = await complaint_of(database, ticket)
    assert (before.checked, after.checked) == (False, True)
    changed = {name for name in after._fields if getattr(after, name) != getattr(before, name)}
    assert changed == {"checked"}
    async with database.read() as connection:
        assert (await complaints.history(connection, ticket))[-1]["kind"] == "confirmed"


async def test_a_message_that_became_no_complaint_is_corrected(
    talk: Talk, database: Database
) -> None:
    await talk.say("makasih ya min, got depan rumah sudah bersih")
    predicted = await prediction(database)
    said = Said(categories=("bukan_aduan",), intent="thanks")
    await correct(database, said, inbox_id=predicted.inbox_id)
    async with database.read() as connection:
        (kept,) = await corrections.since(connection)
    assert (kept.ticket, kept.inbox_id) == (None, predicted.inbox_id)
    assert kept.text == "makasih ya min, got depan rumah sudah bersih"
    assert kept.before["intent"] == predicted.intent


async def test_a_place_is_put_right(talk: Talk, database: Database) -> None:
    ticket = await file(talk)
    spot = Spot(lat=-6.2, lon=106.8, words="Jl. Sabang 12", source="pin")
    await correct(database, Said(spot=spot), ticket=ticket)
    after = await complaint_of(database, ticket)
    assert (after.lat, after.lon, after.place_words) == (-6.2, 106.8, "Jl. Sabang 12")
    async with database.read() as connection:
        (kept,) = await corrections.since(connection)
    assert (kept.said.spot, kept.said.categories) == (spot, ())


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (Said(categories=("banjer",)), "unknown category 'banjer' (did you mean 'banjir'?)"),
        (Said(categories=("banjir", "macett")), "did you mean 'macet'?"),
        (Said(intent="thank"), "unknown intent 'thank' (did you mean 'thanks'?)"),
        (Said(categories=("banjir", "banjir")), "named twice"),
        (Said(categories=("bukan_aduan", "banjir")), "it stands alone"),
        (Said(categories=("banjir",), intent="thanks"), "exclude another"),
        (Said(categories=("bukan_aduan",), intent="report"), "exclude another"),
    ],
)
async def test_what_no_model_can_learn_is_refused(
    talk: Talk, database: Database, said: Said, told: str
) -> None:
    ticket = await file(talk)
    before = await complaint_of(database, ticket)
    with pytest.raises(UnknownLabelError) as refused:
        await correct(database, said, ticket=ticket)
    assert told in str(refused.value)
    async with database.read() as connection:
        assert await corrections.since(connection) == []
    assert await complaint_of(database, ticket) == before


async def test_what_speaks_of_nothing_is_refused(database: Database) -> None:
    with pytest.raises(LookupError, match="JKT-NONE"):
        await correct(database, Said(categories=("banjir",)), ticket="JKT-NONE")
    with pytest.raises(LookupError, match="no engine has read"):
        await correct(database, Said(categories=("banjir",)), inbox_id=7)
    with pytest.raises(ValueError, match="name one"):
        await correct(database, Said(categories=("banjir",)))
    with pytest.raises(ValueError, match="says something"):
        await correct(database, Said(), ticket="JKT-NONE")


async def test_what_has_been_corrected_waits_no_longer(talk: Talk, database: Database) -> None:
    ticket = await file(talk)
    await talk.say("lampu jalan mati semua", "budi")
    async with database.read() as connection:
        waiting = await uncorrected(connection, 100)
    by_text = {one.text: one for one in waiting}
    assert by_text[REPORT].ticket == ticket
    assert by_text["lampu jalan mati semua"].ticket is None
    assert by_text[REPORT].understanding.candidates[0].category == "saluran_air"
    assert waiting[0].text == "lampu jalan mati semua"  # the newest first; no empty texts

    await correct(database, Said(categories=("banjir",)), ticket=ticket)
    lamp = by_text["lampu jalan mati semua"].inbox_id
    await correct(database, Said(categories=("lampu_jalan",)), inbox_id=lamp)
    async with database.read() as connection:
        assert await uncorrected(connection, 100) == []


async def test_what_was_learnt_is_recorded(database: Database) -> None:
    async def add(minute: int, outcome: str, version: str, learned_to: int) -> None:
        record = Learnt(
            at=NOW + timedelta(minutes=minute),
            actor="ani",
            outcome=outcome,
            version=version,
            before="",
            learned_to=learned_to,
            verdict=f'{{"n": {minute}}}',
        )
        async with database.begin() as connection:
            await learnings.append(connection, ids, record)

    ids = Ids()
    async with database.read() as connection:
        assert await learnings.latest(connection) is None
    await add(1, "promoted", "a", 5)
    await add(2, "promoted", "b", 9)
    await add(3, "refused", "c", 12)
    async with database.read() as connection:
        latest = await learnings.latest(connection)
        promoted = await learnings.promotion_of(connection, "a")
        newest = await learnings.newest(connection, 2)
    assert latest is not None
    assert (latest.version, latest.learned_to) == ("b", 9)  # what was refused is not learnt
    assert promoted is not None
    assert promoted.verdict == '{"n": 1}'
    assert [one.version for one in newest] == ["c", "b"]
    await add(4, "rolled_back", "a", 5)
    async with database.read() as connection:
        latest = await learnings.latest(connection)
    assert latest is not None
    assert latest.learned_to == 5
