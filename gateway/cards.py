"""Cards at the gateway: offered by the worker, looked up by the channel that serves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random

from channels.adapter import Caps, Card, Carder, CardState, Channel, StoreAway
from dialogs import cards as rules
from dialogs import codec
from dialogs.conversation import Card as LiveCard
from dialogs.conversation import Conversation, Offer
from store import cards
from store.database import Database, StoreError

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # no i, l, o, u: can be read out and typed
_LENGTH = 10  # 50 bits


def new_id(random: Random) -> str:
    """Draw a card's id. `random` must be one that nobody can foresee (SystemRandom)."""
    return "".join(random.choices(_ALPHABET, k=_LENGTH))


@dataclass(frozen=True, kw_only=True, slots=True)
class Offers:
    """What a turn may offer, by the channel that serves cards; nothing where there is none."""

    accounts: Mapping[tuple[str, str], Channel]  # live: a channel may come and go
    public_url: str  # as citizens reach the door; no slash at its end

    def to(
        self,
        conversation: Conversation,
        caps: Caps,
        *,
        by_card: str,
        at: datetime,
        random: Random,
    ) -> Offer | None:
        """The card that a turn may offer: the live one again, else a new one.

        None where a citizen can send a position, or nobody serves cards.
        """
        if caps.location:
            return None
        carder = next((one for one in self.accounts.values() if isinstance(one, Carder)), None)
        if carder is None:
            return None
        card = rules.live(conversation, at, by_card) or LiveCard(
            id=new_id(random), expires_at=at + carder.lifetime
        )
        return Offer(card=card, url=self.public_url + carder.path(card.id))


@dataclass(frozen=True, slots=True)
class CardDesk:
    """See `channels.adapter.Desk`."""

    database: Database
    now: Callable[[], datetime]

    async def card(self, card_id: str) -> Card | None:
        try:
            async with self.database.read() as connection:
                dealt = await cards.find(connection, card_id)
        except StoreError as error:
            raise StoreAway(str(error)) from error
        if dealt is None:
            return None
        conversation = codec.load(dealt.state)
        return Card(
            id=dealt.id,
            state=_state(dealt, conversation, self.now()),
            channel=dealt.channel,
            account=dealt.account,
            address=dealt.address,
            thread=dealt.thread,
            locale=conversation.locale,
        )


def _state(dealt: cards.Dealt, conversation: Conversation, now: datetime) -> CardState:
    live = conversation.card is not None and conversation.card.id == dealt.id
    if dealt.used:
        return CardState.USED
    if dealt.expires_at <= now:
        return CardState.EXPIRED
    return CardState.OPEN if live else CardState.ENDED
