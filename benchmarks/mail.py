"""Mails a second, in and out: `python -m benchmarks.mail`.

smtp    from an SMTP client in another process to T1: each is acknowledged when it is on disk
imap    from a Dovecot's mailbox to T1, where Dovecot is installed
out     from the outbox to a relay in another process, encrypted, over connections kept, to T3
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP as Server  # noqa: N811 - the library's name says nothing
from aiosmtplib import SMTP
from sqlalchemy import func, select

from benchmarks.__main__ import fresh_var, machine
from benchmarks.servers import free_port
from channels.email.adapter import MailWithBox
from channels.message import OutboundMessage
from gateway.app import open_gateway
from gateway.pull import pull_once
from gateway.running import Gateway
from gateway.settings import Settings
from gateway.settings import load as load_settings
from nlu.training import train
from store import conversations, outbox
from store.ids import Ids
from store.tables import Inbox, Outbox, table
from tests.peers.email.dovecot import PASSWORD, USER, dovecot

CONNECTIONS = 20
WORDS = "Lampu jalan mati di Jl. Sabang sudah tiga malam, gelap sekali. " * 20


def mail(number: int) -> bytes:
    """A mail of an invented citizen."""
    return (
        f"From: Warga <warga-{number}@contoh.example>\r\nTo: lapor@kanal.localhost\r\n"
        f"Message-ID: <{number}@contoh.example>\r\nSubject: Lampu {number}\r\n\r\n{WORDS}\r\n"
    ).encode()


async def send(port: int, mails: int) -> None:
    """The SMTP client's process: some connections, each sends its share; prints the seconds."""

    async def share(first: int) -> None:
        client = SMTP(hostname="127.0.0.1", port=port, start_tls=False, local_hostname="hp")
        async with client:
            for number in range(first, mails, CONNECTIONS):
                await client.sendmail(
                    f"warga-{number}@contoh.example", ["lapor@kanal.localhost"], mail(number)
                )

    began = time.perf_counter()
    await asyncio.gather(*(share(first) for first in range(CONNECTIONS)))
    print(time.perf_counter() - began)


class Takes:
    """A relay that takes everything and keeps nothing."""

    async def handle_DATA(self, *_: Any) -> str:  # noqa: N802 - aiosmtpd's name
        return "250 OK"


async def relay(port: int) -> None:
    """The relay's process; it offers STARTTLS, as relays do."""
    loop, context = asyncio.get_running_loop(), _certificate()
    server = await loop.create_server(
        lambda: Server(Takes(), hostname="relay.example", loop=loop, tls_context=context),
        "127.0.0.1",
        port,
    )
    await server.serve_forever()


def _certificate() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with tempfile.TemporaryDirectory() as folder:
        made = [f"{folder}/{name}.pem" for name in ("cert", "key")]
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj",
             "/CN=relay.example", "-out", made[0], "-keyout", made[1]],
            check=True, capture_output=True,
        )  # fmt: skip
        context.load_cert_chain(*made)
    return context


@asynccontextmanager
async def opened(var: Path, **own: Any) -> AsyncIterator[Gateway]:
    """A gateway with mail alone, whose loops do not run."""
    said = {"mails_per_connection": 100_000, "listen_port": 0, **own}
    settings = Settings.model_validate({"var": var, "channels": {"email": said}})
    async with open_gateway(settings) as gateway:
        yield gateway
        await gateway.accounts["email", "main"].close()


async def by_smtp(var: Path, mails: int) -> float:
    """Seconds."""
    async with opened(var) as gateway:
        adapter: Any = gateway.accounts["email", "main"]
        await adapter.listen(gateway.doors["email", "main"])
        client = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.mail", "--send", str(adapter.port),
            "--mails", str(mails), stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        told, _ = await client.communicate()
        assert await count(gateway, table(Inbox)) == mails
        return float(told)


async def by_imap(var: Path, mails: int) -> float:
    """Seconds."""
    os.environ["KANAL_EMAIL_IMAP_PASSWORD"] = PASSWORD
    async with dovecot() as box:
        with box.client() as person:
            for number in range(mails):
                person.append("INBOX", mail(number))
        said = {"imap": f"imap://127.0.0.1:{box.port}", "imap_user": USER, "read_old": True}
        async with opened(var, **said) as gateway:
            adapter = gateway.accounts["email", "main"]
            assert isinstance(adapter, MailWithBox)
            began = time.perf_counter()
            while await count(gateway, table(Inbox)) < mails:
                await pull_once(gateway.doors["email", "main"], adapter, gateway.database)
            return time.perf_counter() - began


async def out(var: Path, mails: int) -> float:
    """Seconds."""
    port = free_port()
    peer = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.mail", "--relay", str(port)
    )
    try:
        async with opened(var, relay=f"smtp://127.0.0.1:{port}") as gateway:
            await _until_it_listens(port)
            await gateway.accounts["email", "main"].start()
            await _queue(gateway, mails)
            sent = table(Outbox).c.state == "sent"
            began = time.perf_counter()
            while await count(gateway, table(Outbox), sent) < mails:
                if not await gateway.dispatcher.once():
                    await gateway.dispatcher.drain()
            return time.perf_counter() - began
    finally:
        peer.terminate()
        await peer.wait()


async def _until_it_listens(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


async def _queue(gateway: Gateway, mails: int) -> None:
    now, ids = datetime.now(UTC), Ids()
    whom = [("email", "main", f"warga-{number}@contoh.example") for number in range(mails)]
    async with gateway.database.begin() as connection:
        talks = await conversations.ensure(connection, ids, whom, now)
        rows = [
            outbox.row(
                ids,
                talks[one],
                OutboundMessage(
                    channel="email", account="main", address=one[2], key=one[2], text=WORDS
                ),
                now,
            )
            for one in whom
        ]
        await outbox.put(connection, rows)


async def count(gateway: Gateway, rows: Any, *where: Any) -> int:
    """How many rows there are."""
    async with gateway.database.read() as connection:
        found = await connection.execute(select(func.count()).select_from(rows).where(*where))
        return int(found.scalar_one())


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mail", description=__doc__)
    parser.add_argument("--mails", type=int, default=1_000)
    parser.add_argument("--send", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--relay", type=int, default=0, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.send:
        asyncio.run(send(chosen.send, chosen.mails))
        return
    if chosen.relay:
        asyncio.run(relay(chosen.relay))
        return
    var = load_settings().var
    if not (var / "models" / "current").exists():
        train(var)
    print(machine())
    ways = {"smtp": by_smtp, "imap": by_imap, "out": out}
    if not shutil.which("dovecot"):
        ways.pop("imap")
    for name, way in ways.items():
        with fresh_var(var / "models") as fresh:
            seconds = asyncio.run(way(fresh, chosen.mails))
        print(f"{name}: {chosen.mails} mails in {seconds:.2f} s: {chosen.mails / seconds:.0f}/s")


if __name__ == "__main__":
    main()
