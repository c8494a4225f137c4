"""How each account of a channel fares, as its process last said."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.dialect import upsert
from store.ids import Ids
from store.tables import ChannelState, Task, table

STATE, TASK = table(ChannelState), table(Task)


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """What is known of one account."""

    channel: str
    account: str
    state: str  # up | held | broken | off
    detail: str
    at: datetime


async def say(connection: AsyncConnection, state: State) -> None:
    """Write how an account fares now."""
    await upsert(
        connection,
        STATE,
        [asdict(state)],
        keys=("channel", "account"),
        renew=("state", "detail", "at"),
    )


async def tell(connection: AsyncConnection, ids: Ids, state: State) -> None:
    """Let a person know: a task without a conversation."""
    reason = f"channel_broken:{state.channel}:{state.account}"
    await connection.execute(insert(TASK), [{"id": ids.next(), "reason": reason, "at": state.at}])


RELOADED = ("", "config")  # the row under which a gateway says what its last reload did


async def reloaded(connection: AsyncConnection) -> State | None:
    """What the last reload did, and when."""
    found = {(one.channel, one.account): one for one in await _read(connection)}
    return found.get(RELOADED)


async def all_of_them(connection: AsyncConnection) -> list[State]:
    """Every account that was ever served, by name."""
    return [one for one in await _read(connection) if one.channel]


async def _read(connection: AsyncConnection) -> list[State]:
    rows = await connection.execute(select(STATE).order_by(STATE.c.channel, STATE.c.account))
    return [
        State(
            channel=row.channel,
            account=row.account,
            state=row.state,
            detail=row.detail,
            at=row.at,
        )
        for row in rows
    ]
