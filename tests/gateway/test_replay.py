"""Replay: a file's lines take the way of every message, once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from channels.adapter import Raw
from gateway.accounts import ACCOUNT
from gateway.app import compose
from gateway.replay import NAME, Replay, Summary, replay, told_at
from gateway.settings import Settings
from nlu.engine import Engine
from store import schema
from store.database import Database
from tests.paper import NOON

PIN = {"lat": -6.1957, "lon": 106.8322}
CLEAR = "lampu jalan mati sudah seminggu, gelap sekali"


async def run(
    tmp_path: Path, engine: Engine, *lines: object, confirm: bool = True, join: bool = False
) -> tuple[Summary, int]:
    """Replay lines into the store of `tmp_path`; the summary, and how often progress was told."""
    told = 0

    def advance() -> None:
        nonlocal told
        told += 1

    database = Database("sqlite", tmp_path)
    await schema.upgrade(database)
    channel = Replay(ZoneInfo("Asia/Jakarta"), confirm=confirm, join=join)
    settings = Settings(var=tmp_path)
    gateway = compose(settings, database, engine, {(NAME, ACCOUNT): channel})
    channel.accept = gateway.doors[NAME, ACCOUNT]
    bodies = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in lines]
    async with gateway.running(doors=False):
        summary = await replay(gateway, bodies, advance=advance, in_turn=join)
    await database.close()
    return summary, told


async def test_twice_is_as_once(tmp_path: Path, engine: Engine) -> None:
    lines = [{"id": str(number), "text": CLEAR, **PIN} for number in range(5)]
    once, told = await run(tmp_path, engine, *lines)
    twice, _ = await run(tmp_path, engine, *lines)
    assert told == 5
    assert (once.lines, once.accepted, once.duplicates) == (5, 5, 0)
    assert (twice.lines, twice.accepted, twice.duplicates) == (5, 0, 5)
    assert (once.filed, once.waiting, once.dead) == (twice.filed, twice.waiting, twice.dead)
    assert (once.filed, once.dead) == (5, 0)
    assert once.understood == twice.understood == {"lampu_jalan": 5}


async def test_who_comes_later_may_join(tmp_path: Path, engine: Engine) -> None:
    lines = [{"id": str(number), "text": CLEAR, **PIN} for number in range(4)]
    lines.append({"id": "far", "text": CLEAR, "lat": PIN["lat"] - 0.01, "lon": PIN["lon"]})
    summary, _ = await run(tmp_path, engine, *lines, join=True)
    assert (summary.filed, summary.joined, summary.waiting) == (2, 3, 0)


@pytest.mark.parametrize(
    ("line", "at"),
    [
        (b'{"created_at": "2017-02-20T07:00"}', "2017-02-20T07:00"),
        (b'{"sent_at": "2", "created_at": "1"}', "2"),
        (b"{}", ""),
        (b"[]", ""),
        (b"no json", ""),
    ],
)
def test_when_a_line_was_written(line: bytes, at: str) -> None:
    assert told_at(line) == at


async def test_without_confirming_they_wait(tmp_path: Path, engine: Engine) -> None:
    summary, _ = await run(tmp_path, engine, {"id": "1", "text": CLEAR, **PIN}, confirm=False)
    assert (summary.filed, summary.waiting) == (0, 1)


async def test_lines_of_one_sender_are_one_conversation(tmp_path: Path, engine: Engine) -> None:
    summary, _ = await run(
        tmp_path,
        engine,
        {"id": "1", "text": CLEAR, "sender": "ani", **PIN},
        {"id": "2", "text": "terima kasih", "sender": "ani"},
    )
    assert (summary.accepted, summary.filed) == (2, 1)


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b"[]",
        b'{"text": "no id"}',
        b'{"id": "1", "text": "x", "sent_at": "yesterday"}',
        b"\xff\xfe",
    ],
)
async def test_a_bad_line_is_dead_and_takes_no_other_with_it(tmp_path, engine, line) -> None:
    summary, _ = await run(tmp_path, engine, line, {"id": "9", "text": CLEAR, **PIN})
    assert (summary.lines, summary.accepted, summary.dead, summary.filed) == (2, 1, 1, 1)


@pytest.mark.parametrize(
    ("said", "hour"),
    [("2017-02-20T07:00:00", 0), ("2017-02-20T07:00:00Z", 7), ("2017-02-20T07:00:00+08:00", 23)],
)
def test_a_naive_time_is_read_in_the_zone(said: str, hour: int) -> None:
    channel = Replay(ZoneInfo("Asia/Jakarta"), confirm=True)
    body = json.dumps({"id": "1", "text": "x", "created_at": said}).encode()
    (message,) = channel.parse(Raw(body=body, received_at=NOON)).messages
    assert message.sent_at.astimezone(UTC).hour == hour
    assert message.sent_at.tzinfo is UTC


def test_no_time_is_the_time_of_arrival() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    (message,) = (
        Replay(ZoneInfo("UTC"), confirm=True)
        .parse(Raw(body=b'{"id": 1, "text": "x", "lat": "nan", "lon": 3}', received_at=at))
        .messages
    )
    assert (message.sent_at, message.location) == (at, None)
