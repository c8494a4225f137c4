"""Outbox to wire: claim, send, record (T3). At least once: a crash in between sends again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random

import structlog

from channels.adapter import Channel, Parked, Refused, Retry, SendOutcome, Sent, Unknown, WirePart
from channels.errors import ChannelError, Misconfigured
from gateway.backoff import backoff
from gateway.metrics import Meters
from gateway.wake import Bell, finished
from store import outbox
from store.database import Database, GroupCommit, StoreError
from store.outbox import Due, Record

log = structlog.get_logger()

MOST_ATTEMPTS = 12  # with doubling waits this is more than a day

Accounts = Mapping[tuple[str, str], Channel]  # (channel, account) -> adapter


class Dispatcher:
    """Sends what is due, many addresses at a time, one message at a time to each.

    `lease` must be longer than any send: when it ends another process may send the message too.
    After a crash it is how long a message that was under way waits.
    """

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        meters: Meters,
        *,
        work: Bell,
        at_once: int,
        lease: timedelta,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._meters = meters
        self._work = work
        self._at_once = at_once
        self._lease = lease
        self._random = Random()
        self._under_way: set[asyncio.Task[None]] = set()
        self._t3: GroupCommit[Record, None] = GroupCommit(database, outbox.record)

    async def run(self) -> None:
        """Send until cancelled; what is under way is then finished by `drain`."""
        while True:
            try:
                claimed = await finished(self.once())
            except StoreError as error:
                log.error("outbox.away", reason=str(error))
                claimed = 0
            if not claimed:
                await self._work.wait()

    async def drain(self) -> None:
        """Wait for the sends that are under way."""
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def once(self) -> int:
        """Begin to send what is due now; returns how many messages that is."""
        room = self._at_once - len(self._under_way)
        if room < self._at_once // 2:
            return 0  # a send that ends rings the bell
        async with self._database.begin() as connection:
            due = await outbox.claim(connection, now=_now(), lease_for=self._lease, most=room)
        for one in due:
            task = asyncio.create_task(self._deliver(one))
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        return len(due)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._work.ring()

    async def _deliver(self, due: Due) -> None:
        """Send a message's wire parts from the first that is not sent, and record it."""
        record = await self._attempt(due)
        self._meters.sends.labels(due.channel, record.state).inc()
        try:
            await self._t3.submit(record)
        except StoreError as error:  # the lease ends and it is sent again: at least once
            log.error("outbox.not_recorded", outbox_id=due.id, reason=str(error))

    async def _attempt(self, due: Due) -> Record:
        adapter = self._accounts.get((due.channel, due.account))
        if adapter is None:
            return self._later(due, due.part, f"{due.channel} is switched off in config.yml", None)
        try:
            parts = adapter.render(due.message)
        except Exception as error:  # noqa: BLE001 - never sendable: a person reads it
            return _dead(due, due.part, f"could not be rendered: {type(error).__name__}")
        provider_id = None
        for number, part in enumerate(parts[due.part :], start=due.part):
            outcome = await _send(adapter, part)
            if isinstance(outcome, Sent):
                provider_id = outcome.provider_id or None
            else:
                return self._not_sent(due, number, outcome)
        return Record(
            id=due.id,
            state="sent",
            part=len(parts),
            attempts=due.attempts + 1,
            due_at=_now(),
            provider_id=provider_id,
            sent_at=_now(),
        )

    def _not_sent(self, due: Due, part: int, outcome: SendOutcome) -> Record:
        match outcome:
            case Retry(detail=detail, after=after):
                return self._later(due, part, detail, after)
            case Unknown(detail=detail):
                # It may have arrived; sending again may say it twice, not sending may lose it.
                return self._later(due, part, f"unknown outcome: {detail}", None)
            case Parked():
                return Record(
                    id=due.id, state="parked", part=part, attempts=due.attempts, due_at=_now()
                )
            case Refused(detail=detail):
                return _dead(due, part, detail)
            case _:
                return _dead(due, part, f"the adapter returned {type(outcome).__name__}")

    def _later(self, due: Due, part: int, detail: str, after: timedelta | None) -> Record:
        attempts = due.attempts + 1
        if attempts >= MOST_ATTEMPTS:
            return _dead(due, part, f"given up after {attempts} attempts: {detail}")
        wait = after if after is not None else backoff(due.attempts, self._random)
        log.info("mt.retry", channel=due.channel, outbox_id=due.id, attempts=attempts)
        return Record(
            id=due.id,
            state="queued",
            part=part,
            attempts=attempts,
            due_at=_now() + wait,
            detail=detail,
        )

    async def awake(self, channel: str, account: str, address: str) -> None:
        """Send what was parked for this address."""
        try:
            async with self._database.begin() as connection:
                woken = await outbox.awake(connection, channel, account, address, _now())
        except StoreError as error:
            log.error("outbox.away", reason=str(error))
            return
        if woken:
            self._work.ring()


async def _send(adapter: Channel, part: WirePart) -> SendOutcome:
    try:
        return await adapter.send(part)
    except Misconfigured as error:
        log.error("channel.misconfigured", detail=error.detail)
        return Retry(detail=error.detail)
    except ChannelError as error:
        return Retry(detail=error.detail)
    except Exception as error:  # noqa: BLE001 - an adapter's mistake must not lose a message
        log.error("channel.send_failed", error=type(error).__name__)
        return Unknown(detail=f"the adapter raised {type(error).__name__}")


def _dead(due: Due, part: int, detail: str) -> Record:
    log.warning("mt.dead", channel=due.channel, outbox_id=due.id)
    return Record(
        id=due.id, state="dead", part=part, attempts=due.attempts + 1, due_at=_now(), detail=detail
    )


def _now() -> datetime:
    return datetime.now(UTC)
