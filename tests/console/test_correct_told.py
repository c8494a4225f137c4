"""What citizens hear of a moderator's word, once he can no longer take it back unheard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dialogs.phrasebook import say
from store import correcting, splitting, undoing
from store.correcting import Done, Mark
from store.said import Said
from store.splitting import Half
from store.taking import REGRET
from tests.console.conftest import House

GOT_AND_LAMP = "got depan rumah mampet, air item. lampu jalannya juga"


async def act(house: House, function: Any, *what: Any, ago: timedelta = REGRET) -> Any:
    """A moderator speaks, so long ago."""
    desk = house.desk
    async with desk.database.begin() as connection:
        now = desk.clock() - ago
        return await function(connection, desk.ids, *what, actor="ani", now=now)


async def heard(house: House) -> str:
    """What citizens are told now."""
    before = len(house.talk.paper.sent)
    await house.talk.settle()
    return "\n".join(str(one) for one in house.talk.paper.sent[before:])


async def corrected(house: House, ticket: str, said: Said, **more: Any) -> Done:
    outcome = await act(house, correcting.correct, [Mark(ticket=ticket)], said, **more)
    done: Done = outcome.done[0]
    return done


async def test_no_complaint_is_told_kindly(house: House) -> None:
    ticket = await house.file(sender="siti")
    said = Said(categories=("bukan_aduan",))
    done = await corrected(house, ticket, said, ago=timedelta())
    assert await heard(house) == ""  # a minute to think better of it
    await act(house, undoing.undo, done.correction, ago=timedelta())
    assert await heard(house) == ""

    done = await corrected(house, ticket, said)
    assert say("id", "no_complaint", {"ticket": ticket}) in await heard(house)
    await act(house, undoing.undo, done.correction)
    assert say("id", "status_reopened", {}) in await heard(house)
    assert ticket in await house.talk.say("laporan saya", "siti")


async def test_a_second_number_and_a_merge_are_told(house: House) -> None:
    first = await house.file(GOT_AND_LAMP)
    second = await house.file(GOT_AND_LAMP, pin=[-6.21, 106.84])
    half = Half(ticket="JKT-2222-2222", category="lampu_jalan")
    done = await act(house, splitting.split, Mark(ticket=first), half)
    slots = {"ticket": half.ticket, "other": first, "category": "Lampu jalan"}
    assert say("id", "split", slots) in await heard(house)
    await act(house, undoing.undo, done.correction)
    merged = say("id", "merged", {"ticket": half.ticket, "into": first})
    assert merged in await heard(house)

    done = await act(house, correcting.duplicate, Mark(ticket=second), first)
    assert say("id", "merged", {"ticket": second, "into": first}) in await heard(house)
    await act(house, undoing.undo, done.correction)
    assert say("id", "status_reopened", {}) in await heard(house)


@pytest.mark.parametrize("language", ["en", "id"])
async def test_the_language_of_answers(house: House, language: str) -> None:
    ticket = await house.file(sender="siti")
    await corrected(house, ticket, Said(language=language))
    assert await heard(house) == ""
    told = say(language, "status_open", {})
    assert told in await house.talk.say(ticket, "siti")
