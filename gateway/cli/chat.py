"""kanal chat: talk to the bot in a terminal, through the whole gateway."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from channels.adapter import Channel
from dialogs.conversation import Ticket
from dialogs.transcript import Row, write
from gateway.accounts import ACCOUNT
from gateway.app import open_gateway
from gateway.logs import configure
from gateway.running import Gateway
from gateway.settings import Settings, load
from gateway.terminal import NAME, Terminal
from store import complaints, conversations

_ABLE = "buttons=0 location=yes"  # what a terminal can do, in a transcript's words
_PHOTO = re.compile(r"^\[(?:foto|photo)\s+.+\]$", re.IGNORECASE)


def chat(
    record: Annotated[
        Path | None, typer.Option(help="Write the conversation as a transcript, which is a test.")
    ] = None,
) -> None:
    """Talk to the bot: type, or send [pin LAT,LON] and [foto PATH]. End with Ctrl-D."""
    settings = load()
    configure(settings.log.model_copy(update={"level": "error"}))
    said = asyncio.run(_chat(settings))
    if record is not None:
        record.write_text(write(said), encoding="utf-8")
        typer.echo(f"Written: {record}", err=True)


async def _chat(settings: Settings) -> list[Row]:
    terminal = Terminal()
    accounts: dict[tuple[str, str], Channel] = {(NAME, ACCOUNT): terminal}
    site = str(settings.public.url).rstrip("/")
    said = [Row("channel", _ABLE), Row("site", site)]
    async with open_gateway(settings, accounts) as gateway, gateway.running(doors=False):
        filed: tuple[Ticket, ...] = ()
        while line := await _line():
            if not line.strip():
                continue
            said.append(Row("citizen", _PHOTO.sub("[photo]", line.strip())))
            await gateway.doors[NAME, ACCOUNT](terminal.typed(line))
            await gateway.settled(NAME)
            while not terminal.heard.empty():
                text = terminal.heard.get_nowait()
                typer.echo(text + "\n")
                said.extend(Row("bot", one) for one in text.splitlines() if one.strip())
            mine = await _tickets(gateway, terminal.session)
            said.extend(Row("filed", one.category) for one in mine if one not in filed)
            filed = mine
    return said


async def _line() -> str:
    if sys.stdin.isatty():
        typer.echo("> ", nl=False, err=True)
    return await asyncio.to_thread(sys.stdin.readline)


async def _tickets(gateway: Gateway, session: str) -> tuple[Ticket, ...]:
    async with gateway.database.read() as connection:
        talk = await conversations.find(connection, (NAME, ACCOUNT, session))
        found = await complaints.of_conversations(connection, [talk]) if talk else {}
    return tuple(reversed(found.get(talk or 0, ())))
