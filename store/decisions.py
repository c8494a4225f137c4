"""T2: what a turn decided, written whole or not at all.

Decisions of different conversations share a commit. A decision whose lease has passed to another
process is left out: whoever holds the conversation now decides anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.message import OutboundMessage
from nlu.understanding import Understanding
from store import (
    agencies,
    cards,
    complaints,
    conversations,
    erasure,
    inbox,
    joining,
    outbox,
    people,
    tasks,
)
from store.assignment import Assign, by_category
from store.codec import dump
from store.dialect import insert_or_ignore, upsert
from store.ids import Ids
from store.tables import ConversationRow, Inbox, Prediction, Utc, table

CONVERSATION, INBOX = table(ConversationRow), table(Inbox)
PREDICTION = table(Prediction)

_SAVE = (
    update(CONVERSATION)
    .where(CONVERSATION.c.id == bindparam("b_id"))
    .values(
        state=bindparam("state"),
        stopped=bindparam("stopped"),
        handed_over=bindparam("handed_over"),
        heard_at=func.coalesce(bindparam("heard", type_=Utc), CONVERSATION.c.heard_at),
        updated_at=bindparam("updated_at"),
        lease_owner=None,
        lease_until=None,
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Timer:
    """Wake a conversation at a time; a new one replaces the old of the same name."""

    name: str
    at: datetime
    message: str  # the InboundMessage on the channel `clock`, dumped


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """Everything that one turn changes."""

    inbox_id: int  # of the turn's first message
    joined: tuple[int, ...] = ()  # further messages of the same turn
    read: str | None = None  # the text of all of them, None for a single message's own
    conversation_id: int
    owner: str  # of the lease under which it was decided
    state: str  # the conversation's, dumped
    stopped: bool
    at: datetime
    understanding: Understanding | None
    handed_over: bool = False
    heard_at: datetime | None = None  # the citizen wrote; None when the clock woke us
    wakes: bool = False  # what was parked for this conversation may go out now
    says: tuple[OutboundMessage, ...] = ()
    elsewhere: tuple[tuple[int, OutboundMessage], ...] = ()  # with the conversation that hears it
    parked: tuple[OutboundMessage, ...] = ()  # until the citizen writes again
    filings: tuple[complaints.Filing, ...] = ()
    joinings: tuple[joining.Joining, ...] = ()
    happenings: tuple[complaints.Happening, ...] = ()
    tasks: tuple[tuple[str, str], ...] = ()  # a reason each, and the ticket that it is about
    timers: tuple[Timer, ...] = ()
    card: cards.NewCard | None = None
    offers: tuple[people.Offer, ...] = ()
    link: int | None = None  # the code that links this address with another
    linked_says: OutboundMessage | None = None  # what the other address reads of it
    unlinks: bool = False
    spends: int | None = None  # a code that is used up by this turn
    erases: erasure.Wish | None = None


async def write(
    connection: AsyncConnection,
    ids: Ids,
    decisions: Sequence[Decision],
    assign: Assign = by_category,
) -> list[bool]:
    """Write decisions; False for one whose lease was lost. `assign`: the city's rules."""
    owner = decisions[0].owner
    talks = [decision.conversation_id for decision in decisions]
    ours = await conversations.held(connection, talks, owner)
    kept = [decision for decision in decisions if decision.conversation_id in ours]
    if kept:
        await _save(connection, kept)
        await _predict(connection, kept)
        await complaints.file(connection, ids, [one for d in kept for one in d.filings], assign)
        await joining.join(connection, ids, [one for d in kept for one in d.joinings])
        await complaints.append(connection, ids, [one for d in kept for one in d.happenings])
        await agencies.assign_anew(connection, _placed(kept), assign, kept[0].at)
        woken = [decision.conversation_id for decision in kept if decision.wakes]
        await outbox.wake(connection, woken, kept[0].at)
        await outbox.put(connection, _outbox_rows(ids, kept))
        await tasks.put(connection, _task_rows(ids, kept))
        await _set_timers(connection, ids, kept)
        await cards.put(connection, [one.card for one in kept if one.card])
        await people.offer(connection, ids, [one for d in kept for one in d.offers])
        for decision in kept:
            await _know(connection, ids, decision)
    return [decision.conversation_id in ours for decision in decisions]


def _placed(kept: Sequence[Decision]) -> list[str]:
    """Tickets that may have got their place by what was told afterwards."""
    told = [one.ticket for d in kept for one in d.happenings if one.spot is not None]
    joined = [one.ticket for d in kept for one in d.joinings if one.draft.spot is not None]
    return [*dict.fromkeys([*told, *joined])]


async def _know(connection: AsyncConnection, ids: Ids, decision: Decision) -> None:
    """Who is who: linked, unlinked, forgotten. Raises: CodeSpentError."""
    talk = decision.conversation_id
    if decision.spends is not None:
        await people.spend(connection, decision.spends, decision.at)
    if decision.link is not None:
        other = await people.link(connection, ids, talk, decision.link, decision.at)
        if other is not None and decision.linked_says is not None:
            row = outbox.row(ids, other, decision.linked_says, decision.at)
            await outbox.put(connection, [row])
    if decision.unlinks:
        await people.unlink(connection, [talk])
    if decision.erases is not None:
        await erasure.erase(connection, ids, decision.erases)


async def _save(connection: AsyncConnection, kept: Sequence[Decision]) -> None:
    await connection.execute(
        _SAVE,
        [
            {
                "b_id": d.conversation_id,
                "state": d.state,
                "stopped": d.stopped,
                "handed_over": d.handed_over,
                "heard": d.heard_at,
                "updated_at": d.at,
            }
            for d in kept
        ],
    )
    await inbox.done(connection, [one for d in kept for one in (d.inbox_id, *d.joined)])


async def _predict(connection: AsyncConnection, kept: Sequence[Decision]) -> None:
    rows = [
        {
            "inbox_id": decision.inbox_id,
            "engine": said.engine,
            "intent": said.intent,
            "category": said.category,
            "confidence": said.confidence,
            "understanding": dump(said),
            "text": decision.read,
        }
        for decision in kept
        if (said := decision.understanding) is not None
    ]
    if rows:
        await connection.execute(insert(PREDICTION), rows)


def _outbox_rows(ids: Ids, kept: Sequence[Decision]) -> list[dict[str, Any]]:
    rows = []
    for decision in kept:
        talk, at = decision.conversation_id, decision.at
        rows += [outbox.row(ids, talk, said, at) for said in decision.says]
        rows += [outbox.row(ids, other, said, at) for other, said in decision.elsewhere]
        rows += [outbox.row(ids, talk, said, at, state="parked") for said in decision.parked]
    return rows


def _task_rows(ids: Ids, kept: Sequence[Decision]) -> list[dict[str, Any]]:
    return [
        tasks.row(
            ids,
            reason,
            decision.at,
            ticket=ticket,
            conversation_id=decision.conversation_id,
            inbox_id=decision.inbox_id,
        )
        for decision in kept
        for reason, ticket in decision.tasks
    ]


async def _set_timers(connection: AsyncConnection, ids: Ids, kept: Sequence[Decision]) -> None:
    """One row a conversation and timer: setting it again moves it."""
    rows = {
        (decision.conversation_id, timer.name): {
            "id": ids.next(),
            "channel": inbox.CLOCK,
            "external_id": f"{decision.conversation_id}:{timer.name}",
            "conversation_id": decision.conversation_id,
            "message": timer.message,
            "due_at": timer.at,
            "state": "pending",
            "attempts": 0,
        }
        for decision in kept
        for timer in decision.timers
    }
    moved = ("message", "due_at", "state", "attempts")
    await upsert(connection, INBOX, [*rows.values()], keys=("channel", "external_id"), renew=moved)


async def failed(
    connection: AsyncConnection,
    ids: Ids,
    one: inbox.Claimed,
    now: datetime,
    *,
    owner: str,
    error: str,
    retry_at: datetime | None,
    says: OutboundMessage | None,
) -> bool:
    """Count a turn that failed and let go of its conversation; with `says`, a person must read it.

    False, and nothing is written, where the lease was lost: whoever holds it now decides anew.
    """
    talk = one.conversation_id
    if not await conversations.held(connection, [talk], owner):
        return False
    await inbox.failed(connection, *one.ids, error=error, retry_at=retry_at)
    await conversations.release(connection, [talk], owner)
    if says is not None:
        # A message that a person had answered again may die again: the citizen was told before.
        await insert_or_ignore(connection, outbox.OUTBOX, [outbox.row(ids, talk, says, now)])
        row = tasks.row(ids, "dead_letter", now, conversation_id=talk, inbox_id=one.id)
        await tasks.put(connection, [row])
    return True
