"""Attachments: references at T1, fetched later, joined to the turn that waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.message import InboundMessage, MediaRef
from store import legible
from store.codec import load
from store.tables import Complaint, ConversationRow, Inbox, Media, table

MEDIA, INBOX, CONVERSATION = table(Media), table(Inbox), table(ConversationRow)
COMPLAINT = table(Complaint)


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """What is known of an attachment now."""

    id: int
    state: str  # pending | kept | refused
    reason: str  # phrase key when refused, else ""
    lat: float | None  # EXIF position
    lon: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """An attachment to be fetched."""

    id: int
    inbox_id: int
    delivery_id: int
    channel: str
    account: str
    ref: MediaRef
    attempts: int


class PhotoRefusedError(Exception):
    """An attachment cannot be kept; `phrase` names the sentence that says why."""

    def __init__(self, phrase: str) -> None:
        super().__init__(phrase)
        self.phrase = phrase


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A photo under var/media: pixels only, upright, without metadata."""

    sha256: str  # of the file as kept; its name
    content_type: str
    width: int  # pixels
    height: int
    lat: float | None = None  # EXIF position, read before it was stripped
    lon: float | None = None


async def of_messages(
    connection: AsyncConnection, inbox_ids: Sequence[int]
) -> dict[int, tuple[Attachment, ...]]:
    """The attachments of each message, in the order that they came."""
    rows = await connection.execute(
        select(MEDIA)
        .where(MEDIA.c.inbox_id.in_(inbox_ids), MEDIA.c.edited_from.is_(None))
        .order_by(MEDIA.c.id)
    )
    found: dict[int, tuple[Attachment, ...]] = {}
    for row in rows:
        one = Attachment(
            id=row.id, state=row.state, reason=row.reason or "", lat=row.lat, lon=row.lon
        )
        found[row.inbox_id] = (*found.get(row.inbox_id, ()), one)
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Filed:
    """A kept photo of a complaint."""

    id: int
    by_officer: bool
    published: bool


async def of_complaint(connection: AsyncConnection, ticket: str) -> list[Filed]:
    """The photos of a complaint, oldest first."""
    rows = await connection.execute(
        select(MEDIA.c.id, MEDIA.c.inbox_id, MEDIA.c.published)
        .join(COMPLAINT, COMPLAINT.c.id == MEDIA.c.complaint_id)
        .where(COMPLAINT.c.ticket == ticket, MEDIA.c.state == "kept")
        .order_by(MEDIA.c.id)
    )
    return [
        Filed(id=row.id, by_officer=row.inbox_id is None, published=row.published) for row in rows
    ]


async def claim(
    connection: AsyncConnection,
    account: tuple[str, str],
    *,
    now: datetime,
    lease_for: timedelta,
    most: int,
) -> list[Wanted]:
    """Take an account's attachments that are due; nobody else takes them until the lease ends."""
    due = (
        select(MEDIA.c.id)
        .where(
            MEDIA.c.channel == account[0],
            MEDIA.c.account == account[1],
            MEDIA.c.state == "pending",
            MEDIA.c.due_at <= now,
        )
        .order_by(MEDIA.c.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    rows = await connection.execute(
        update(MEDIA)
        .where(MEDIA.c.id.in_(due))
        .values(due_at=now + lease_for, attempts=MEDIA.c.attempts + 1)
        .returning(*MEDIA.c)
    )
    return [_wanted(row) for row in sorted(rows, key=lambda row: row.id)]


def _wanted(row: Any) -> Wanted:
    return Wanted(
        id=row.id,
        inbox_id=row.inbox_id,
        delivery_id=row.delivery_id,
        channel=row.channel,
        account=row.account,
        ref=load(MediaRef, row.ref),
        attempts=row.attempts,
    )


async def keep(connection: AsyncConnection, wanted: Wanted, kept: Kept, now: datetime) -> None:
    """Record a photo that is on disk, and let its message go on.

    One whose sender was forgotten meanwhile stays forgotten; its file is swept away.
    """
    await connection.execute(
        update(MEDIA)
        .where(MEDIA.c.id == wanted.id, MEDIA.c.ref != "")
        .values(
            state="kept",
            sha256=kept.sha256,
            content_type=kept.content_type,
            width=kept.width,
            height=kept.height,
            lat=kept.lat,
            lon=kept.lon,
        )
    )
    await _let_go(connection, wanted.inbox_id, now)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """The message of an attachment, when it was answered before the attachment was settled."""

    conversation_id: int
    channel: str
    account: str
    address: str
    state: str  # the conversation's, for its language
    message: InboundMessage


async def refuse(
    connection: AsyncConnection, wanted: Wanted, reason: str, now: datetime
) -> Answered | None:
    """Record that an attachment will never be kept; `reason` is the phrase for the citizen.

    Returns whom to tell, when the turn that would have told him is over.
    """
    await connection.execute(
        update(MEDIA)
        .where(MEDIA.c.id == wanted.id, MEDIA.c.ref != "")
        .values(state="refused", reason=reason)
    )
    await _let_go(connection, wanted.inbox_id, now)
    columns = CONVERSATION.c
    row = (
        await connection.execute(
            select(
                columns.id,
                columns.channel,
                columns.account,
                columns.address,
                columns.state,
                INBOX.c.message,
            )
            .join(INBOX, INBOX.c.conversation_id == columns.id)
            .where(
                INBOX.c.id == wanted.inbox_id,
                INBOX.c.state == "done",
                columns.erasure_id.is_(None),
            )
        )
    ).one_or_none()
    if row is None:
        return None
    return Answered(
        conversation_id=row.id,
        channel=row.channel,
        account=row.account,
        address=row.address,
        state=row.state,
        message=legible.heard(row.message),
    )


async def again(connection: AsyncConnection, wanted: Wanted, at: datetime, attempts: int) -> None:
    """Try to fetch it again at `at`, after so many attempts that count."""
    await connection.execute(
        update(MEDIA)
        .where(MEDIA.c.id == wanted.id, MEDIA.c.state == "pending")
        .values(due_at=at, attempts=attempts)
    )


async def _let_go(connection: AsyncConnection, inbox_id: int, now: datetime) -> None:
    """A message waits for its last attachment, and for others to join it, not longer."""
    open_ones = select(MEDIA.c.id).where(MEDIA.c.inbox_id == inbox_id, MEDIA.c.state == "pending")
    await connection.execute(
        update(INBOX)
        .where(
            INBOX.c.id == inbox_id,
            INBOX.c.state == "pending",
            INBOX.c.due_at > now,
            ~open_ones.exists(),
        )
        .values(due_at=case((INBOX.c.quiet_at > now, INBOX.c.quiet_at), else_=now))
    )
