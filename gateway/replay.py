"""Real reports through the same intake as a channel's: journal, inbox, turns, outbox.

`Replay` is a channel like the others, but its wire is a file and its citizen a simple one: he
confirms what he is asked to confirm, passes over what may be passed over, and says no more.
A line is kept under its own id, so a file that is replayed again adds nothing.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from channels.adapter import (
    Accept,
    Caps,
    Outcome,
    Raw,
    Received,
    Retry,
    SendOutcome,
    Sent,
    StoreAway,
    WirePart,
)
from channels.errors import Malformed, Refused
from channels.message import InboundMessage, Location, MediaRef, OutboundMessage
from channels.text import tidy
from dialogs import codec
from gateway.accounts import ACCOUNT
from gateway.running import Gateway
from store import complaints, conversations, inbox, joining

NAME = "replay"
ANSWERS = (":yes", ":skip")  # how the choices end that the citizen of a replay takes
_FILES_ANEW = "join:no"  # unless he is told to join
_AT_ONCE = 64


class Replay:
    """A channel whose messages come from a file."""

    caps = Caps(
        text_limit=100_000, media=False, location=True, buttons=10, unasked=False, guarded=False
    )

    def __init__(self, zone: ZoneInfo, *, confirm: bool, join: bool = False) -> None:
        self._zone = zone
        self._confirm = confirm
        self._ends = ANSWERS if join else (_FILES_ANEW, *ANSWERS)
        self.accept: Accept | None = None  # the way in, once the gateway is made

    def parse(self, raw: Raw) -> Received:
        """Read one line: id, text, optional sender, sent_at or created_at, lat, lon, choice."""
        try:
            line = json.loads(raw.body)
        except ValueError as error:
            raise Malformed(f"not JSON: {error}") from error
        if not isinstance(line, dict) or not line.get("id"):
            raise Malformed("a line needs an `id`; add one so that it is never taken twice")
        number = str(line["id"])
        sender = str(line.get("sender") or number)
        return Received(
            messages=(
                InboundMessage(
                    channel=NAME,
                    account=ACCOUNT,
                    external_id=number,
                    sender=sender,
                    address=sender,
                    text=tidy(str(line.get("text") or "")),
                    sent_at=self._when(line, raw),
                    location=_pin(line),
                    choice=str(line.get("choice") or ""),
                    thread={"line": str(line.get("line", number))},
                ),
            )
        )

    def _when(self, line: dict[str, Any], raw: Raw) -> datetime:
        said = line.get("sent_at") or line.get("created_at")
        if not said:
            return raw.received_at
        try:
            when = datetime.fromisoformat(str(said))
        except ValueError as error:
            raise Malformed("sent_at is no ISO 8601 time") from error
        return (when if when.tzinfo else when.replace(tzinfo=self._zone)).astimezone(UTC)

    def render(self, message: OutboundMessage) -> list[WirePart]:
        """One part: the citizen reads choices, not words."""
        return [
            WirePart(
                method="answer",
                body={
                    "sender": message.address,
                    "line": message.thread.get("line", message.address),
                    "key": message.key,
                    "choices": [choice.value for choice in message.choices],
                },
            )
        ]

    async def send(self, part: WirePart) -> SendOutcome:
        """Let the citizen read it; he answers what asks for a yes.

        His answer is kept (T1) before our question counts as sent (T3): a crash in between asks
        again, and the same answer under the same id adds nothing.
        """
        offered = part.body["choices"]
        choice = next((one for end in self._ends for one in offered if one.endswith(end)), "")
        if choice and self._confirm and self.accept is not None:
            line = {
                "id": f"{part.body['line']}#{part.body['key']}",
                "sender": part.body["sender"],
                "line": part.body["line"],
                "choice": choice,
                "text": "",
            }
            try:
                await self.accept(
                    Raw(body=json.dumps(line).encode(), received_at=datetime.now(UTC))
                )
            except StoreAway as error:
                return Retry(detail=str(error))
        return Sent()

    async def fetch(self, media: MediaRef, raw: Raw) -> AsyncIterator[bytes]:
        """A line carries no attachments."""
        del media, raw
        none: tuple[bytes, ...] = ()
        for chunk in none:
            yield chunk
        raise Refused("a line of a replay has no attachment")

    async def start(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        """Nothing to close."""


def told_at(line: bytes) -> str:
    """When a line was written, as it says; "" where it does not."""
    try:
        said = json.loads(line)
    except ValueError:
        return ""
    when = said.get("sent_at") or said.get("created_at") if isinstance(said, dict) else ""
    return str(when or "")


def _pin(line: dict[str, Any]) -> Location | None:
    lat, lon = line.get("lat"), line.get("lon")
    if not isinstance(lat, int | float) or not isinstance(lon, int | float):
        return None
    return Location(lat=lat, lon=lon) if math.isfinite(lat) and math.isfinite(lon) else None


@dataclass(kw_only=True)
class Summary:
    """What became of the lines of a file, and how the store stands afterwards."""

    lines: int = 0
    accepted: int = 0  # kept for the first time
    duplicates: int = 0  # kept before
    understood: dict[str, int] = field(default_factory=dict)  # lines of the file, per category
    filed: int = 0  # complaints filed from the replay channel, in all
    joined: int = 0  # reports that joined a complaint instead
    waiting: int = 0  # citizens whose report waits for an answer of theirs
    dead: int = 0  # could not be read, or failed five times

    def as_json(self) -> str:
        """All of it, for programs."""
        return json.dumps(asdict(self), ensure_ascii=False)


async def replay(
    gateway: Gateway, lines: Iterable[bytes], *, advance: Callable[[], None], in_turn: bool = False
) -> Summary:
    """Feed lines, wait until every one is answered, and count. The gateway must be running.

    `in_turn` waits for each before the next one comes: whoever reports later knows of those before.
    """
    door = gateway.doors[NAME, ACCOUNT]
    outcomes: Counter[Outcome] = Counter()
    summary = Summary()
    room = asyncio.Semaphore(1 if in_turn else _AT_ONCE)

    async def feed(body: bytes) -> None:
        async with room:
            accepted = await door(Raw(body=body, received_at=datetime.now(UTC)))
            outcomes.update(accepted.outcomes)
            if in_turn:
                await gateway.settled(NAME)
            advance()

    async with asyncio.TaskGroup() as group:
        for body in lines:
            summary.lines += 1
            await asyncio.sleep(0)
            group.create_task(feed(body))
    await gateway.settled(NAME)
    summary.accepted = outcomes[Outcome.WRITTEN]
    summary.duplicates = outcomes[Outcome.DUPLICATE]
    await _count(gateway, summary, unreadable=outcomes[Outcome.DEAD])
    return summary


async def _count(gateway: Gateway, summary: Summary, *, unreadable: int) -> None:
    async with gateway.database.read() as connection:
        summary.understood = await inbox.understood(connection, NAME)
        summary.filed = await complaints.count(connection, NAME)
        summary.joined = await joining.count(connection, NAME)
        summary.dead = unreadable + await inbox.count(connection, "dead", NAME)
        states = await conversations.states(connection, NAME)
    summary.waiting = sum(codec.load(state).draft is not None for state in states)
