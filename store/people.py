"""One person, several addresses: contacts, identities, and the one-time codes that link them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.ids import Ids
from store.tables import Contact, ConversationRow, Identity, OneTimeCode, table

CONTACT, IDENTITY, CODE = table(Contact), table(Identity), table(OneTimeCode)
CONVERSATION = table(ConversationRow)


class CodeSpentError(Exception):
    """The code was used, or has ended, since it was looked up: decide anew."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A code that was told to a conversation's address. Only its digest is kept."""

    digest: str
    purpose: str  # link | proof | erase
    conversation_id: int
    expires_at: datetime
    proves: int | None = None  # the code of the other address, for a proof


@dataclass(frozen=True, kw_only=True, slots=True)
class Living:
    """A code that is good now, and the address that it links or proves: how to speak to it."""

    id: int
    purpose: str
    conversation_id: int  # the one that the code was told to
    channel: str  # of the address that is linked by it: another one, for a proof
    account: str
    address: str
    state: str  # the conversation's, for its language


async def offer(connection: AsyncConnection, ids: Ids, offers: Sequence[Offer]) -> None:
    """Keep codes; an address has one of each purpose, the newest."""
    for one in offers:
        await connection.execute(
            delete(CODE).where(
                CODE.c.conversation_id == one.conversation_id,
                CODE.c.purpose == one.purpose,
                CODE.c.used_at.is_(None),
            )
        )
        row = {
            "id": ids.next(),
            "digest": one.digest,
            "purpose": one.purpose,
            "conversation_id": one.conversation_id,
            "proves": one.proves,
            "expires_at": one.expires_at,
        }
        await connection.execute(insert(CODE), [row])


async def living(
    connection: AsyncConnection, digests: Collection[str], now: datetime
) -> dict[str, Living]:
    """Of these codes, those that are good now."""
    if not digests:
        return {}
    theirs = CODE.alias("theirs")  # a proof stands for the code of another address
    talk = func.coalesce(theirs.c.conversation_id, CODE.c.conversation_id)
    rows = await connection.execute(
        select(
            CODE.c.digest,
            CODE.c.id,
            CODE.c.purpose,
            CODE.c.conversation_id,
            CONVERSATION.c.channel,
            CONVERSATION.c.account,
            CONVERSATION.c.address,
            CONVERSATION.c.state,
        )
        .select_from(CODE)
        .join(theirs, theirs.c.id == CODE.c.proves, isouter=True)
        .join(CONVERSATION, CONVERSATION.c.id == talk)
        .where(CODE.c.digest.in_(digests), CODE.c.used_at.is_(None), CODE.c.expires_at > now)
    )
    return {
        row["digest"]: Living(**{name: row[name] for name in row if name != "digest"})
        for row in rows.mappings()
    }


async def spend(connection: AsyncConnection, code_id: int, now: datetime) -> None:
    """Use a code. Raises: CodeSpentError when somebody was faster."""
    spent = await connection.execute(
        update(CODE)
        .where(CODE.c.id == code_id, CODE.c.used_at.is_(None), CODE.c.expires_at > now)
        .values(used_at=now)
        .returning(CODE.c.id)
    )
    if spent.scalar() is None:
        raise CodeSpentError(f"code {code_id} is spent")


async def link(
    connection: AsyncConnection, ids: Ids, talk: int, code_id: int, now: datetime
) -> int | None:
    """Link a conversation with the one whose address a code was told to; returns that one.

    A proof is spent together with the code that it proves. Two contacts become one. None when both
    addresses were linked already. Raises: CodeSpentError.
    """
    await spend(connection, code_id, now)
    row: Any = (await connection.execute(select(CODE).where(CODE.c.id == code_id))).one()
    if row.proves is not None:
        row = await _proven(connection, row.proves, now)
    other = row.conversation_id
    contacts = await _contacts(connection, [talk, other])
    if contacts.get(talk) == contacts.get(other) is not None:
        return None
    await _unite(connection, ids, {talk, other}, set(contacts.values()), now)
    return int(other)


async def _proven(connection: AsyncConnection, code_id: int, now: datetime) -> Any:
    """The code that a proof stands for: it may have ended meanwhile, but is good only once."""
    spent = await connection.execute(
        update(CODE)
        .where(CODE.c.id == code_id, CODE.c.used_at.is_(None))
        .values(used_at=now)
        .returning(CODE.c.conversation_id)
    )
    row = spent.one_or_none()
    if row is None:
        raise CodeSpentError(f"code {code_id} is spent")
    return row


async def _contacts(connection: AsyncConnection, talks: Collection[int]) -> dict[int, int]:
    rows = await connection.execute(
        select(IDENTITY.c.conversation_id, IDENTITY.c.contact_id).where(
            IDENTITY.c.conversation_id.in_(talks)
        )
    )
    return {row.conversation_id: row.contact_id for row in rows}


async def _unite(
    connection: AsyncConnection, ids: Ids, talks: set[int], contacts: set[int], now: datetime
) -> None:
    """Let these conversations, and all of these contacts, be one contact."""
    one = min(contacts) if contacts else ids.next()
    if not contacts:
        await connection.execute(insert(CONTACT), [{"id": one, "at": now}])
    others = contacts - {one}
    await connection.execute(
        update(IDENTITY).where(IDENTITY.c.contact_id.in_(others)).values(contact_id=one)
    )
    await connection.execute(delete(CONTACT).where(CONTACT.c.id.in_(others)))
    known = await _contacts(connection, talks)
    rows = [
        {"conversation_id": talk, "contact_id": one, "at": now}
        for talk in sorted(talks - set(known))
    ]
    if rows:
        await connection.execute(insert(IDENTITY), rows)


async def unlink(connection: AsyncConnection, talks: Collection[int]) -> None:
    """Let these addresses stand alone; a contact of whom one address is left is forgotten."""
    contacts = set((await _contacts(connection, talks)).values())
    await connection.execute(delete(IDENTITY).where(IDENTITY.c.conversation_id.in_(talks)))
    if not contacts:
        return
    rows = await connection.execute(
        select(IDENTITY.c.contact_id)
        .where(IDENTITY.c.contact_id.in_(contacts))
        .group_by(IDENTITY.c.contact_id)
        .having(func.count() > 1)
    )
    lonely = contacts - set(rows.scalars())
    await connection.execute(delete(IDENTITY).where(IDENTITY.c.contact_id.in_(lonely)))
    await connection.execute(delete(CONTACT).where(CONTACT.c.id.in_(lonely)))


async def linked(connection: AsyncConnection, talks: Collection[int]) -> dict[int, tuple[int, ...]]:
    """For each conversation that has any, the others of the same person."""
    if not talks:
        return {}
    mine, all_ = IDENTITY.alias("mine"), IDENTITY.alias("all_of_them")
    rows = await connection.execute(
        select(mine.c.conversation_id.label("mine"), all_.c.conversation_id.label("other"))
        .join(all_, all_.c.contact_id == mine.c.contact_id)
        .where(mine.c.conversation_id.in_(talks), all_.c.conversation_id != mine.c.conversation_id)
        .order_by(all_.c.conversation_id)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        found[row.mine].append(row.other)
    return {talk: tuple(others) for talk, others in found.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where a person can be written to, beside the conversation that asks."""

    conversation_id: int
    channel: str
    account: str
    address: str
    heard_at: datetime | None  # when he last wrote there


async def addresses(connection: AsyncConnection, talks: Collection[int]) -> dict[int, Address]:
    """The addresses of conversations that want unasked messages (no STOP)."""
    if not talks:
        return {}
    columns = CONVERSATION.c
    rows = await connection.execute(
        select(
            columns.id, columns.channel, columns.account, columns.address, columns.heard_at
        ).where(columns.id.in_(talks), columns.stopped.is_(False))
    )
    return {
        row.id: Address(
            conversation_id=row.id,
            channel=row.channel,
            account=row.account,
            address=row.address,
            heard_at=row.heard_at,
        )
        for row in rows
    }


async def forget_codes(connection: AsyncConnection, before: datetime) -> int:
    """Delete codes that ended before a moment; returns how many."""
    gone = await connection.execute(
        delete(CODE).where(CODE.c.expires_at < before).returning(CODE.c.id)
    )
    return len(gone.all())
