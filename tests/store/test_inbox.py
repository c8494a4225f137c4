"""The inbox: each conversation in order, one holder at a time, nothing forgotten."""

from __future__ import annotations

from datetime import timedelta

from channels.adapter import Raw, Received
from channels.message import MediaKind, MediaRef
from store import inbox, journal, media
from store.database import Database
from store.ids import Ids
from store.media import Kept
from tests.paper import NOON, later, message

IDS = Ids(node=1)
ACCOUNT = ("paper", "main")
LEASE = timedelta(seconds=60)


async def put(database: Database, *messages) -> None:
    arrivals = [
        journal.Arrival(
            channel="paper",
            account="main",
            raw=Raw(body=b"{}", received_at=NOON),
            received=Received(messages=(one,)),
        )
        for one in messages
    ]
    async with database.begin() as connection:
        await journal.write(connection, IDS, arrivals)


async def claim(database: Database, owner: str = "me", at: float = 0, most: int = 10):
    async with database.begin() as connection:
        return await inbox.claim(connection, owner=owner, now=later(at), lease_for=LEASE, most=most)


def ids(claimed) -> list[str]:
    return [one.message.external_id for one in claimed]


async def test_conversations_are_claimed_in_parallel_messages_in_order(database) -> None:
    await put(database, message("1"), message("2"), message("3", sender="budi", address="budi"))
    assert ids(await claim(database)) == ["1", "3"]
    assert ids(await claim(database, owner="other")) == []  # both conversations are held


async def test_the_next_message_comes_when_the_first_is_done(database) -> None:
    await put(database, message("1"), message("2"))
    (first,) = await claim(database)
    async with database.begin() as connection:
        await inbox.done(connection, [first.id])
    assert ids(await claim(database, at=61)) == ["2"]


async def test_a_lease_that_ended_passes_the_message_on(database) -> None:
    await put(database, message("1"))
    assert ids(await claim(database)) == ["1"]
    assert ids(await claim(database, owner="other", at=59)) == []
    assert ids(await claim(database, owner="other", at=61)) == ["1"]


async def test_a_failed_message_holds_back_those_after_it_until_it_is_dead(database) -> None:
    await put(database, message("1"), message("2"))
    (first,) = await claim(database)
    async with database.begin() as connection:
        await inbox.failed(connection, first.id, error="ValueError", retry_at=later(100))
    assert ids(await claim(database, at=70)) == []
    (again,) = await claim(database, at=101)
    assert (again.message.external_id, again.attempts) == ("1", 1)
    async with database.begin() as connection:
        await inbox.failed(connection, first.id, error="ValueError", retry_at=None)
        assert await inbox.count(connection, "dead") == 1
    assert ids(await claim(database, at=200)) == ["2"]


async def test_a_turn_waits_for_its_photo_but_not_for_ever(database) -> None:
    photo = MediaRef(ref="f", kind=MediaKind.PHOTO)
    await put(database, message("1", media=(photo,)), message("2"))
    assert ids(await claim(database)) == []
    waited = journal.MEDIA_PATIENCE.total_seconds() + 1
    (late,) = await claim(database, at=waited)
    assert late.media[0].state == "pending"


async def test_a_turn_goes_on_when_its_last_photo_is_kept(database) -> None:
    photos = tuple(MediaRef(ref=name, kind=MediaKind.PHOTO) for name in "ab")
    await put(database, message("1", media=photos))
    kept = Kept(sha256="00", content_type="image/jpeg", width=1, height=1, lat=-6.2, lon=106.8)
    async with database.begin() as connection:
        first, second = await media.claim(connection, ACCOUNT, now=NOON, lease_for=LEASE, most=9)
        await media.keep(connection, first, kept, later(1))
    assert ids(await claim(database, at=2)) == []
    async with database.begin() as connection:
        await media.refuse(connection, second, "media_damaged", later(3))
    (one,) = await claim(database, at=3)
    assert [(found.state, found.reason) for found in one.media] == [
        ("kept", ""),
        ("refused", "media_damaged"),
    ]
    assert (one.media[0].lat, one.media[0].lon) == (-6.2, 106.8)


async def test_an_attachment_is_fetched_by_one_process_at_a_time(database) -> None:
    await put(database, message("1", media=(MediaRef(ref="f", kind=MediaKind.PHOTO),)))
    async with database.begin() as connection:
        assert len(await media.claim(connection, ACCOUNT, now=NOON, lease_for=LEASE, most=9)) == 1
        assert await media.claim(connection, ACCOUNT, now=later(30), lease_for=LEASE, most=9) == []
        (again,) = await media.claim(connection, ACCOUNT, now=later(61), lease_for=LEASE, most=9)
    assert again.attempts == 2
