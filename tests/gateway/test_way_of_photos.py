"""The way of a photo: fetched, kept and told of, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from channels.errors import Unreachable
from dialogs.phrasebook import say
from gateway import media
from nlu.ticket import find
from store.tables import (
    Complaint,
    Inbox,
    Media,
    table,
)
from tests.gateway.conftest import PIN, REPORT, Talk, photo, rows, until
from tests.paper import line


async def test_a_photo_is_kept_and_joins_the_complaint(running: Talk) -> None:
    running.paper.files["foto"] = photo()
    await running.deliver(line("1", REPORT, pin=PIN, photos=["foto"]))
    await until(lambda: running.paper.sent)
    for number in range(4):
        choice = next(one for one in running.paper.choices if one.endswith((":yes", ":skip")))
        told = len(running.paper.sent)
        await running.deliver(line(f"answer-{number}", choice=choice))
        await until(lambda told=told: len(running.paper.sent) > told)
        if find(str(running.paper.sent[-1])):
            break
    await until(lambda: any(find(str(one)) for one in running.paper.sent))
    (kept,) = await rows(running.gateway, Media)
    (complaint,) = await rows(running.gateway, Complaint)
    assert (kept.state, kept.complaint_id) == ("kept", complaint.id)
    folder = running.gateway.settings.var / "media"
    assert (folder / kept.sha256[:2] / f"{kept.sha256}.jpg").exists()


async def test_what_is_no_photo_is_told_in_a_sentence(running: Talk) -> None:
    running.paper.files["foto"] = b"PK\x03\x04 an archive named .jpg"
    await running.deliver(line("1", REPORT, photos=["foto"]))
    await until(lambda: running.paper.sent)
    (kept,) = await rows(running.gateway, Media)
    assert (kept.state, kept.reason) == ("refused", "media_not_a_photo")
    assert "foto" in str(running.paper.sent[0]).lower()


async def test_media_that_never_end_are_cut_off_and_told(running: Talk, monkeypatch) -> None:
    read, ended = [], []

    async def endless(*_):
        try:
            while True:
                read.append(1_000_000)
                yield bytes(1_000_000)
        finally:
            ended.append(True)

    monkeypatch.setattr(running.paper, "fetch", endless)
    await running.deliver(line("1", REPORT, photos=["foto"]))
    await until(lambda: running.paper.sent)
    (refused,) = await rows(running.gateway, Media)
    assert (refused.state, refused.reason) == ("refused", "media_too_large")
    assert ended  # the connection is let go at once
    assert sum(read) <= running.gateway.settings.media.max_bytes + 1_000_000


async def test_media_that_stop_in_the_middle_hold_up_nothing_for_ever(
    running: Talk, monkeypatch
) -> None:
    ended = []

    async def stalls(*_):
        try:
            yield photo()[:100]
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    monkeypatch.setattr(media, "LEASE", timedelta(seconds=0.1))
    with monkeypatch.context() as slow:
        slow.setattr(running.paper, "fetch", stalls)
        await running.deliver(line("1", REPORT, pin=PIN, photos=["foto"]))
        await until(lambda: ended)
    running.paper.files["foto"] = photo()
    async with asyncio.timeout(20):
        while (await rows(running.gateway, Media))[0].state != "kept":
            async with running.gateway.database.begin() as connection:  # the wait is over
                await connection.execute(
                    update(table(Media))
                    .where(table(Media).c.state == "pending")
                    .values(due_at=datetime.now(UTC))
                )
            await asyncio.sleep(0.05)


async def test_a_photo_refused_after_its_turn_is_told_too(running: Talk) -> None:
    running.paper.files["foto"] = Unreachable("slow")
    await running.deliver(line("1", REPORT, pin=PIN, photos=["foto"]))
    async with running.gateway.database.begin() as connection:  # patience is over
        await connection.execute(update(table(Inbox)).values(due_at=datetime.now(UTC)))
    await until(lambda: running.paper.sent)
    running.paper.files["foto"] = b"no photo"
    async with running.gateway.database.begin() as connection:
        await connection.execute(update(table(Media)).values(due_at=datetime.now(UTC)))
    await until(lambda: len(running.paper.sent) == 2)
    assert running.paper.sent[1] == say("id", "media_not_a_photo", {})


async def test_an_album_is_one_report(running: Talk) -> None:
    running.paper.files |= {"a": photo(), "b": photo()}
    for index, name in enumerate("ab"):
        await running.deliver(
            line(
                f"al-{name}",
                REPORT if index == 0 else "",
                photos=[name],
                album="g",
                index=index,
                total=2,
            )
        )
    await until(lambda: running.paper.sent)
    assert len(running.paper.sent) == 1
    assert len(await rows(running.gateway, Media)) == 2
