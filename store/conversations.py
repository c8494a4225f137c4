"""Conversations: made at the first message, locked by a lease while a turn is decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.message import Moved
from store.dialect import insert_or_ignore
from store.ids import Ids
from store.tables import ConversationRow, table

CONVERSATION = table(ConversationRow)

Address = tuple[str, str, str]  # channel, account, address


async def ensure(
    connection: AsyncConnection, ids: Ids, addresses: Iterable[Address], now: datetime
) -> dict[Address, int]:
    """Return the conversation id of each address, making those that are new."""
    wanted = set(addresses)
    found = await _ids_of(connection, wanted)
    if missing := wanted - found.keys():
        made = {ids.next(): address for address in sorted(missing)}
        rows = [
            {
                "id": number,
                "channel": channel,
                "account": account,
                "address": address,
                "state": "",
                "stopped": False,
                "handed_over": False,
                "updated_at": now,
            }
            for number, (channel, account, address) in made.items()
        ]
        new = await insert_or_ignore(connection, CONVERSATION, rows)
        found |= {made[number]: number for number in new}
        if len(found) < len(wanted):  # another process made them in between
            found |= await _ids_of(connection, wanted - found.keys())
    return found


async def find(connection: AsyncConnection, address: Address) -> int | None:
    """The conversation with an address, None before its first message."""
    return (await _ids_of(connection, {address})).get(address)


async def move(connection: AsyncConnection, moves: Iterable[Moved]) -> None:
    """Let conversations go on under the address that theirs has become.

    Where somebody has written from the new address before we knew of the move, that conversation
    stays, and the old one with it: two talks cannot be made one.
    """
    for one in moves:
        columns = CONVERSATION.c
        behind = columns.address.startswith(f"{one.old}:", autoescape=True)
        rows = await connection.execute(
            select(columns.id, columns.address).where(
                columns.channel == one.channel,
                columns.account == one.account,
                or_(columns.address == one.old, behind),
            )
        )
        targets = {row.id: one.new + row.address[len(one.old) :] for row in rows}
        wanted = {(one.channel, one.account, target) for target in targets.values()}
        taken = {address for _, _, address in await _ids_of(connection, wanted)}
        for number, target in targets.items():
            if target not in taken:
                await connection.execute(
                    update(CONVERSATION).where(columns.id == number).values(address=target)
                )


async def _ids_of(connection: AsyncConnection, wanted: set[Address]) -> dict[Address, int]:
    by_account: dict[tuple[str, str], list[str]] = defaultdict(list)
    for channel, account, address in sorted(wanted):
        by_account[channel, account].append(address)
    found: dict[Address, int] = {}
    for (channel, account), addresses in by_account.items():
        rows = await connection.execute(
            select(CONVERSATION.c.address, CONVERSATION.c.id).where(
                CONVERSATION.c.channel == channel,
                CONVERSATION.c.account == account,
                CONVERSATION.c.address.in_(addresses),
            )
        )
        found |= {(channel, account, row.address): row.id for row in rows}
    return found


async def lease(
    connection: AsyncConnection,
    conversation_ids: Sequence[int],
    *,
    owner: str,
    until: datetime,
    now: datetime,
) -> set[int]:
    """Take the conversations that nobody holds; returns those that are ours now."""
    free = (
        select(CONVERSATION.c.id)
        .where(CONVERSATION.c.id.in_(conversation_ids), _unheld(now))
        .with_for_update(skip_locked=True)
    )
    taken = await connection.execute(
        update(CONVERSATION)
        .where(CONVERSATION.c.id.in_(free))
        .values(lease_owner=owner, lease_until=until)
        .returning(CONVERSATION.c.id)
    )
    return set(taken.scalars())


async def held(
    connection: AsyncConnection, conversation_ids: Sequence[int], owner: str
) -> set[int]:
    """Of these, the ones whose lease is still ours; locked until the transaction ends."""
    rows = await connection.execute(
        select(CONVERSATION.c.id)
        .where(CONVERSATION.c.id.in_(conversation_ids), CONVERSATION.c.lease_owner == owner)
        .with_for_update()
    )
    return set(rows.scalars())


async def release(connection: AsyncConnection, conversation_ids: Sequence[int], owner: str) -> None:
    """Give our leases back without having decided anything."""
    await connection.execute(
        update(CONVERSATION)
        .where(CONVERSATION.c.id.in_(conversation_ids), CONVERSATION.c.lease_owner == owner)
        .values(lease_owner=None, lease_until=None)
    )


async def shut(connection: AsyncConnection, conversation_ids: Sequence[int]) -> None:
    """These citizens have blocked us: nothing unasked, until they write again."""
    if conversation_ids:
        await connection.execute(
            update(CONVERSATION).where(CONVERSATION.c.id.in_(conversation_ids)).values(stopped=True)
        )


async def states(connection: AsyncConnection, channel: str) -> list[str]:
    """The state of every conversation on a channel, as dialogs dumped it."""
    rows = await connection.execute(
        select(CONVERSATION.c.state).where(CONVERSATION.c.channel == channel)
    )
    return [state for state in rows.scalars() if state]


def _unheld(now: datetime) -> ColumnElement[bool]:
    return or_(CONVERSATION.c.lease_until.is_(None), CONVERSATION.c.lease_until <= now)
