"""What a channel must be able to do: three shapes of intake, one way to send.

`channels/<name>/adapter.py` defines two names and nothing else that the gateway looks for:

* `Settings`: a pydantic model (extra="forbid") of what config.yml says under
  `channels.<name>`; a secret is given as the *name* of an environment variable.
* `Adapter(account, settings)`: a class, or a function that chooses one; what it makes implements
  `Channel`, and one or more of `Webhook`, `Puller`, `Listener`, `Site`.

`verify`, `parse`, `acknowledge` and `render` are pure: no clock, no network, no store. So a
delivery can be parsed again from the journal, years later, with the same result.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from aiohttp import web

from channels.message import InboundMessage, MediaRef, Moved, OutboundMessage, Part, Receipt


@dataclass(frozen=True, kw_only=True, slots=True)
class Raw:
    """A delivery as it came: what the journal keeps, and all that `parse` may look at."""

    body: bytes
    received_at: datetime  # aware, UTC
    envelope: Mapping[str, str] = field(default_factory=dict)
    """HTTP header names in lower case, or what the protocol says beside the body
    (`mail-from`, `rcpt-to`, `session`). Secrets are left out by `kept_headers`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """What one delivery held. Good items survive a bad neighbour."""

    messages: tuple[InboundMessage, ...] = ()
    parts: tuple[Part, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    moved: tuple[Moved, ...] = ()
    ignored: tuple[str, ...] = ()  # a reason each, without personal data: "sticker", "group chat"
    malformed: tuple[str, ...] = ()  # a reason each: kept as a dead letter


class Outcome(StrEnum):
    """What T1 did with a message."""

    WRITTEN = "written"
    DUPLICATE = "duplicate"
    PART = "part"
    IGNORED = "ignored"
    DEAD = "dead"


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """T1 has committed: the delivery is on disk and may be acknowledged."""

    received: Received
    outcomes: tuple[Outcome, ...]  # of messages, then parts, ignored and malformed, in order


class Accept(Protocol):
    """T1, as an adapter sees it: journal and inbox on disk when it returns.

    Raises StoreAway when the store cannot take it: answer the protocol's own "try again"
    (503, 451). Raises Malformed never: what cannot be parsed is kept as a dead letter.
    """

    def __call__(self, raw: Raw) -> Awaitable[Accepted]: ...

    def awake(self, address: str) -> Awaitable[None]:
        """Tell the gateway that `address` can be reached again: parked messages go out."""
        ...


class StoreAway(Exception):  # noqa: N818 - says what is the case, not that it is an error
    """The store cannot take a delivery now; the provider must try again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Caps:
    """What a channel can carry; dialogs and rendering go by this, never by a channel's name."""

    text_limit: int  # in `text_unit`, for one wire message; `render` splits beyond it
    text_unit: Literal["characters", "utf16", "septets", "bytes"] = "characters"
    media: bool = True  # photos can come in
    photos_out: bool = False  # photos can be sent; the adapter is `Showing`
    location: bool = False  # a native pin can come in
    buttons: int = 0  # choices shown as buttons; 0 means numbers in the text
    public: bool = False  # strangers read along
    receipts: bool = False
    reply_window: timedelta | None = None  # after a citizen's message; None: at any time
    templates: frozenset[str] = frozenset()  # phrases that may be sent outside the window
    guarded: bool = True  # floods and loops are braked; False where nobody can flood
    unasked: bool = True  # may be written to without having asked: reminders, updates
    per_second: float = 0  # wire parts that the provider takes of an account; 0: no limit known
    burst: int = 1  # of them at once after a rest
    per_address_s: float = 0  # seconds between two wire parts to one address
    per_address_burst: int = 1  # of them at once after a rest
    idempotent: bool = False  # the provider knows our key: sent again is not sent twice
    forgeable: bool = False  # a sender can be forged: what matters is proven by a code sent there


def may_write(caps: Caps, heard_at: datetime | None, at: datetime) -> bool:
    """Whether a channel lets us write freely at a moment. `heard_at`: when the citizen last did."""
    if caps.reply_window is None:
        return caps.unasked
    return caps.unasked and heard_at is not None and at - heard_at < caps.reply_window


@dataclass(frozen=True, kw_only=True, slots=True)
class WirePart:
    """One provider request, ready to send."""

    method: str  # the provider's name for it: "sendMessage", "smtp"
    body: Mapping[str, Any]  # JSON-able; bytes as base64


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """The provider took it."""

    provider_id: str = ""  # receipts name it
    moved: Moved | None = None  # the provider said that the address has become another


@dataclass(frozen=True, kw_only=True, slots=True)
class Retry:
    """Not now. `after` is the provider's own word; None leaves it to our backoff."""

    detail: str
    after: timedelta | None = None
    account: bool = False  # `after` holds for the whole account, not for this address alone


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Never: dead letter at once. `blocked` says that the citizen shut the door himself."""

    detail: str
    blocked: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """The connection broke after the request went out: it may have arrived."""

    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Parked:
    """Nobody listens at this address now; kept until `Accept.awake(address)`."""


SendOutcome = Sent | Retry | Refused | Unknown | Parked


@runtime_checkable
class Channel(Protocol):
    """All of them: parse what came, render and send what goes."""

    caps: Caps

    def parse(self, raw: Raw) -> Received:
        """Read one delivery. Pure. Raises Malformed when nothing in it can be read."""
        ...

    def render(self, message: OutboundMessage) -> list[WirePart]:
        """Dress a message for the wire, split to the channel's limits. Pure."""
        ...

    async def send(self, part: WirePart) -> SendOutcome:
        """Send one part. Never raises for what the provider did; Misconfigured may be raised."""
        ...

    def fetch(self, media: MediaRef, raw: Raw) -> AsyncIterator[bytes]:
        """Stream an attachment; `raw` is its delivery, for channels that carry media inside.

        Raises Unreachable (retry), Refused (never).
        """
        ...

    async def start(self) -> None:
        """Open what sending and fetching need. Raises Misconfigured, Unreachable."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class Mixed(Protocol):
    """One account speaks in public with some addresses, and in private with others."""

    def caps_of(self, address: str) -> Caps:
        """What this address can carry. Pure."""
        ...


def caps_of(adapter: Channel, address: str) -> Caps:
    """What an address can carry on this channel."""
    return adapter.caps_of(address) if isinstance(adapter, Mixed) else adapter.caps


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What a webhook answers."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"


@runtime_checkable
class Webhook(Protocol):
    """The provider calls us at `/channels/<name>/<account>` (POST)."""

    kept_headers: frozenset[str]  # lower case; the only headers that reach the journal

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Constant time. False answers an empty 401. Header names in lower case."""
        ...

    def acknowledge(self, accepted: Accepted) -> Reply:
        """What to answer, once T1 has committed. Pure."""
        ...


@runtime_checkable
class Challenged(Protocol):
    """A webhook whose provider asks, by GET at the same address, whether we are who we say."""

    def challenge(self, query: Mapping[str, str]) -> Reply | None:
        """The answer that proves us; None answers an empty 401. Pure but for the secret."""
        ...


@runtime_checkable
class Puller(Protocol):
    """We call the provider, in a loop that the gateway runs."""

    async def pull(self, cursor: str | None) -> tuple[list[Raw], str | None]:
        """Wait for news. The gateway stores the new cursor in the T1 that keeps the deliveries.

        Raises Throttled, Unreachable, Misconfigured.
        """
        ...


@runtime_checkable
class Listener(Protocol):
    """We listen on a port of our own (SMTP, SMPP)."""

    async def listen(self, accept: Accept) -> None:
        """Open the port and return; acknowledge a delivery only after `accept` returns."""
        ...


@runtime_checkable
class Bind(Protocol):
    """We hold a session with the provider (an SMPP bind, a stream): one process at a time.

    Deliveries come over it, and whatever `send` needs of it is there while it is held.
    """

    async def hold(self, accept: Accept) -> None:
        """Open the session and serve it until cancelled, or until it breaks.

        Acknowledge a delivery only after `accept` returns. Raises Throttled, Unreachable,
        Misconfigured when the session breaks: it is opened again after a while.
        """
        ...


@runtime_checkable
class Checked(Protocol):
    """The channel can say whether its account works, beside or without a running gateway."""

    async def check(self) -> str:
        """Ask the provider who we are; needs no `start`, changes nothing, takes no message.

        Answers a sentence for the operator: "@kanal_bot, reads by polling". Raises Misconfigured or
        Unreachable, whose detail says what is wrong and what to do.
        """
        ...


@runtime_checkable
class Site(Protocol):
    """The channel serves pages or sockets at the gateway's own door (web chat, card)."""

    def routes(self, accept: Accept) -> Iterable[web.AbstractRouteDef]:
        """All below `/channels/<name>/`, but for `/` (web chat) and `/c/` (card)."""
        ...


Photos = Callable[[str], Awaitable[bytes | None]]
"""A reference of `OutboundMessage.photos` to a JPEG; None when it may not be sent any more."""


@runtime_checkable
class Showing(Protocol):
    """The channel sends photos: `caps.photos_out`. `render` names references, `send` reads them."""

    def use_photos(self, photos: Photos) -> None:
        """Called once before `start`."""
        ...


@runtime_checkable
class Attended(Protocol):
    """People come and go (open sockets); `send` answers Parked where nobody listens here."""

    def present(self) -> Collection[str]:
        """Addresses that this process can reach now: what is parked for them is sent again."""
        ...


@runtime_checkable
class Filing(Protocol):
    """The channel writes files of its own (a maildir); all below the folder that it is given."""

    def use_folder(self, folder: Path) -> None:
        """Called once before `start` with `<var>/<channel>`; the folder may not exist yet."""
        ...


@runtime_checkable
class Keyed(Protocol):
    """The channel signs something of its own (a link, an address)."""

    def use_key(self, key: bytes) -> None:
        """Called once before `start`: 32 bytes, this channel's own, the same after a restart."""
        ...


@runtime_checkable
class Proxied(Protocol):
    """The channel tells apart who asks for its pages (`channels.pages.client_of`)."""

    def use_proxy(self, *, behind_proxy: bool) -> None:
        """Called once before `routes`: whether a proxy of ours stands before the gateway's door."""
        ...


class CardState(StrEnum):
    """Whether a card can still be answered."""

    OPEN = "open"
    USED = "used"  # answered, once and for all
    EXPIRED = "expired"
    ENDED = "ended"  # its question has been answered otherwise, or given up


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A question that may be answered on a page, once, and the conversation that asked it."""

    id: str
    state: CardState
    channel: str  # of the conversation, as are account, address and thread
    account: str
    address: str = field(repr=False)  # personal data: never on the page
    thread: Mapping[str, str] = field(default_factory=dict, repr=False)
    locale: str = "id"


class Desk(Protocol):
    """Where a channel asks what a card stands for."""

    async def card(self, card_id: str) -> Card | None:
        """The card, None when there never was one. Raises StoreAway."""
        ...


@runtime_checkable
class Carder(Protocol):
    """The channel serves cards: other channels' questions on a page with a map.

    The gateway offers its links where a channel has no native positions.
    """

    lifetime: timedelta  # of a card, from its offer on

    def use_desk(self, desk: Desk) -> None:
        """Called once before `start`."""
        ...

    def path(self, card_id: str) -> str:
        """Where the page of a new card is, below `public.url`: "/c/...". Nobody can guess it."""
        ...
