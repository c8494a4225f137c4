"""HAPUS DATA SAYA: a person is forgotten, what the city must know stays without him.

At once, in the transaction that decides it: his conversations are closed and lose their address,
every message, prediction, delivery and photo of his is emptied, and his complaints lose name and
words that tell who he is. Afterwards (`finish`): the files, the last answer once it is sent, and,
when no provider will repeat them any more, the ids of his messages. docs/privacy.md
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from nlu.slots.personal import masked, names_in
from store import conversations, people
from store.blanks import blank, nobodys, to_nobody
from store.complaints import NOTE
from store.ids import Ids
from store.inbox import CLOCK
from store.tables import (
    CardRow,
    Complaint,
    ComplaintEvent,
    ConversationEvent,
    ConversationRow,
    Correction,
    Delivery,
    Erasure,
    Exchange,
    Inbox,
    Media,
    OneTimeCode,
    Outbox,
    PartRow,
    Prediction,
    SentPart,
    Supporter,
    table,
)

CONVERSATION, INBOX, OUTBOX = table(ConversationRow), table(Inbox), table(Outbox)
DELIVERY, PART, MEDIA = table(Delivery), table(PartRow), table(Media)
COMPLAINT, EVENT, SUPPORTER = table(Complaint), table(ComplaintEvent), table(Supporter)
EXCHANGE, SENT_PART = table(Exchange), table(SentPart)
PREDICTION, ERASURE, CORRECTION = table(Prediction), table(Erasure), table(Correction)
CODE, CARD, SAID = table(OneTimeCode), table(CardRow), table(ConversationEvent)

KEYS_FOR = timedelta(days=3)  # providers repeat for so long; the law gives 3 x 24 hours
GONE = "erased"
UNSENT = ("queued", "unknown", "parked", "dead")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Who is to be forgotten: a conversation, and every address linked with it."""

    conversation_id: int
    inbox_id: int  # the message that wished it
    answer_key: str  # of the outbox row that tells him so: it has still to be sent
    at: datetime
    mark: Callable[[str], str]  # an address to its keyed hash: all that the record keeps of it


async def erase(connection: AsyncConnection, ids: Ids, wish: Wish) -> int:
    """Forget a person; returns the id of the record that it was done."""
    others = (await people.linked(connection, [wish.conversation_id])).get(wish.conversation_id, ())
    talks = [wish.conversation_id, *others]
    erasure_id = ids.next()
    row = {
        "id": erasure_id,
        "at": wish.at,
        "who": await _who(connection, talks, wish.mark),
        "kinds": "{}",
        "files": "[]",
        "keys_until": wish.at + KEYS_FOR,
    }
    await connection.execute(insert(ERASURE), [row])
    kinds = {"conversation": len(talks)}
    await people.unlink(connection, talks)
    await connection.execute(update(SAID).where(SAID.c.conversation_id.in_(talks)).values(text=""))
    for of in (CODE, CARD):
        await connection.execute(delete(of).where(of.c.conversation_id.in_(talks)))
    names = await _names(connection, talks)
    kinds["message"] = await _messages(connection, ids, talks, wish)
    kinds["photo"], files = await _photos(connection, talks)
    kinds["complaint"] = await _complaints(connection, talks, names)
    kinds["answer"] = await _answers(connection, talks, wish.answer_key)
    await _close(connection, talks, erasure_id)
    await connection.execute(
        update(ERASURE)
        .where(ERASURE.c.id == erasure_id)
        .values(kinds=json.dumps(kinds), files=json.dumps(files))
    )
    return erasure_id


async def _who(
    connection: AsyncConnection, talks: Sequence[int], mark: Callable[[str], str]
) -> str:
    columns = CONVERSATION.c
    rows = await connection.execute(
        select(columns.channel, columns.account, columns.address)
        .where(columns.id.in_(talks))
        .order_by(columns.id)
    )
    return " ".join(mark(address_line(*row)) for row in rows)


def address_line(channel: str, account: str, address: str) -> str:
    """What is hashed of an address."""
    return f"{channel} {account} {address}"


def _his(talks: Sequence[int]) -> Any:
    return select(INBOX.c.id).where(INBOX.c.conversation_id.in_(talks))


async def _messages(connection: AsyncConnection, ids: Ids, talks: Sequence[int], wish: Wish) -> int:
    """What he wrote: inbox, parts, predictions, and the deliveries that brought it."""
    await _move_on(connection, ids, talks, wish.inbox_id, wish.at)
    rows = (
        await connection.execute(
            select(INBOX.c.id, INBOX.c.delivery_id).where(INBOX.c.conversation_id.in_(talks))
        )
    ).all()
    await connection.execute(
        update(INBOX)
        .where(INBOX.c.conversation_id.in_(talks), INBOX.c.state.in_(("pending", "dead")))
        .values(state="done")
    )
    mine = {row.id for row in rows}
    attached = await column_of(connection, MEDIA.c.delivery_id, MEDIA.c.inbox_id.in_(_his(talks)))
    deliveries = {row.delivery_id for row in rows if row.delivery_id} | attached
    parts = await column_of(connection, PART.c.id, PART.c.delivery_id.in_(deliveries))
    await blank(connection, PART, parts, nobodys)
    await connection.execute(
        update(DELIVERY).where(DELIVERY.c.id.in_(deliveries)).values(body=b"", envelope="{}")
    )
    await connection.execute(
        update(PREDICTION)
        .where(PREDICTION.c.inbox_id.in_(_his(talks)))
        .values(understanding="", text=None)
    )
    return await blank(connection, INBOX, mine, nobodys, error=None)


async def _move_on(
    connection: AsyncConnection, ids: Ids, talks: Sequence[int], asked_by: int, now: datetime
) -> None:
    """What came after his wish is a stranger's: it goes to a new conversation, unread so far."""
    rows = (
        await connection.execute(
            select(
                INBOX.c.conversation_id,
                CONVERSATION.c.channel,
                CONVERSATION.c.account,
                CONVERSATION.c.address,
            )
            .distinct()
            .join(CONVERSATION, CONVERSATION.c.id == INBOX.c.conversation_id)
            .where(
                INBOX.c.conversation_id.in_(talks),
                INBOX.c.state == "pending",
                INBOX.c.channel != CLOCK,
                INBOX.c.id > asked_by,
            )
        )
    ).all()
    for row in rows:
        await _readdress(connection, row.conversation_id)
        address = (row.channel, row.account, row.address)
        fresh = (await conversations.ensure(connection, ids, [address], now))[address]
        await connection.execute(
            update(INBOX)
            .where(
                INBOX.c.conversation_id == row.conversation_id,
                INBOX.c.state == "pending",
                INBOX.c.channel != CLOCK,
                INBOX.c.id > asked_by,
            )
            .values(conversation_id=fresh)
        )


async def _readdress(connection: AsyncConnection, talk: int) -> None:
    """Take a conversation's address away: nothing can be sent there or come from there."""
    await connection.execute(
        update(CONVERSATION)
        .where(CONVERSATION.c.id == talk)
        .values(address=f"{GONE}:{secrets.token_hex(12)}")
    )


async def _photos(connection: AsyncConnection, talks: Sequence[int]) -> tuple[int, list[str]]:
    """His photos, but for those that are published: the files that nobody else sent are deleted.

    What a moderator has published is the city's, and shows nobody: it stays without its place.
    """
    his = MEDIA.c.inbox_id.in_(_his(talks))
    await connection.execute(update(MEDIA).where(his).values(ref="", lat=None, lon=None))
    mine = his & MEDIA.c.published.is_(False)
    count = len(await column_of(connection, MEDIA.c.id, mine))
    hashes = await column_of(connection, MEDIA.c.sha256, mine & MEDIA.c.sha256.is_not(None))
    await connection.execute(
        update(MEDIA)
        .where(mine)
        .values(
            state="refused",
            reason=GONE,
            sha256=None,
            complaint_id=None,
        )
    )
    return count, sorted(hashes - await held(connection, hashes))


async def held(connection: AsyncConnection, hashes: Collection[str]) -> set[str]:
    """Of these files, the ones that a row still names."""
    return await column_of(connection, MEDIA.c.sha256, MEDIA.c.sha256.in_(hashes))


async def _names(connection: AsyncConnection, talks: Sequence[int]) -> frozenset[str]:
    """The names that he told: a part of one, with which he signs, looks like no name by itself."""
    written = await connection.execute(
        select(INBOX.c.message).where(INBOX.c.conversation_id.in_(talks))
    )
    filed = await connection.execute(
        select(COMPLAINT.c.text).where(COMPLAINT.c.conversation_id.in_(talks))
    )
    messages = [json.loads(row.message or "{}") for row in written]
    told = [one.get(said, "") for one in messages for said in ("subject", "text")]
    return names_in([*told, *(row.text for row in filed)])


async def _complaints(
    connection: AsyncConnection, talks: Sequence[int], names: Collection[str]
) -> int:
    """His complaints stay as the city's record: masked, and nobody's."""
    filed = COMPLAINT.c.conversation_id.in_(talks)
    mine = await column_of(connection, COMPLAINT.c.id, filed)
    await _mask(connection, COMPLAINT, filed, names)
    await connection.execute(update(COMPLAINT).where(filed).values(anonymous=True))
    joined = SUPPORTER.c.conversation_id.in_(talks)
    await _mask(connection, SUPPORTER, joined, names)
    await connection.execute(update(SUPPORTER).where(joined).values(lat=None, lon=None))
    told = EVENT.c.complaint_id.in_(mine) & (EVENT.c.actor == "citizen")
    supported = select(SUPPORTER.c.complaint_id).where(joined)
    noted = (EVENT.c.kind == NOTE) & EVENT.c.complaint_id.in_(supported)
    his = told | noted | EVENT.c.inbox_id.in_(_his(talks))
    await _mask_events(connection, his, names)
    await _forget_notes(connection, mine)
    await _corrections(connection, mine, talks)
    return len(mine)


async def _corrections(
    connection: AsyncConnection, complaints: Collection[int], talks: Sequence[int]
) -> None:
    """A moderator's word stays; the citizen's words for the place, kept beside it, do not.

    Without what stood before it cannot be taken back any more.
    """
    his = CORRECTION.c.complaint_id.in_(complaints) | CORRECTION.c.inbox_id.in_(_his(talks))
    rows = await connection.execute(select(CORRECTION.c.id, CORRECTION.c.before).where(his))
    changed = [
        {"b_id": row.id, "before": json.dumps(_without_place(json.loads(row.before)))}
        for row in rows
    ]
    if changed:
        statement = update(CORRECTION).where(CORRECTION.c.id == bindparam("b_id"))
        await connection.execute(statement.values(before=bindparam("before")), changed)


def _without_place(before: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in before.items() if name not in {"was", "now"}}
    return {**kept, "place_words": ""}


async def _mask(
    connection: AsyncConnection, of: Table, which: ColumnElement[bool], names: Collection[str]
) -> None:
    """Take personal data out of the words; answers in words go, figures stay."""
    rows = await connection.execute(
        select(of.c.id, of.c.text, of.c.place_words, of.c.slots).where(which)
    )
    changed = [
        {
            "b_id": row.id,
            "text": masked(row.text, names),
            "place_words": masked(row.place_words, names),
            "slots": json.dumps(_figures(json.loads(row.slots))),
        }
        for row in rows
    ]
    if changed:
        statement = update(of).where(of.c.id == bindparam("b_id"))
        names = ("text", "place_words", "slots")
        await connection.execute(
            statement.values({name: bindparam(name) for name in names}), changed
        )


async def _forget_notes(connection: AsyncConnection, complaints: Collection[int]) -> None:
    """What colleagues wrote beside his complaints may tell who he is: that it was written stays."""
    his = (EVENT.c.kind == NOTE) & EVENT.c.complaint_id.in_(complaints)
    await connection.execute(update(EVENT).where(his).values(body=json.dumps({"text": ""})))


def _figures(slots: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in slots.items() if not isinstance(value, str)}


async def _mask_events(
    connection: AsyncConnection, which: ColumnElement[bool], names: Collection[str]
) -> None:
    rows = await connection.execute(select(EVENT.c.id, EVENT.c.body).where(which))
    changed = [
        {"b_id": row.id, "body": json.dumps({**body, "text": masked(body["text"], names)})}
        for row in rows
        if (body := json.loads(row.body)).get("text")
    ]
    if changed:
        statement = update(EVENT).where(EVENT.c.id == bindparam("b_id"))
        await connection.execute(statement.values(body=bindparam("body")), changed)


async def _answers(connection: AsyncConnection, talks: Sequence[int], answer_key: str) -> int:
    """What we said; what was still to be said is not, but for the word that it is done."""
    his = OUTBOX.c.conversation_id.in_(talks) & (OUTBOX.c.key != answer_key)
    return await unsay(connection, his)


async def unsay(connection: AsyncConnection, which: ColumnElement[bool]) -> int:
    """Empty messages of ours, with the traces of their way; none of them is sent any more."""
    ids = await column_of(connection, OUTBOX.c.id, which)
    for traces in (EXCHANGE, SENT_PART):
        await connection.execute(delete(traces).where(traces.c.outbox_id.in_(ids)))
    await connection.execute(
        update(OUTBOX).where(which, OUTBOX.c.state.in_(UNSENT)).values(state=GONE)
    )
    return await blank(connection, OUTBOX, ids, to_nobody, detail=None)


async def _close(connection: AsyncConnection, talks: Sequence[int], erasure_id: int) -> None:
    for talk in talks:
        await _readdress(connection, talk)
    await connection.execute(
        update(CONVERSATION)
        .where(CONVERSATION.c.id.in_(talks))
        .values(state="", stopped=True, erasure_id=erasure_id, lease_owner=None, lease_until=None)
    )


async def column_of(
    connection: AsyncConnection, column: Any, which: ColumnElement[bool]
) -> set[Any]:
    """The different values of a column in some rows."""
    return set((await connection.execute(select(column).where(which))).scalars())
