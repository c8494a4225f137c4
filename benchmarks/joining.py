"""How fast open complaints around a point are found, and how many reports of a file would join.

    python -m benchmarks.joining [--rows 100000] [--postgres] [--file FILE]

The look-up is one query for a batch of conversations, on a database with so many open complaints
spread over the city, a tenth of them around forty crowded places. A FILE of reports with their
positions and times (JSON lines: text, lat, lon, created_at) is played in order of time through the
engine and the rule that offers to join. Assumption: every citizen who is asked says yes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text

from dialogs.conversation import Draft, Known, Nearby, Spot, Status, Ticket, Turn
from dialogs.nearby import around
from gateway.settings import load as load_settings
from gateway.understanding import models_folder
from nlu import ticket
from nlu.categories import categories
from nlu.engines.embedded import EmbeddedEngine
from nlu.places.resolve import resolve
from nlu.understanding import Understanding
from store import conversations, journal, schema
from store.database import Database
from store.ids import Ids
from store.nearby import Point, near
from store.tables import Complaint, table
from tests.paper import message
from tests.peers.postgres import server

SOUTH, NORTH, WEST, EAST = -6.37, -6.09, 106.69, 106.97
NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)
BATCH = 96  # worker.batch
KINDS = [slug for slug, row in categories().items() if row.days]


def _spot(random: Random) -> tuple[float, float]:
    return random.uniform(SOUTH, NORTH), random.uniform(WEST, EAST)


async def fill(database: Database, rows: int, random: Random) -> None:
    """Open complaints all over the city."""
    ids = Ids(node=1)
    crowded = [_spot(random) for _ in range(40)]
    async with database.begin() as connection:
        raw = journal.Raw(body=b"", received_at=NOW)
        received = journal.Received(messages=(message("m1"),))
        arrival = journal.Arrival(channel="paper", account="main", raw=raw, received=received)
        await journal.write(connection, ids, [arrival])
        talk = await conversations.find(connection, ("paper", "main", "ani"))
        by = (await connection.execute(text("SELECT id FROM inbox"))).scalar()
    for begin in range(0, rows, 5_000):
        made = [
            _row(ids, random, crowded, talk, by) for _ in range(begin, min(rows, begin + 5_000))
        ]
        async with database.begin() as connection:
            await connection.execute(insert(table(Complaint)), made)
    async with database.begin() as connection:
        await connection.execute(text("ANALYZE"))


def _row(
    ids: Ids, random: Random, crowded: Sequence[tuple[float, float]], talk: Any, by: Any
) -> dict[str, Any]:
    busy = random.random() < 0.1
    lat, lon = random.choice(crowded) if busy else _spot(random)
    return {
        "id": ids.next(),
        "ticket": ticket.make(random),
        "status": random.choice(["open", "open", "assigned", "in_progress"]),
        "category": "banjir" if busy else random.choice(KINDS),
        "confidence": 0.9,
        "engine": "",
        "text": "banjir di depan rumah, sudah selutut, tolong segera disedot",
        "lat": lat + random.gauss(0, 0.002),
        "lon": lon + random.gauss(0, 0.002),
        "place_words": "",
        "place_source": "pin",
        "place_radius_m": 50,
        "slots": "{}",
        "emergency": False,
        "complete": True,
        "anonymous": False,
        "channel": "paper",
        "conversation_id": talk,
        "filed_by": by,
        "filed_at": NOW - timedelta(minutes=random.uniform(0, 60 * 24 * 30)),
        "updated_at": NOW,
    }


def _points(random: Random, count: int) -> set[Point]:
    kinds = [random.choice(KINDS) for _ in range(count)]
    return {
        Point(
            category=kind,
            lat=lat,
            lon=lon,
            radius_m=categories()[kind].radius_m,
            since=NOW - timedelta(days=categories()[kind].days),
        )
        for kind in kinds
        for lat, lon in [_spot(random)]
    }


async def lookups(url: str, rows: int, rounds: int) -> None:
    """Fill a database and look around: one conversation, then a whole batch."""
    random = Random(5)
    with tempfile.TemporaryDirectory() as var:
        database = Database(url, Path(var))
        await schema.upgrade(database)
        await fill(database, rows, random)
        for count in (1, BATCH):
            took, found = [], 0
            for _ in range(rounds):
                points = _points(random, count)
                began = time.perf_counter()
                async with database.read() as connection:
                    found += sum(map(len, (await near(connection, points)).values()))
                took.append((time.perf_counter() - began) * 1000)
            took.sort()
            print(
                f"  {count:3d} points of {rows} open complaints: median "
                f"{statistics.median(took):.2f} ms, p99 {took[int(len(took) * 0.99)]:.2f} ms, "
                f"{found / rounds:.1f} found"
            )
        await database.close()


def play(file: Path, model: Path) -> None:
    """Reports in order of time; whoever is asked joins."""
    engine = EmbeddedEngine.load(model, places=resolve)
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
    lines = sorted((one for one in lines if one.get("lat") is not None), key=_told_at)
    random, filed, joined = Random(1), [], Counter[str]()
    for line, said in zip(lines, engine.read([one["text"] for one in lines]), strict=True):
        draft = Draft(
            texts=(line["text"],),
            category=said.category,
            spot=Spot(lat=line["lat"], lon=line["lon"], source="pin"),
        )
        turn = _turn(said, _told_at(line), tuple(filed))
        found = around(draft, turn)
        if found is not None:
            joined[found.best.ticket.number] += 1
        else:
            filed.append(_filed(line, said, turn.at, ticket.make(random)))
    reports = len(filed) + joined.total()
    sizes = sorted((1 + count for count in joined.values()), reverse=True)
    kinds = Counter(one.ticket.category for one in filed)
    print(
        f"{file.name}: {reports} reports, {joined.total()} join, {len(filed)} complaints remain; "
        f"{len(sizes)} of them have more than one report, the largest {sizes[:5]}"
    )
    print(f"  remaining by kind: {dict(kinds.most_common(6))}")


def _told_at(line: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(line["created_at"]).replace(tzinfo=ZoneInfo("Asia/Jakarta"))


def _turn(said: Understanding, at: datetime, nearby: tuple[Nearby, ...]) -> Turn:
    return Turn(text="", understanding=said, at=at, ticket_number="", known=Known(nearby=nearby))


def _filed(line: dict[str, Any], said: Understanding, at: datetime, number: str) -> Nearby:
    one = Ticket(
        number=number,
        category=said.category or "tidak_jelas",
        status=Status.OPEN,
        area="",
        filed_at=at,
        updated_at=at,
        mine=False,
    )
    return Nearby(ticket=one, lat=line["lat"], lon=line["lon"], people=1, words=line["text"])


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.joining", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--file", type=Path)
    chosen = parser.parse_args()
    if chosen.file:
        play(chosen.file, models_folder(load_settings().var))
        return
    with server() if chosen.postgres else nullcontext("sqlite") as url:
        print("PostgreSQL" if chosen.postgres else "SQLite")
        asyncio.run(lookups(url, chosen.rows, chosen.rounds))


if __name__ == "__main__":
    main()
