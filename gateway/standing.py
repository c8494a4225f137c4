"""How each account of a channel fares: kept for `kanal channels list`, told when it breaks."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog

from gateway.metrics import Meters
from store import channel_states
from store.channel_states import State
from store.database import Database, StoreError
from store.ids import Ids

log = structlog.get_logger()


class Standing:
    """Remembers what was last said of each account, and writes only what changes."""

    def __init__(self, database: Database, ids: Ids, meters: Meters) -> None:
        self._database = database
        self._ids = ids
        self._meters = meters
        self._said: dict[tuple[str, str], tuple[str, str]] = {}

    async def up(self, channel: str, account: str) -> None:
        """It works."""
        await self._say(channel, account, "up", "")

    async def held(self, channel: str, account: str, detail: str) -> None:
        """The provider asks the whole account to wait."""
        await self._say(channel, account, "held", detail)

    async def broken(self, channel: str, account: str, detail: str) -> None:
        """The operator must act: a token is refused, a setting is wrong. A person is told once."""
        await self._say(channel, account, "broken", detail)

    async def off(self, channel: str, account: str) -> None:
        """It was switched off."""
        await self._say(channel, account, "off", "")

    async def reloaded(self, detail: str) -> None:
        """What a reload did: whoever asked for it waits for this."""
        self._said.pop(channel_states.RELOADED, None)
        await self._say(*channel_states.RELOADED, "reloaded", detail)

    async def _say(self, channel: str, account: str, state: str, detail: str) -> None:
        known = self._said.get((channel, account))
        if known == (state, detail):
            return
        self._said[channel, account] = (state, detail)
        if channel:
            self._meters.channel_up.labels(channel, account).set(state == "up")
        if state == "broken":
            log.error("channel.broken", channel=channel, account=account, detail=detail)
        now = datetime.now(UTC)
        said = State(channel=channel, account=account, state=state, detail=detail, at=now)
        news = state == "broken" and (known is None or known[0] != "broken")
        try:
            async with self._database.begin() as connection:
                await channel_states.say(connection, said)
                if news:
                    await channel_states.tell(connection, self._ids, said)
        except StoreError as error:
            del self._said[channel, account]  # said again at the next occasion
            log.error("standing.not_kept", channel=channel, reason=str(error))
