"""T1: keep, then acknowledge. The only way into the house, for every channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import structlog

from channels.adapter import Accepted, Channel, Outcome, Raw, Received, StoreAway
from channels.errors import Malformed
from gateway.metrics import Meters
from gateway.wake import Bell
from store import journal
from store.database import Database, GroupCommit, StoreError
from store.ids import Ids
from store.patience import Patient, alone

log = structlog.get_logger()


class Intake:
    """Journal and inbox, in commits that many deliveries share."""

    def __init__(
        self,
        database: Database,
        ids: Ids,
        meters: Meters,
        *,
        news: Bell,
        media: Bell,
        patient: Patient = alone,
    ) -> None:
        self._group: GroupCommit[journal.Arrival, tuple[Outcome, ...]] = GroupCommit(
            database,
            lambda connection, arrivals: journal.write(connection, ids, arrivals, patient),
        )
        self._meters = meters
        self._news = news
        self._media = media

    async def accept(self, channel: str, account: str, adapter: Channel, raw: Raw) -> Accepted:
        """Keep a delivery. When this returns it is on disk.

        Raises: StoreAway, when it could not be kept; nothing may be acknowledged then.
        """
        received = read(channel, adapter, raw)
        arrival = journal.Arrival(channel=channel, account=account, raw=raw, received=received)
        try:
            outcomes = await self._keep(arrival)
        except StoreError as error:
            self._meters.refused.labels(channel, "store_away").inc()
            log.error("delivery.not_kept", channel=channel, reason=str(error))
            raise StoreAway(str(error)) from error
        for outcome in outcomes:
            self._meters.accepted.labels(channel, outcome.value).inc()
        self._news.ring()
        if any(message.media for message in received.messages) or received.parts:
            self._media.ring()
        return Accepted(received=received, outcomes=outcomes)

    async def drain(self) -> None:
        """Wait for what is being kept, though whoever brought it has been stopped."""
        await self._group.settled()

    async def _keep(self, arrival: journal.Arrival) -> tuple[Outcome, ...]:
        try:
            return await self._group.submit(arrival)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - a row that the database refuses: keep the bytes
            log.error("delivery.dead", channel=arrival.channel, error=type(error).__name__)
            why = f"the store refused its rows: {type(error).__name__}"
            dead = Received(malformed=(why,))
            return await self._group.submit(
                journal.Arrival(
                    channel=arrival.channel, account=arrival.account, raw=arrival.raw, received=dead
                )
            )


def read(channel: str, adapter: Channel, raw: Raw) -> Received:
    """Parse; what cannot be parsed is kept raw, as a dead letter."""
    try:
        return adapter.parse(raw)
    except Malformed as error:
        log.warning("delivery.malformed", channel=channel, reason=error.detail)
        return Received(malformed=(error.detail,))
    except Exception as error:  # noqa: BLE001 - a parser's mistake must not lose a delivery
        log.error("delivery.parser_failed", channel=channel, error=type(error).__name__)
        return Received(malformed=(f"the parser raised {type(error).__name__}",))


class Outgoing(Protocol):
    """Whoever sends, as the door needs it."""

    async def awake(self, channel: str, account: str, address: str) -> None:
        """Send what was parked for this address."""


@dataclass(frozen=True)
class Door:
    """The intake as one account of one channel sees it: its `Accept`."""

    intake: Intake
    channel: str
    account: str
    adapter: Channel
    outgoing: Outgoing

    async def __call__(self, raw: Raw) -> Accepted:
        """See `channels.adapter.Accept`."""
        return await self.intake.accept(self.channel, self.account, self.adapter, raw)

    async def awake(self, address: str) -> None:
        """See `channels.adapter.Accept`."""
        await self.outgoing.awake(self.channel, self.account, address)
