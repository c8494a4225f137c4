"""What a ticket's row tells to whom: words of a place are the filer's alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from gateway.app import compose
from gateway.settings import Settings
from nlu.engine import Engine
from store.database import Database
from store.tables import Complaint, table
from tests.gateway.conftest import Talk, file
from tests.gateway.test_joining import tell
from tests.paper import Paper

PLACE = "rumah Bu Sri no 12"


@pytest.fixture
async def talk(database: Database, store_url: str, tmp_path: Path, engine: Engine) -> Talk:
    settings = Settings(var=tmp_path, store={"url": store_url})
    paper = Paper()
    return Talk(compose(settings, database, engine, {("paper", "main"): paper}), paper)


async def lose_the_area(talk: Talk) -> None:
    """All that is known of the place is what was written."""
    async with talk.gateway.database.begin() as connection:
        columns = {"kelurahan": None, "kecamatan": None, "place_words": PLACE}
        await connection.execute(update(table(Complaint)).values(columns))


async def test_a_stranger_with_the_number_does_not_read_where_in_words(talk: Talk) -> None:
    number = await file(talk)
    await lose_the_area(talk)

    heard = await talk.say(number, "budi")
    assert f"{number}: Saluran, kali, dan pompa. Status: diterima." in heard
    assert PLACE in await talk.say(number, "ani")


async def test_nor_does_who_joined(talk: Talk) -> None:
    await file(talk)
    await tell(talk, "budi")
    await talk.say(sender="budi", choice="join:yes")
    await lose_the_area(talk)

    heard = await talk.say("laporan saya", "budi")
    assert "Status: diterima" in heard
    assert PLACE not in heard
