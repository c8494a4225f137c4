"""Which messages wait for the next ones, and that what was gathered is one turn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.app import compose
from gateway.gathering import Gathering
from gateway.settings import ConfigError, Settings, channel_settings
from store import complaints, schema
from store.database import Database
from store.patience import ALONE, Patience
from store.waiting import uncorrected
from tests.gateway.conftest import Talk
from tests.paper import Paper, line, message, raw

THREE = Patience(quiet=timedelta(seconds=3))
WHOLE = Patience(hurry=True)


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        ({"text": "halo"}, THREE),
        ({"text": "banjir di Kemang"}, THREE),
        ({"text": ""}, THREE),  # a photo, a pin
        ({"text": "stop"}, WHOLE),
        ({"text": "HAPUS DATA SAYA"}, WHOLE),
        ({"text": "ya"}, WHOLE),
        ({"text": "2"}, WHOLE),
        ({"text": "", "choice": "confirm:yes"}, WHOLE),
        ({"text": "banjir", "edited": True}, WHOLE),
        ({"text": "kebakaran!! tolong"}, Patience(quiet=timedelta(), hurry=True)),
    ],
)
def test_what_is_whole_by_itself_waits_for_nothing(said, waits) -> None:
    patient = Gathering(Settings(channels={"paper": {}}))
    assert patient(message(**said)) == waits


def test_each_channel_may_have_its_own_wait_and_others_have_none() -> None:
    settings = Settings(channels={"paper": {"gather_s": 1}, "email": {"gather_s": 0}})
    patient = Gathering(settings)
    assert patient(message()) == Patience(quiet=timedelta(seconds=1))
    assert patient(message(channel="email")) == ALONE
    assert patient(message(channel="replay")) == ALONE  # no channel of config.yml


def test_a_wrong_wait_is_named() -> None:
    with pytest.raises(ConfigError, match=r"channels\.webchat\.gather_s: Input should be"):
        channel_settings("webchat", {"gather_s": -1})


async def test_what_was_written_in_a_row_is_one_turn(store_url, tmp_path, engine) -> None:
    settings = Settings(
        var=tmp_path, store={"url": store_url}, channels={"paper": {"gather_s": 0.001}}
    )
    database = Database(store_url, tmp_path)
    await schema.upgrade(database)
    paper = Paper()
    talk = Talk(compose(settings, database, engine, {("paper", "main"): paper}), paper)
    for number, text in enumerate(["pak", "sampah menumpuk", "di Kel. Bangka dekat pasar"]):
        await talk.deliver(line(f"g{number}", text))
    at = datetime.now(UTC) - timedelta(seconds=1)
    await talk.gateway.doors["paper", "main"](raw(line("g3", "sudah seminggu"), at=at))
    await talk.settle()
    assert len(paper.sent) == 1
    assert "Kel. Bangka" in str(paper.sent[0])
    async with database.read() as connection:
        (waiting,) = await uncorrected(connection, 9)
    assert waiting.text.splitlines()[0] == "pak"  # what the engine read: all of it
    assert len(waiting.text.splitlines()) == 4
    await talk.say("ya")
    async with database.read() as connection:
        assert await complaints.count(connection, "paper") == 1
    await database.close()
