"""Photos survive what is our trouble or a provider's, and one account's trouble is its own."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from structlog.testing import capture_logs

from channels.errors import Misconfigured, Unreachable
from gateway import media
from store import media as kept
from store.tables import Media, table
from tests.gateway.test_photos import jpeg
from tests.paper import Paper, line, raw

MEDIA = table(Media)


async def fetch(talk, times: int = 1) -> None:
    """As if every wait were over, so many times."""
    for _ in range(times):
        async with talk.gateway.database.begin() as connection:
            waits = update(MEDIA).where(MEDIA.c.state == "pending")
            await connection.execute(waits.values(due_at=datetime.now(UTC)))
        await talk.gateway.media.once()
        await talk.gateway.media.drain()


async def stands(talk) -> list[tuple[str, int]]:
    async with talk.gateway.database.read() as connection:
        rows = await connection.execute(
            select(MEDIA.c.state, MEDIA.c.attempts).order_by(MEDIA.c.id)
        )
        return [tuple(row) for row in rows]


async def test_a_refused_token_loses_no_photo(talk) -> None:
    talk.paper.files["foto"] = Misconfigured("KANAL_PAPER_TOKEN: refused")
    await talk.deliver(line("1", "got mampet", photos=["foto"]))
    await fetch(talk, 2 * media.MOST_ATTEMPTS)
    assert await stands(talk) == [("pending", 0)]
    talk.paper.files["foto"] = jpeg()
    await fetch(talk)
    assert await stands(talk) == [("kept", 1)]


async def test_a_channel_that_is_switched_off_loses_no_photo(talk) -> None:
    await talk.deliver(line("1", "got mampet", photos=["foto"]))
    talk.paper.files["foto"] = jpeg()
    accounts = talk.gateway.roster.accounts
    off = accounts.pop(("paper", "main"))
    await fetch(talk, 2 * media.MOST_ATTEMPTS)
    assert await stands(talk) == [("pending", 0)]
    accounts["paper", "main"] = off
    await fetch(talk)
    assert await stands(talk) == [("kept", 1)]


async def test_a_provider_that_fails_for_two_hours_loses_no_photo(talk) -> None:
    talk.paper.files["foto"] = Unreachable("502")
    await talk.deliver(line("1", "got mampet", photos=["foto"]))
    waited = timedelta()
    for _ in range(media.MOST_ATTEMPTS - 1):
        await fetch(talk)
        async with talk.gateway.database.read() as connection:
            waited += await connection.scalar(select(MEDIA.c.due_at)) - datetime.now(UTC)
    assert waited > timedelta(hours=1.5)  # two hours, less the jitter
    assert await stands(talk) == [("pending", media.MOST_ATTEMPTS - 1)]
    await fetch(talk)
    assert await stands(talk) == [("refused", media.MOST_ATTEMPTS)]


async def test_a_provider_that_hangs_holds_up_its_own_photos_alone(talk) -> None:
    stuck, going = Paper(), asyncio.Event()

    async def hangs(*_):
        await going.wait()
        yield jpeg()

    stuck.fetch = hangs
    talk.gateway.roster.add({("paper", "slow"): stuck})
    for number in range(2 * media.AT_ONCE):
        photos = line(f"s{number}", sender=f"s{number}", photos=["foto"])
        await talk.gateway.doors["paper", "slow"](raw(photos))
    await talk.gateway.media.once()
    talk.paper.files["foto"] = jpeg()
    await talk.deliver(line("1", "got mampet", photos=["foto"]))
    assert await talk.gateway.media.once() == 1
    async with asyncio.timeout(20):
        while ("kept", 1) not in await stands(talk):
            await asyncio.sleep(0)
    assert await talk.gateway.media.once() == 0  # its places are taken
    going.set()
    await talk.gateway.media.drain()
    assert (await stands(talk)).count(("kept", 1)) == media.AT_ONCE + 1


async def test_a_photo_that_cannot_be_recorded_is_told_without_words(talk, monkeypatch) -> None:
    async def refuse(*_) -> None:
        raise KeyError("got depan rumah Ani")

    monkeypatch.setattr(kept, "keep", refuse)
    talk.paper.files["foto"] = jpeg()
    await talk.deliver(line("1", "got mampet", photos=["foto"]))
    with capture_logs() as logs:
        await fetch(talk)
    assert ("media.failed", "KeyError") in [(one["event"], one.get("error")) for one in logs]
    assert "Ani" not in str(logs)
