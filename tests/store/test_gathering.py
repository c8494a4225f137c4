"""Several short messages in a row make one turn; nothing is lost, whatever comes in between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from channels.adapter import Raw, Received
from channels.message import InboundMessage, Location, MediaKind, MediaRef
from store import decisions, inbox, journal, media
from store.database import Database
from store.ids import Ids
from store.media import Kept
from store.patience import MOST_JOINED, Patience, run_of
from tests.paper import later, message

IDS = Ids(node=1)
ACCOUNT = ("paper", "main")
LEASE = timedelta(seconds=60)
QUIET = Patience(quiet=timedelta(seconds=3))


def patient(one: InboundMessage) -> Patience:
    if one.choice or one.text == "STOP":
        return Patience(hurry=True)
    return Patience(quiet=timedelta(), hurry=True) if one.text == "api!" else QUIET


async def put(database: Database, one: InboundMessage, at: float = 0) -> None:
    raw = Raw(body=b"{}", received_at=later(at))
    arrival = journal.Arrival(
        channel="paper", account="main", raw=raw, received=Received(messages=(one,))
    )
    async with database.begin() as connection:
        await journal.write(connection, IDS, [arrival], patient)


async def claim(database: Database, at: float, owner: str = "me"):
    async with database.begin() as connection:
        return await inbox.claim(connection, owner=owner, now=later(at), lease_for=LEASE, most=10)


async def answered(database: Database, one: inbox.Claimed) -> None:
    decision = decisions.Decision(
        inbox_id=one.id, joined=one.ids[1:], conversation_id=one.conversation_id, owner="me",
        state="{}", stopped=False, at=later(5), understanding=None,
    )  # fmt: skip
    async with database.begin() as connection:
        assert await decisions.write(connection, IDS, [decision]) == [True]


async def test_messages_in_a_row_make_one_turn_once_it_is_quiet(database) -> None:
    await put(database, message("1", text="pak"))
    await put(database, message("2", text="ada banjir"), at=2)
    await put(database, message("3", text="di Kemang"), at=4)
    assert await claim(database, at=5) == []
    assert await claim(database, at=6.9) == []
    (one,) = await claim(database, at=7)
    assert one.message.text == "pak\nada banjir\ndi Kemang"
    assert one.message.external_id == "3"  # the answer goes to the last of them
    await answered(database, one)
    async with database.read() as connection:
        assert await inbox.count(connection, "done") == 3
        assert await inbox.count(connection, "pending") == 0


async def test_conversations_do_not_wait_for_each_other(database) -> None:
    await put(database, message("1"))
    await put(database, message("2", sender="budi", address="budi"), at=2)
    assert [one.address for one in await claim(database, at=3)] == ["ani"]
    assert [one.address for one in await claim(database, at=5)] == ["budi"]


async def test_whoever_goes_on_writing_is_answered_all_the_same(database) -> None:
    for at in range(0, 16, 2):
        await put(database, message(str(at), text=str(at)), at=at)
    assert await claim(database, at=14.5) == []
    (one,) = await claim(database, at=15.5)
    assert one.message.text == "0\n2\n4\n6\n8\n10\n12\n14"


async def test_a_command_waits_for_nothing_and_ends_the_wait_of_those_before(database) -> None:
    await put(database, message("1", text="jalan rusak"))
    await put(database, message("2", text="STOP"), at=1)
    (first,) = await claim(database, at=1)
    assert first.message.text == "jalan rusak"
    await answered(database, first)
    (second,) = await claim(database, at=1)
    assert second.message.text == "STOP"


async def test_danger_takes_along_what_was_written_just_before(database) -> None:
    await put(database, message("1", text="gang mawar"))
    await put(database, message("2", text="api!"), at=1)
    (one,) = await claim(database, at=1)
    assert one.message.text == "gang mawar\napi!"


async def test_photos_and_a_pin_come_together_and_a_second_pin_is_a_turn_of_its_own(
    database,
) -> None:
    photo = MediaRef(ref="f", kind=MediaKind.PHOTO)
    pins = [Location(lat=-6.2, lon=106.8), Location(lat=-6.3, lon=106.8)]
    await put(database, message("1", text="pohon tumbang"))
    await put(database, message("2", text="", media=(photo,)), at=1)
    await put(database, message("3", text="", location=pins[0]), at=1)
    await put(database, message("4", text="eh salah", location=pins[1]), at=2)
    assert await claim(database, at=6) == []  # the photo is still being fetched
    kept = Kept(sha256="00", content_type="image/jpeg", width=1, height=1)
    async with database.begin() as connection:
        (wanted,) = await media.claim(connection, ACCOUNT, now=later(1), lease_for=LEASE, most=9)
        await media.keep(connection, wanted, kept, later(2))
    assert await claim(database, at=2.5) == []  # but it is not quiet yet
    (one,) = await claim(database, at=5)
    assert (one.message.text, one.message.location) == ("pohon tumbang", pins[0])
    assert [found.state for found in one.media] == ["kept"]
    await answered(database, one)
    (two,) = await claim(database, at=5)
    assert (two.message.text, two.message.location) == ("eh salah", pins[1])


async def test_a_turn_that_failed_is_tried_message_by_message(database) -> None:
    await put(database, message("1", text="a"))
    await put(database, message("2", text="b"))
    (one,) = await claim(database, at=3)
    async with database.begin() as connection:
        await inbox.failed(connection, *one.ids, error="ValueError", retry_at=later(70))
    (first,) = await claim(database, at=70)
    assert (first.message.text, first.attempts) == ("a", 1)
    await answered(database, first)
    (second,) = await claim(database, at=70)
    assert (second.message.text, second.attempts) == ("b", 1)


async def test_a_process_that_died_is_followed_by_one_that_takes_the_same_turn(database) -> None:
    await put(database, message("1", text="a"))
    await put(database, message("2", text="b"), at=1)
    (dead,) = await claim(database, at=4, owner="dead")
    await put(database, message("3", text="c"), at=20)
    assert await claim(database, at=63) == []
    (one,) = await claim(database, at=65)
    assert one.id == dead.id  # the key of the answer: never said twice
    assert one.message.text == "a\nb\nc"
    await answered(database, one)


@pytest.mark.parametrize(
    ("texts", "count"),
    [
        ([("x", True)] * 30, MOST_JOINED),
        ([("x" * 15_000, True)] * 2, 1),  # what is read of a turn has a limit
        ([("x", False), ("x", True)], 1),
        ([("x", True), ("x", False), ("x", True)], 1),
    ],
)
def test_a_turn_has_its_limits(texts, count) -> None:
    assert run_of([(message(text=text), may) for text, may in texts]) == count
