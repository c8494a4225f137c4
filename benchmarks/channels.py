"""Messages a second of each channel, in and out, against local servers.

    python -m benchmarks.channels [NAME ...]

In: from the wire until the message is kept and acknowledged (T1). Out: from the outbox until the
send is recorded (T3), without the provider's own pace, which is printed beside it; of cards, pages
shown. Providers and citizens run in processes of their own. Add a channel: a function here, and its
name in `MEASURED`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import SystemRandom
from typing import Any

from sqlalchemy import bindparam, update

from benchmarks import mail
from benchmarks.__main__ import fresh_var, machine
from benchmarks.servers import free_port, gateway, load, peer, started
from benchmarks.sockets import token
from benchmarks.updates import TOKEN
from channels.message import OutboundMessage
from channels.twitter.cursor import Cursor
from channels.twitter.payload import PUBLIC
from channels.webchat.session import Session
from dialogs import codec
from dialogs.conversation import Card, Conversation
from gateway.app import open_gateway
from gateway.cards import new_id
from gateway.logs import configure
from gateway.pull import pull_once
from gateway.running import Gateway
from gateway.settings import Settings
from gateway.settings import load as load_settings
from store import cards, conversations, inbox, journal, outbox
from store.ids import Ids
from store.tables import ConversationRow, table
from tests.peers.twitter.x_server import Keys

IN, OUT = 4000, 1000
SOCKETS = 500
_LOOK_S = 0.01


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What was measured."""

    in_per_s: dict[str, float]  # by each way in
    out_per_s: float
    allowed: str  # what the provider's limits leave of it

    def __str__(self) -> str:
        ways = ", ".join(f"{rate:.0f} by {way}" for way, rate in self.in_per_s.items())
        return f"in: {ways}; out: {self.out_per_s:.0f} (the provider allows: {self.allowed})"


async def webchat(model: Path) -> Figures:
    """Five hundred tabs, each a session."""
    with fresh_var(model) as var:
        unhurried = {"messages_per_minute": 1_000_000}
        async with _open(var, {"webchat": unhurried}) as house, AsyncExitStack() as stack:
            await house.open_doors(stack)  # nobody answers: T1 alone
            with _sockets(house.public_port, IN) as said:
                kept = float(await asyncio.to_thread(said.readline))
    with fresh_var(model) as var:
        async with _open(var, {"webchat": {}}) as house, house.running():
            with _sockets(house.public_port, 0) as said:
                await asyncio.to_thread(said.readline)
                everybody = [Session(token(number)).address for number in range(SOCKETS)]
                sent = await _sent(house, "webchat", everybody, OUT)
    return Figures(in_per_s={"socket": kept}, out_per_s=sent, allowed="no limit but the page's")


async def telegram(model: Path) -> Figures:
    """By webhook in; out to a Bot API that takes every message."""
    peer_port = free_port()
    with (
        fresh_var(model) as var,
        started(peer(peer_port), peer_port),
        gateway(var, peer_port, answers=False) as (port, _),
    ):
        await asyncio.to_thread(load, port, 64, IN // 4)
        kept = await asyncio.to_thread(load, port, 64, IN, IN)
    with fresh_var(model) as var, started(peer(peer_port), peer_port):
        os.environ["KANAL_TELEGRAM_TOKEN"] = TOKEN
        own = {"api_base": f"http://127.0.0.1:{peer_port}", "poll_timeout_s": 50}
        async with _open(var, {"telegram": own}) as house:
            adapter: Any = house.accounts["telegram", "main"]
            caps = adapter.caps
            adapter.caps = replace(caps, per_second=0, per_address_s=0)
            await adapter.start()
            loop = asyncio.create_task(house.dispatcher.run())
            chats = [str(100_000 + number) for number in range(OUT)]
            sent = await _sent(house, "telegram", chats, OUT)
            loop.cancel()
            await adapter.close()
    allowed = f"{caps.per_second:.0f}/s out, {1 / caps.per_address_s:.0f}/s to one chat"
    return Figures(in_per_s={"webhook": kept["per_s"]}, out_per_s=sent, allowed=allowed)


async def twitter(model: Path) -> Figures:
    """Mentions by polling, a hundred a page; out posts, each other words."""
    for name, key in asdict(Keys()).items():
        os.environ[f"KANAL_TWITTER_{name.upper()}"] = key
    with fresh_var(model) as var, _x(IN) as own:
        async with _open(var, {"twitter": {**own, "direct_messages": False}}) as house:
            adapter: Any = house.accounts["twitter", "main"]
            await adapter.start()
            async with house.database.begin() as connection:
                nothing_yet = Cursor(post="1").written()
                await journal.move_cursor(connection, "twitter", "main", nothing_yet)
            began = time.perf_counter()
            took = await pull_once(house.doors["twitter", "main"], adapter, house.database)
            kept = took / (time.perf_counter() - began)
            assert took == IN, took
            await adapter.close()
    with fresh_var(model) as var, _x(0) as own:
        async with _open(var, {"twitter": own}) as house:
            adapter = house.accounts["twitter", "main"]
            caps = adapter.caps
            adapter.caps = replace(caps, per_second=0)
            await adapter.start()
            loop = asyncio.create_task(house.dispatcher.run())
            people = [f"{PUBLIC}{9_000 + number}" for number in range(OUT)]
            sent = await _sent(house, "twitter", people, OUT)
            loop.cancel()
            await adapter.close()
    allowed = f"{caps.per_second * 900:.0f} posts in 15 minutes"
    return Figures(in_per_s={"polling": kept}, out_per_s=sent, allowed=allowed)


@contextmanager
def _x(mentions: int) -> Iterator[dict[str, Any]]:
    port = free_port()
    with started([sys.executable, "-m", "benchmarks.x", str(port), str(mentions)], port):
        yield {"api_base": f"http://127.0.0.1:{port}", "requests_per_hour": 7200}


async def card(model: Path) -> Figures:
    """A card each: its page, then its form with a point."""
    with fresh_var(model) as var:
        async with _open(var, {"card": {}}) as house, AsyncExitStack() as stack:
            await house.open_doors(stack)  # nobody answers: T1 alone
            paths = await _dealt(house, IN)
            citizens = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "benchmarks.forms", str(house.public_port),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            said, _ = await citizens.communicate("\n".join(paths).encode())
            async with house.database.read() as connection:
                assert await inbox.count(connection, "pending") == IN
    shown, kept = map(float, said.split())
    return Figures(in_per_s={"form": kept}, out_per_s=shown, allowed="one answer a card")


async def _dealt(house: Gateway, cards_: int) -> list[str]:
    """Deal a card to each of so many citizens; the paths of their pages."""
    now, ids = datetime.now(UTC), Ids()
    adapter: Any = house.accounts["card", "main"]
    live = [
        Card(id=new_id(SystemRandom()), expires_at=now + timedelta(hours=24)) for _ in range(cards_)
    ]
    whom = [("email", "main", f"warga-{number}@contoh.example") for number in range(cards_)]
    rows = table(ConversationRow)
    async with house.database.begin() as connection:
        talks = await conversations.ensure(connection, ids, whom, now)
        await connection.execute(
            update(rows).where(rows.c.id == bindparam("talk")).values(state=bindparam("asks")),
            [
                {"talk": talks[one], "asks": codec.dump(Conversation(card=dealt))}
                for one, dealt in zip(whom, live, strict=True)
            ],
        )
        await cards.put(
            connection,
            [
                cards.NewCard(
                    id=dealt.id, conversation_id=talks[one], thread={}, made_at=now,
                    expires_at=dealt.expires_at,
                )
                for one, dealt in zip(whom, live, strict=True)
            ],
        )  # fmt: skip
    return [adapter.path(dealt.id) for dealt in live]


async def email(model: Path) -> Figures:
    """By `benchmarks.mail`, each way in; out to a relay that takes everything."""
    ways = {"SMTP": mail.by_smtp}
    if shutil.which("dovecot"):
        ways["IMAP"] = mail.by_imap
    rates = {}
    for name, way in {**ways, "out": mail.out}.items():
        with fresh_var(model) as var:
            rates[name] = OUT / await way(var, OUT)
    sent = rates.pop("out")
    return Figures(in_per_s=rates, out_per_s=sent, allowed="what the relay does")


@asynccontextmanager
async def _open(var: Path, channels: dict[str, Any]) -> AsyncIterator[Gateway]:
    settings = Settings(
        var=var,
        public={"port": 0},
        metrics={"port": 0},
        log={"level": "error"},
        channels=channels,
    )
    configure(settings.log)
    async with open_gateway(settings) as house:
        yield house


@contextmanager
def _sockets(port: int, messages: int) -> Iterator[Any]:
    """Citizens in a process of their own; gives what they print once all are connected."""
    command = [sys.executable, "-m", "benchmarks.sockets", *map(str, (port, SOCKETS, messages))]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        try:
            yield _Lines(process)
        finally:
            process.stdin.close()
            process.wait(30)


class _Lines:
    """What a process prints; the first line says that it is ready."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self._out = process.stdout

    def readline(self) -> str:
        """The next figure."""
        line = self._out.readline().strip()
        return self.readline() if line == "open" else line


async def _sent(house: Gateway, channel: str, addresses: list[str], messages: int) -> float:
    """Queue so many messages; how many a second were sent and recorded."""
    now, ids = datetime.now(UTC), Ids()
    whom = [(channel, "main", address) for address in addresses]
    async with house.database.begin() as connection:
        talks = await conversations.ensure(connection, ids, whom, now)
        rows = []
        for number in range(messages):
            address = addresses[number % len(addresses)]
            message = OutboundMessage(
                channel=channel,
                account="main",
                address=address,
                key=f"bench:{number}",
                text=f"Laporan Anda sedang dikerjakan, nomor {number}.",
            )
            rows.append(outbox.row(ids, talks[channel, "main", address], message, now))
        await outbox.put(connection, rows)
    began = time.perf_counter()
    house.outgoing.ring()
    while True:
        async with house.database.read() as connection:
            if not await outbox.count(connection, *outbox.WAITING, "parked", channel=channel):
                return messages / (time.perf_counter() - began)
        await asyncio.sleep(_LOOK_S)


MEASURED: dict[str, Callable[[Path], Coroutine[Any, Any, Figures]]] = {
    "webchat": webchat,
    "email": email,
    "telegram": telegram,
    "twitter": twitter,
    "card": card,
}


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.channels", description=__doc__)
    parser.add_argument("channel", nargs="*", help=", ".join(MEASURED))
    names = parser.parse_args().channel or list(MEASURED)
    var = load_settings().var
    model = var / "models"
    if not (model / "current").exists():
        from nlu.training import train  # noqa: PLC0415 - the training library is large

        train(var)
    print(machine())
    for name in names:
        figures = asyncio.run(MEASURED[name](model))
        print(f"{name}: messages/s {figures}", flush=True)


if __name__ == "__main__":
    main()
