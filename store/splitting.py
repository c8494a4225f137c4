"""A message that tells of two problems: a second complaint, with a number of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.conversation import Status
from nlu.categories import categories
from nlu.learning import labels
from nlu.slots.personal import masked
from store import progress, revisions
from store.complaints import COMPLAINT, EVENT, agency_of, event_row, where
from store.correcting import Done, Mark
from store.corrections import CORRECTION, row_of
from store.ids import Ids
from store.said import Said
from store.scope import EVERYTHING, Scope
from store.taking import REGRET, Taking

_SAME = ("anonymous", "channel", "conversation_id", "engine", "filed_at", "filed_by")


class NotHisWordsError(ValueError):
    """A second complaint may only have words that its citizen wrote."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Half:
    """The second complaint of a message that tells of two."""

    ticket: str  # a fresh number
    category: str
    text: str = ""  # its part of the words; "": all of them


async def split(
    connection: AsyncConnection,
    ids: Ids,
    mark: Mark,
    half: Half,
    *,
    actor: str,
    now: datetime,
    scope: Scope = EVERYTHING,
) -> Done:
    """Make a second complaint of the same message; its citizen is told the number.

    It stands at the same place; photos, and whoever joined, stay with the first one. What is
    learnt of it: the whole text tells of both categories.

    Raises: LookupError, ConflictError, UnknownLabelError, NotHisWordsError; IntegrityError when
    the fresh number is taken.
    """
    complaint = await revisions.unchanged(connection, mark.ticket, mark.rev, scope)
    both = Said(categories=(complaint.category, half.category))
    both.check()
    if labels.NOT_A_COMPLAINT in both.categories:
        raise labels.UnknownLabelError(f"{labels.NOT_A_COMPLAINT} is no second complaint")
    second = _second(ids, complaint, half, now)
    await connection.execute(insert(COMPLAINT), [second])
    origin = {"reason": "split", "other": complaint.ticket}
    made = event_row(ids, second["id"], "split_from", actor, now, origin)
    left = event_row(ids, complaint.id, "split", actor, now, {"into": half.ticket})
    await connection.execute(insert(EVENT), [made, left])
    await progress.tell(connection, ids, second["id"], made["id"], now, after=REGRET)
    taking = Taking(complaint_id=complaint.id, was={}, now={}, events=(made["id"], left["id"]))
    row = row_of(ids, both, complaint, taking=taking, actor=actor, now=now, split_into=second["id"])
    await connection.execute(insert(CORRECTION), [row])
    return Done(ticket=mark.ticket, correction=row["id"], changed=True)


def _second(ids: Ids, complaint: Any, half: Half, now: datetime) -> dict[str, Any]:
    place = {name: getattr(complaint, name) for name in where(None)}
    return {
        **{name: getattr(complaint, name) for name in _SAME},
        **place,
        "id": ids.next(),
        "ticket": half.ticket,
        "status": Status.OPEN.value,
        "category": half.category,
        "confidence": 1.0,  # a person said so
        "text": part_of(complaint.text, half.text),
        "slots": "{}",  # answers were about the first one
        "emergency": categories()[half.category].emergency,
        "complete": True,
        "updated_at": now,
        "agency": agency_of(half.category),
        "checked": True,
    }


def part_of(text: str, part: str) -> str:
    """The part of a text that a moderator chose, whole where he chose none or all of it.

    He may have read it with personal data masked: then its part is masked as well.
    Raises: NotHisWordsError.
    """
    words, whole, veiled = (" ".join(one.split()) for one in (part, text, masked(text)))
    if words in ("", whole, veiled):
        return text
    if words not in whole and words not in veiled:
        raise NotHisWordsError("the second report may only have words that the citizen wrote")
    return part.strip()
