"""How long the console takes to answer with so many complaints.

    python -m benchmarks.console [--complaints 100000] [--rounds 15] [--folder FOLDER]
                                 [--postgres [URL]]

An invented city is written first (`kanal demo-data`), or found in the folder of an earlier run.
Then every page is asked for through the whole console, by a moderator who is signed in: session,
rights, queries, counts, template. The goal is 100 ms a page on the server. Each is told as a ratio
too, to reading one complaint by its number in turn with it: a slow machine tells the same. "Own
work" is what the process itself computed: on a machine that does other things besides, the rest is
waiting for them.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from benchmarks.__main__ import machine
from console import app as console
from console.desk import Desk
from console.door import cookie_name
from gateway.app import compose
from gateway.areas import CityMap
from gateway.cli.invented import spoken
from gateway.invented.filling import fill
from gateway.invented.life import ACCOUNT
from gateway.settings import Settings
from nlu.engines.embedded import EmbeddedEngine
from nlu.places.resolve import resolve
from nlu.training import train
from store import accounts, bulk, schema
from store.database import Database
from store.desk import ANY, Filter, search
from store.scope import EVERYTHING
from store.tables import Complaint, table
from tests.peers.postgres import server

GOAL_MS = 100
SEED = 1
COMPLAINT = table(Complaint)
PAGES = {
    "queue": "",
    "every status": "status=any",
    "category": "status=any&category=banjir",
    "channel": "status=any&channel={channel}",
    "kota": "status=any&area=Jakarta+Pusat",
    "kelurahan": "status=any&area=Jakarta+Pusat/Menteng/Menteng",
    "status": "status=rejected",
    "agency": "status=any&agency=dishub",
    "last week": "status=any&age=7",
    "older than 90 days": "status=any&age=over90",
    "unsure": "need=unsure",
    "confidence": "status=any&below=0.3",
    "hardly any": "status=rejected&channel={channel}&agency=dishub&area=Jakarta+Timur&below=0.5",
    "search: rare word": "status=any&q=biawak",
    "search: common word": "status=any&q=jalan",
    "search: two words": "status=any&q=lampu+mati",
    "search: nothing": "status=any&q=zzzz",
    "search in a kelurahan": "status=any&q=jalan&area=Jakarta+Pusat/Menteng/Menteng",
    "a later page": "status=any&after={cursor}",
}

ROUNDS = 15


Work = Callable[[], Awaitable[Any]]


async def took(work: Work) -> tuple[float, float]:
    """Milliseconds of the clock, and of this process's own work."""
    began, worked = time.perf_counter(), time.process_time()
    await work()
    return (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000


async def measure(name: str, work: Work, base: Work, rounds: int, sizes: Sequence[int]) -> None:
    """Take `work` and `base` in turn, so that both see the same machine; print a line."""
    await work()  # fills caches
    pairs = [(await took(work), await took(base)) for _ in range(rounds)]
    clock = sorted(page[0] for page, _ in pairs)
    median, p95 = statistics.median(clock), clock[int(len(clock) * 0.95)]
    own = statistics.median(page[1] for page, _ in pairs)
    ratio = median / statistics.median(one[0] for _, one in pairs)
    over = "" if p95 < GOAL_MS else f"  over {GOAL_MS} ms"
    print(
        f"  {name:22} {median:7.1f} ms {p95:7.1f} ms {own:7.1f} ms {ratio:7.1f} x"
        f" {sizes[-1] / 1024:6.0f} kB{over}"
    )


async def signed_in(desk: Desk, stack: AsyncExitStack) -> TestClient[Any, Any]:
    """A moderator's browser before the console."""
    secret, now = secrets.token_urlsafe(32), desk.clock()
    async with desk.database.begin() as connection:
        name = f"bench-{secrets.token_hex(4)}"
        account = await accounts.add(connection, desk.ids, name, "moderator", now=now)
        await accounts.start(connection, account, secret, now=now, lifetime=desk.lifetime)
    app = web.Application()
    app.add_routes(console.routes(desk))
    client = TestClient(TestServer(app), cookies={cookie_name(desk): secret})
    await client.start_server()
    stack.push_async_callback(client.close)
    return client


async def pages(desk: Desk, rounds: int) -> None:
    """Ask for every page, and read one complaint by its number in between."""
    async with desk.database.read() as connection:
        tickets = (await connection.execute(select(COMPLAINT.c.ticket).limit(50))).scalars().all()
        channels = (await connection.execute(select(COMPLAINT.c.channel).distinct())).scalars()
        channel = max(channels)  # the rarest: see gateway/invented/life.py
        page = await search(connection, Filter(status=ANY), EVERYTHING, now=desk.clock())
    draw = Random(SEED)

    async def one() -> None:
        async with desk.database.read() as connection:
            which = COMPLAINT.c.ticket == draw.choice(tickets)
            (await connection.execute(select(COMPLAINT).where(which))).one()

    print(
        f"  {'page':22} {'median':>10} {'95 of 100':>10} {'own work':>10} {'ratio':>9} {'size':>9}"
    )
    async with AsyncExitStack() as stack:
        client = await signed_in(desk, stack)
        wanted = {
            name: f"/console/?{query.format(channel=channel, cursor=page.next)}"
            for name, query in PAGES.items()
        }
        wanted |= {"report": f"/console/reports/{tickets[0]}", "overview": "/console/overview"}
        wanted |= {"a year": "/console/overview?days=365", "teach": "/console/teach"}
        for name, path in wanted.items():
            sizes: list[int] = []

            async def ask(path: str = path, sizes: list[int] = sizes) -> None:
                async with client.get(path, allow_redirects=False) as answer:
                    assert answer.status == 200, f"{path}: {answer.status}"
                    sizes.append(len(await answer.read()))

            await measure(name, ask, one, rounds, sizes)


async def run(url: str, var: Path, complaints: int, rounds: int) -> None:
    """Fill what is missing, then measure."""
    settings = Settings(var=var, store={"url": url})
    if not (var / "models" / "current").exists():
        train(var)
    database = Database(url, var)
    await schema.upgrade(database)
    async with database.read() as connection:
        _, there = await bulk.complaints(connection, ACCOUNT)
    if there < complaints:
        began = time.perf_counter()
        missing = complaints - there
        now = datetime.now(UTC)
        await fill(database, missing, seed=SEED, channels=spoken(), now=now)
        seconds = time.perf_counter() - began
        print(f"  {missing} complaints invented in {seconds:.0f} s ({missing / seconds:.0f}/s)")
    engine = EmbeddedEngine.load(var / "models", places=resolve)
    gateway = compose(settings, database, engine, {}, places=CityMap(var))
    await pages(gateway.desk, rounds)
    await database.close()


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.console", description=__doc__)
    parser.add_argument("--complaints", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--folder", type=Path, default=Path("build") / "bench-console")
    parser.add_argument(
        "--postgres",
        nargs="?",
        const="",
        metavar="URL",
        help="on PostgreSQL too: one that is thrown away, or that of a URL, which keeps its city",
    )
    chosen = parser.parse_args()
    folder = chosen.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    print(machine())
    print(f"SQLite, {chosen.complaints} complaints")
    asyncio.run(run("sqlite", folder, chosen.complaints, chosen.rounds))
    if chosen.postgres is not None:
        with nullcontext(chosen.postgres) if chosen.postgres else server() as url:
            print(f"PostgreSQL, {chosen.complaints} complaints")
            asyncio.run(run(url, folder, chosen.complaints, chosen.rounds))


if __name__ == "__main__":
    main()
