"""Inbox to decision: claim, understand, step, commit (T2). The only place where that happens.

A batch holds one message of each of several conversations. They are understood together and
share one commit; a decision that the database refuses is tried again alone, so that it takes none
of its neighbours with it. A message that fails five times goes to a person; the citizen is told.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random, SystemRandom

import structlog

from channels.adapter import Caps, caps_of
from channels.message import OutboundMessage
from dialogs.conversation import Acting, Nearby
from dialogs.phrasebook import say
from dialogs.step import step
from gateway import elsewhere
from gateway.areas import CityMap
from gateway.backoff import backoff
from gateway.cards import Offers
from gateway.decided import decision_of
from gateway.dispatch import Accounts
from gateway.identities import Digest, code_of
from gateway.metrics import Meters
from gateway.surroundings import points_of
from gateway.turns import (
    Looked,
    conversation_of,
    event_of,
    numbers_in,
    readable,
    spoken_of,
    turn_of,
)
from gateway.wake import Bell, finished
from gateway.whereabouts import Whereabouts
from nlu.engine import Engine
from nlu.understanding import Understanding
from store import complaints, decisions, handover, inbox, outbox, parts, people, progress
from store.assignment import Assign, by_category
from store.database import ClashError, Database, StoreError
from store.decisions import Decision
from store.handover import SAID
from store.ids import Ids
from store.inbox import Claimed
from store.nearby import Point, near
from store.patience import Patient, alone
from store.progress import NEWS

log = structlog.get_logger()

Understood = tuple[Claimed, Understanding]
_PLAIN = Caps(text_limit=4000)  # for a channel that was switched off meanwhile


@dataclass(frozen=True, kw_only=True)
class Rooms:
    """What a worker works with."""

    database: Database
    ids: Ids
    engine: Engine
    accounts: Accounts
    digest: Digest  # keyed hash of codes and addresses
    meters: Meters
    offers: Offers
    news: Bell  # rung when the inbox has news
    outgoing: Bell  # rung when the outbox has
    told: Callable[[], None]  # called when turns are written: moderators see what is new
    places: CityMap
    whereabouts: Whereabouts
    pages: str = ""  # where tickets have their public pages
    patient: Patient = alone  # how long a message waits for others to join it
    site: str = ""  # the gateway's public address, as citizens reach it
    assign: Assign = by_category  # the city's rules: which agency acts
    acting: Acting | None = None  # the same, as citizens read it


class Worker:
    """Answers messages. Any number of them, in any number of processes, share the work."""

    def __init__(self, rooms: Rooms, *, batch: int, lease: timedelta) -> None:
        self._rooms = rooms
        self._batch = batch
        self._lease = lease
        self._owner = secrets.token_hex(8)
        self._random: Random = SystemRandom()

    async def run(self) -> None:
        """Answer until cancelled; a batch under way is finished first."""
        while True:
            try:
                answered = await finished(self.once())
            except StoreError as error:
                log.error("inbox.away", reason=str(error))
                answered = 0
            except Exception as error:  # noqa: BLE001 - the leases end; the others go on meanwhile
                log.error("worker.failed", error=type(error).__name__)
                answered = 0
            if not answered:
                await self._rooms.news.wait()

    async def once(self) -> int:
        """Answer one batch; returns how many messages were claimed."""
        now = _now()
        async with self._rooms.database.begin() as connection:
            await parts.join_due(connection, self._rooms.ids, now, self._rooms.patient)
            claimed = await inbox.claim(
                connection, owner=self._owner, now=now, lease_for=self._lease, most=self._batch
            )
        if claimed:
            await self._answer(claimed)
        return len(claimed)

    async def _answer(self, claimed: Sequence[Claimed]) -> None:
        settled: list[Understood] = []
        unsettled: list[Understood] = []
        for one, understanding in await self._understand(claimed):
            waits = self._rooms.whereabouts.open(readable(one), understanding)
            (unsettled if waits else settled).append((one, understanding))
        await self._settle(settled)  # who needs no network waits for none
        await self._settle(await self._completed(unsettled))

    async def _completed(self, understood: Sequence[Understood]) -> list[Understood]:
        """With what the network could tell in time about the place."""
        texts = [(readable(one), understanding) for one, understanding in understood]
        said = await self._rooms.whereabouts.complete(texts)
        return [(one, better) for (one, _), better in zip(understood, said, strict=True)]

    async def _settle(self, understood: Sequence[Understood]) -> None:
        if not understood:
            return
        looked = await self._look_up(understood, _now())
        decided: list[tuple[Claimed, Decision]] = []
        for one, understanding in understood:
            try:
                decided.append((one, self._decide(one, understanding, looked)))
            except Exception as error:  # noqa: BLE001 - counted, tried again, then read by a person
                await self._failed(one, error)
        if decided:
            await self._commit(decided)
            self._rooms.outgoing.ring()
            self._rooms.told()

    async def _understand(self, claimed: Sequence[Claimed]) -> list[Understood]:
        """Read all texts at once; one that the engine cannot read fails alone."""
        began = time.perf_counter()
        try:
            said = await self._rooms.engine.understand([readable(one) for one in claimed])
        except Exception as error:  # noqa: BLE001 - an engine's mistake
            if len(claimed) == 1:
                await self._failed(claimed[0], error)
                return []
            return [pair for one in claimed for pair in await self._understand([one])]
        self._rooms.meters.understand_s.observe(time.perf_counter() - began)
        return list(zip(claimed, said, strict=True))

    async def _look_up(self, understood: Sequence[Understood], now: datetime) -> Looked:
        """Ask the store all that these turns may know; a question that nobody has is not asked."""
        talks = [one.conversation_id for one, _ in understood if one.state]
        replies = {
            one.conversation_id: one.message.reply_to
            for one, _ in understood
            if one.message.reply_to
        }
        told = [number for one, _ in understood if (number := event_of(one.message, NEWS))]
        said = [number for one, _ in understood if (number := event_of(one.message, SAID))]
        points = {one.conversation_id: _around(one, said, now) for one, said in understood}
        digests = {code for one, _ in understood if (code := code_of(one, self._rooms.digest))}
        async with self._rooms.database.read() as connection:
            answered = await outbox.answered(connection, replies) if replies else {}
            replied = {talk: spoken_of(message) for talk, message in answered.items()}
            numbers = [one for pair in understood for one in numbers_in(pair[0].message, pair[1])]
            linked = await people.linked(connection, talks)
            all_of_them = {*talks, *(other for others in linked.values() for other in others)}
            found = await near(connection, {one for some in points.values() for one in some})
            return Looked(
                elsewhere=await elsewhere.of(
                    connection, self._rooms.accounts, [one for one, _ in understood], linked
                ),
                mine=await complaints.of_conversations(connection, sorted(all_of_them)),
                nearby={talk: _united(found, some) for talk, some in points.items()},
                linked=linked,
                codes=await people.living(connection, digests, now),
                named=await complaints.by_number(
                    connection, [*numbers, *filter(None, replied.values())]
                ),
                replied=replied,
                news=await progress.news(connection, told),
                said=await handover.words(connection, said),
            )

    def _decide(self, one: Claimed, understanding: Understanding, looked: Looked) -> Decision:
        adapter = self._rooms.accounts.get((one.channel, one.account))
        caps = caps_of(adapter, one.address) if adapter else _PLAIN
        before, at = conversation_of(one), _now()
        offer = self._rooms.offers.to(
            before, caps, by_card=one.message.card, at=at, random=self._random
        )
        turn = turn_of(
            one,
            understanding,
            looked,
            caps=caps,
            at=at,
            random=self._random,
            locate=self._rooms.places.locate,
            digest=self._rooms.digest,
            offer=offer,
            pages=self._rooms.pages,
            site=self._rooms.site,
            acting=self._rooms.acting,
        )
        after, effects = step(before, turn)
        return decision_of(
            one,
            turn,
            after,
            effects,
            caps=caps,
            owner=self._owner,
            understanding=understanding if turn.text else None,
            living=looked.codes,
            digest=self._rooms.digest,
            elsewhere=looked.elsewhere.get(one.conversation_id, ()),
        )

    async def _commit(self, decided: list[tuple[Claimed, Decision]]) -> None:
        try:
            async with self._rooms.database.begin() as connection:
                kept = await decisions.write(
                    connection,
                    self._rooms.ids,
                    [decision for _, decision in decided],
                    self._rooms.assign,
                )
        except Exception as error:
            single = len(decided) == 1
            if isinstance(error, StoreError) and (single or not isinstance(error, ClashError)):
                raise  # nothing is lost: the leases end and the messages are claimed again
            if single:  # of several one is at fault, or was in another's way: find out which
                await self._failed(decided[0][0], error)
                return
            for one in decided:
                await self._commit([one])
            return
        for (_, decision), written in zip(decided, kept, strict=True):
            if written:
                self._count(decision)

    def _count(self, decision: Decision) -> None:
        meters = self._rooms.meters
        said = decision.understanding
        channel = decision.says[0].channel if decision.says else "none"
        meters.turns.labels(channel, said.intent if said else "timer").inc()
        for filing in decision.filings:
            meters.filed.labels(filing.channel, filing.draft.category or "tidak_jelas").inc()
            if filing.draft.emergency:
                meters.emergencies.labels(filing.channel).inc()
        for happening in decision.happenings:
            meters.told_again.labels(happening.kind).inc()
        for reason, _ in decision.tasks:
            meters.tasks.labels(reason).inc()

    async def _failed(self, one: Claimed, error: Exception) -> None:
        """Try again later; after the fifth time a person reads it and the citizen is told so."""
        self._rooms.meters.failures.labels(one.channel).inc()
        name = type(error).__name__
        log.error("turn.failed", inbox_id=one.id, attempts=one.attempts + 1, error=name)
        last = one.attempts + 1 >= inbox.MOST_ATTEMPTS
        retry_at = None if last else _now() + backoff(one.attempts, self._random)
        try:
            async with self._rooms.database.begin() as connection:
                await decisions.failed(
                    connection,
                    self._rooms.ids,
                    one,
                    _now(),
                    owner=self._owner,
                    error=name,
                    retry_at=retry_at,
                    says=_person_will_read(one) if last else None,
                )
        except Exception as again:  # noqa: BLE001 - its neighbours are answered; its lease ends
            log.error("turn.not_counted", inbox_id=one.id, error=type(again).__name__)


def _around(one: Claimed, said: Understanding, now: datetime) -> frozenset[Point]:
    try:
        return points_of(one, said, conversation_of(one), now)
    except Exception:  # noqa: BLE001 - a state that cannot be read fails when it is decided
        return frozenset()


def _united(
    found: Mapping[Point, tuple[Nearby, ...]], points: frozenset[Point]
) -> tuple[Nearby, ...]:
    """What lies around any of these points, each complaint once."""
    all_ = (one for point in points for one in found.get(point, ()))
    return tuple({one.ticket.number: one for one in all_}.values())


def _person_will_read(one: Claimed) -> OutboundMessage:
    try:
        locale = conversation_of(one).locale
    except Exception:  # noqa: BLE001 - the state itself may be what failed
        locale = "id"
    return OutboundMessage(
        channel=one.channel,
        account=one.account,
        address=one.address,
        key=f"{one.id}:person",
        text=say(locale, "person_will_read", {}),
        locale=locale,
        in_reply_to=one.message.external_id,
        thread=one.message.thread,
    )


def _now() -> datetime:
    return datetime.now(UTC)
