"""Other addresses of citizens whose channel may be shut to us by now: looked up before a step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from channels.adapter import Caps, caps_of
from gateway.dispatch import Accounts
from gateway.reach import Elsewhere
from gateway.turns import abilities_of
from store import people
from store.inbox import CLOCK, Claimed

_OFF = Caps(text_limit=1, unasked=False)  # of a channel that is switched off


async def of(
    connection: AsyncConnection,
    accounts: Accounts,
    claimed: Sequence[Claimed],
    linked: Mapping[int, Sequence[int]],
) -> dict[int, tuple[Elsewhere, ...]]:
    """By conversation, for those that the clock wakes on a channel with a reply window."""
    shut = {one.conversation_id for one in claimed if _may_be_shut(accounts, one)}
    others = {talk: linked[talk] for talk in shut if talk in linked}
    found = await people.addresses(connection, {one for some in others.values() for one in some})
    return {
        talk: tuple(_reached(accounts, found[one]) for one in some if one in found)
        for talk, some in others.items()
    }


def _may_be_shut(accounts: Accounts, one: Claimed) -> bool:
    adapter = accounts.get((one.channel, one.account))
    window = caps_of(adapter, one.address).reply_window if adapter else None
    return one.message.channel == CLOCK and window is not None


def _reached(accounts: Accounts, other: people.Address) -> Elsewhere:
    adapter = accounts.get((other.channel, other.account))
    caps = caps_of(adapter, other.address) if adapter else _OFF
    return Elsewhere(
        conversation_id=other.conversation_id,
        channel=other.channel,
        account=other.account,
        address=other.address,
        caps=caps,
        abilities=abilities_of(caps),
        heard_at=other.heard_at,
    )
