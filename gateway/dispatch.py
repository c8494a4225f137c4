"""Outbox to wire: claim, send, record (T3). At least once: a crash in between sends again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

import structlog

from channels.adapter import Channel, Parked, Refused, Retry, SendOutcome, Sent, Unknown, WirePart
from channels.errors import ChannelError, Misconfigured
from channels.message import Moved
from gateway.backoff import backoff
from gateway.lanes import Lane
from gateway.metrics import Meters
from gateway.redact import Redactor
from gateway.standing import Standing
from gateway.wake import Bell, finished
from store import outbox
from store.database import Database, GroupCommit, StoreError
from store.exchanges import Said
from store.ids import Ids
from store.outbox import Due, Record

log = structlog.get_logger()

MOST_ATTEMPTS = 12  # with doubling waits this is more than a day
DOUBT = timedelta(minutes=1)  # what may have arrived is sent again after a receipt had its time
BROKEN = timedelta(minutes=1)  # between two tries of an account whose token is refused
_HANGS_S = 3600.0  # a send that takes longer never ends; a full relay may well take minutes

Accounts = Mapping[tuple[str, str], Channel]  # (channel, account) -> adapter


@dataclass
class _Sending:
    """One message under way: what the provider took of it so far, and what was said."""

    due: Due
    taken: list[tuple[int, str]] = field(default_factory=list)
    exchanges: list[Said] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)

    def record(self, state: str, part: int, due_at: datetime, **more: object) -> Record:
        return Record(
            due=self.due,
            state=state,
            part=part,
            due_at=due_at,
            taken=tuple(self.taken),
            exchanges=tuple(self.exchanges),
            moved=tuple(self.moved),
            **{"attempts": self.due.attempts + 1, **more},  # type: ignore[arg-type]
        )


class Dispatcher:
    """Sends what is due, many addresses at a time, one message at a time to each.

    Every account has a lane of its own: one that is slow, held or broken takes nothing from the
    others. A message of a channel that is switched off waits until it is switched on again.

    A message that is under way is ours for as long as its send takes: its lease is renewed
    meanwhile. After a crash `lease` is how long a message that was under way waits.
    """

    def __init__(
        self,
        database: Database,
        ids: Ids,
        accounts: Accounts,
        meters: Meters,
        *,
        standing: Standing,
        redactor: Redactor,
        work: Bell,
        at_once: int,
        lease: timedelta,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._meters = meters
        self._standing = standing
        self.redactor = redactor
        self._work = work
        self._at_once = at_once
        self._lease = lease
        self._random = Random()
        self._lanes: dict[Channel, Lane] = {}
        self._under_way: dict[int, asyncio.Task[None]] = {}  # by the message's id
        self._renewed = time.monotonic()
        self._t3: GroupCommit[Record, None] = GroupCommit(
            database, lambda connection, records: outbox.record(connection, ids, records)
        )

    async def run(self) -> None:
        """Send until cancelled; what is under way is then finished by `drain`."""
        while True:
            try:
                await finished(self._keep_ours())
                claimed = await finished(self.once())
            except StoreError as error:
                log.error("outbox.away", reason=str(error))
                claimed = 0
            if not claimed:
                await self._work.wait()

    async def drain(self) -> None:
        """Wait for the sends that are under way."""
        if self._under_way:
            await asyncio.wait(self._under_way.values())

    async def _keep_ours(self) -> None:
        """Renew the leases of what is under way, in good time before they end."""
        if not self._under_way:
            self._renewed = time.monotonic()
        elif time.monotonic() - self._renewed > self._lease.total_seconds() / 3:
            async with self._database.begin() as connection:
                await outbox.renew(connection, list(self._under_way), _now() + self._lease)
            self._renewed = time.monotonic()

    async def once(self) -> int:
        """Begin to send what is due now; returns how many messages that is."""
        free = [(key, lane) for key, lane in self._open_lanes() if lane.room()]
        if not free:
            return 0  # a send that ends rings the bell
        due: list[tuple[Lane, Due]] = []
        async with self._database.begin() as connection:
            for account, lane in free:
                found = await outbox.claim(
                    connection, account, now=_now(), lease_for=self._lease, most=lane.room()
                )
                # A lease that could not be renewed in time is no reason to send twice ourselves.
                due += [(lane, one) for one in found if one.id not in self._under_way]
        for lane, one in due:
            lane.under_way += 1
            task = asyncio.create_task(self._deliver(lane, one))
            self._under_way[one.id] = task
            task.add_done_callback(lambda _, lane=lane, one=one: self._ended(lane, one))  # type: ignore[misc]
        return len(due)

    def _open_lanes(self) -> list[tuple[outbox.Account, Lane]]:
        """A lane per account that is switched on; a re-keyed one begins anew."""
        self._lanes = {
            adapter: self._lanes.get(adapter) or Lane(adapter.caps, self._at_once)
            for adapter in self._accounts.values()
        }
        return [(key, self._lanes[adapter]) for key, adapter in self._accounts.items()]

    def _ended(self, lane: Lane, due: Due) -> None:
        lane.under_way -= 1
        del self._under_way[due.id]
        self._work.ring()

    async def _deliver(self, lane: Lane, due: Due) -> None:
        """Send a message's wire parts from the first that is not sent, and record it."""
        record = await self._attempt(lane, due)
        self._meters.sends.labels(due.channel, record.state).inc()
        try:
            await self._t3.submit(record)
        except StoreError as error:  # the lease ends and it is sent again: at least once
            log.error("outbox.not_recorded", outbox_id=due.id, reason=str(error))
        except Exception as error:  # noqa: BLE001 - the same; its text may quote the citizen
            log.error("outbox.not_recorded", outbox_id=due.id, reason=type(error).__name__)

    async def _attempt(self, lane: Lane, due: Due) -> Record:
        sending = _Sending(due)
        adapter = self._accounts.get((due.channel, due.account))
        if adapter is None:  # switched off in this moment
            return sending.record("queued", due.part, _now(), attempts=due.attempts)
        try:
            parts = adapter.render(due.message)
        except Exception as error:  # noqa: BLE001 - never sendable: a person reads it
            return _dead(sending, due.part, f"could not be rendered: {type(error).__name__}")
        for number, part in enumerate(parts[due.part :], start=due.part):
            await lane.turn(due.message.address)
            if held := lane.held():
                return sending.record("queued", number, _now() + held, attempts=due.attempts)
            outcome = await self._send(adapter, sending, number, part)
            if not isinstance(outcome, Sent):
                return await self._not_sent(lane, sending, number, outcome)
            sending.taken.append((number, outcome.provider_id))
            sending.moved += [outcome.moved] if outcome.moved else []
        await self._standing.up(due.channel, due.account)
        return sending.record("sent", len(parts), _now(), sent_at=_now())

    async def _send(
        self, adapter: Channel, sending: _Sending, number: int, part: WirePart
    ) -> SendOutcome | Misconfigured:
        """Send one part and keep the exchange."""
        at, began, link = _now(), time.monotonic(), sending.due.message.link
        outcome = await _sent(adapter, part)
        sending.exchanges.append(
            Said(
                part=number,
                at=at,
                took_ms=round((time.monotonic() - began) * 1000),
                request=self.redactor.request(part.method, part.body, link.url if link else ""),
                outcome=type(outcome).__name__.lower(),
                detail=self.redactor.text(getattr(outcome, "detail", "")),
            )
        )
        return outcome

    async def _not_sent(
        self, lane: Lane, sending: _Sending, part: int, outcome: SendOutcome | Misconfigured
    ) -> Record:
        detail = self.redactor.text(getattr(outcome, "detail", ""))
        if wait := await self._holds(lane, sending.due, outcome, detail):
            # The message is not at fault, and must not die of it.
            return sending.record("queued", part, _now() + wait, attempts=sending.due.attempts)
        match outcome:
            case Retry(after=after):
                return self._later(sending, part, detail, after)
            case Unknown():
                return self._in_doubt(sending, part, detail)
            case Parked():
                return sending.record("parked", part, _now(), attempts=sending.due.attempts)
            case Refused(blocked=blocked):
                return replace(_dead(sending, part, detail), shut=blocked)
            case _:
                return _dead(sending, part, f"the adapter returned {type(outcome).__name__}")

    async def _holds(
        self, lane: Lane, due: Due, outcome: SendOutcome | Misconfigured, detail: str
    ) -> timedelta | None:
        """How long the whole account must wait, where the outcome says that it must."""
        match outcome:
            case Misconfigured():
                wait = BROKEN
                await self._standing.broken(due.channel, due.account, detail)
            case Retry(account=True, after=timedelta() as wait):
                await self._standing.held(due.channel, due.account, detail)
            case _:
                return None
        lane.hold(wait)
        return wait

    def _in_doubt(self, sending: _Sending, part: int, detail: str) -> Record:
        """It may have arrived: sending again may say it twice, not sending may lose it.

        Where the provider knows our key nothing is at stake. Elsewhere a receipt gets its time
        first, and who looks at the message sees that it is in doubt.
        """
        adapter = self._accounts.get((sending.due.channel, sending.due.account))
        known = adapter is not None and adapter.caps.idempotent
        record = self._later(sending, part, f"unknown outcome: {detail}", None if known else DOUBT)
        in_doubt = record.state == "queued" and not known
        return replace(record, state="unknown") if in_doubt else record

    def _later(self, sending: _Sending, part: int, detail: str, after: timedelta | None) -> Record:
        due = sending.due
        attempts = due.attempts + 1
        if attempts >= MOST_ATTEMPTS:
            return _dead(sending, part, f"given up after {attempts} attempts: {detail}")
        wait = after if after is not None else backoff(due.attempts, self._random)
        log.info("mt.retry", channel=due.channel, outbox_id=due.id, attempts=attempts)
        return sending.record("queued", part, _now() + wait, detail=detail)

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


async def _sent(adapter: Channel, part: WirePart) -> SendOutcome | Misconfigured:
    try:
        async with asyncio.timeout(_HANGS_S):
            return await adapter.send(part)
    except Misconfigured as error:
        return error
    except ChannelError as error:
        return Retry(detail=error.detail)
    except Exception as error:  # noqa: BLE001 - an adapter's mistake must not lose a message
        log.error("channel.send_failed", error=type(error).__name__)
        return Unknown(detail=f"the adapter raised {type(error).__name__}")


def _dead(sending: _Sending, part: int, detail: str) -> Record:
    log.warning("mt.dead", channel=sending.due.channel, outbox_id=sending.due.id)
    return sending.record("dead", part, _now(), detail=detail)


def _now() -> datetime:
    return datetime.now(UTC)
