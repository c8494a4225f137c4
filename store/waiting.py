"""Predictions that no moderator has spoken of: what the learning queue chooses from."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from nlu.normalise import MAX_CHARS
from nlu.understanding import Understanding
from store import legible
from store.codec import load
from store.corrections import stands
from store.tables import Complaint, Correction, Inbox, Prediction, table

CORRECTION, COMPLAINT = table(Correction), table(Complaint)
INBOX, PREDICTION = table(Inbox), table(Prediction)


@dataclass(frozen=True, kw_only=True, slots=True)
class Predicted:
    """A message and what an engine said of it."""

    inbox_id: int
    ticket: str | None  # of the complaint that tells this text
    text: str  # as written, at most MAX_CHARS: mask it before it is shown
    understanding: Understanding


async def uncorrected(connection: AsyncConnection, most: int) -> list[Predicted]:
    """The newest messages with words and a prediction that nobody corrected, newest first."""
    corrected = select(CORRECTION.c.inbox_id).where(CORRECTION.c.inbox_id == INBOX.c.id, stands())
    rows = (
        await connection.execute(
            select(
                INBOX.c.id,
                INBOX.c.conversation_id,
                INBOX.c.message,
                PREDICTION.c.understanding,
                PREDICTION.c.text.label("read"),
            )
            .join(PREDICTION, PREDICTION.c.inbox_id == INBOX.c.id)
            .where(PREDICTION.c.category.is_not(None), ~corrected.exists())
            .order_by(INBOX.c.id.desc())
            .limit(most)
        )
    ).all()
    told = await _told(connection, {row.conversation_id for row in rows})
    found = []
    for row in rows:
        text = (row.read or legible.heard(row.message).text)[:MAX_CHARS]
        mine = [(ticket, done) for ticket, whole, done in told[row.conversation_id]
                if text and text in whole]  # fmt: skip
        if not text.strip() or any(done for _, done in mine):
            continue
        found.append(
            Predicted(
                inbox_id=row.id,
                ticket=mine[-1][0] if mine else None,
                text=text,
                understanding=load(Understanding, row.understanding),
            )
        )
    return found


async def _told(
    connection: AsyncConnection, talks: set[int]
) -> dict[int, list[tuple[str, str, bool]]]:
    """Ticket, text, and whether it has been corrected, of each conversation's complaints."""
    mine = CORRECTION.c.complaint_id == COMPLAINT.c.id
    corrected = select(CORRECTION.c.id).where(mine, stands()).exists()
    rows = await connection.execute(
        select(
            COMPLAINT.c.conversation_id,
            COMPLAINT.c.ticket,
            COMPLAINT.c.text,
            corrected.label("done"),
        )
        .where(COMPLAINT.c.conversation_id.in_(talks))
        .order_by(COMPLAINT.c.id)
    )
    found: dict[int, list[tuple[str, str, bool]]] = defaultdict(list)
    for row in rows:
        found[row.conversation_id].append((row.ticket, row.text, bool(row.done)))
    return found
