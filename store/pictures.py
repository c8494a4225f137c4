"""Photos on a moderator's desk: which file one is, and what was made of it.

A photo that shows a face or a plate is not changed: what is made unreadable is a new photo beside
it, and the new one is what may be published. The old one stays for those who work on the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.complaints import COMPLAINT, EVENT, MEDIA, event_row
from store.ids import Ids
from store.media import Kept
from store.scope import Scope, within


class EditedError(ValueError):
    """The photo was made unreadable in parts: the copy is what may be published."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A kept photo of a complaint."""

    id: int
    sha256: str
    width: int  # pixels
    height: int
    by_officer: bool
    published: bool
    edited_from: int | None  # the photo that it was made of
    replaced: bool  # another was made of it: it is not published itself
    lat: float | None  # EXIF position of the citizen's photo
    lon: float | None


async def of_complaint(connection: AsyncConnection, complaint_id: int) -> tuple[Picture, ...]:
    """A complaint's photos, each followed by what was made of it."""
    rows = await connection.execute(
        select(MEDIA)
        .where(MEDIA.c.complaint_id == complaint_id, MEDIA.c.state == "kept")
        .order_by(MEDIA.c.id)
    )
    return tuple(_beside(rows.all()))


def _beside(rows: Any) -> list[Picture]:
    made = {row.edited_from for row in rows}
    ordered: list[Any] = []
    for row in rows:  # what was made is younger than what it was made of
        of = next((at for at, one in enumerate(ordered) if one.id == row.edited_from), None)
        ordered.insert(len(ordered) if of is None else of + 1, row)
    return [
        Picture(
            id=row.id,
            sha256=row.sha256,
            width=row.width,
            height=row.height,
            by_officer=row.inbox_id is None,
            published=row.published,
            edited_from=row.edited_from,
            replaced=row.id in made,
            lat=row.lat,
            lon=row.lon,
        )
        for row in ordered
    ]


async def file_of(connection: AsyncConnection, photo_id: int, scope: Scope) -> str | None:
    """The hash that names a kept photo's file; None where it is not there, or beyond the scope.

    Who sees the whole city sees photos of no complaint too: those of a conversation.
    """
    statement = select(MEDIA.c.sha256).where(MEDIA.c.id == photo_id, MEDIA.c.state == "kept")
    if not scope.whole:
        of = COMPLAINT.c.id == MEDIA.c.complaint_id
        statement = statement.join(COMPLAINT, of).where(*within(scope))
    return (await connection.execute(statement)).scalar()


async def add_edited(
    connection: AsyncConnection,
    ids: Ids,
    original: int,
    kept: Kept,
    *,
    actor: str,
    now: datetime,
    publish: bool,
) -> int:
    """Keep what was made of a photo, beside it; answers its id. The photo itself is withdrawn.

    Raises: LookupError when the photo is no complaint's (any more).
    """
    found = await connection.execute(
        select(MEDIA).where(
            MEDIA.c.id == original, MEDIA.c.state == "kept", MEDIA.c.complaint_id.is_not(None)
        )
    )
    row = found.one_or_none()
    if row is None:
        raise LookupError(f"no complaint has a photo {original}")
    number = ids.next()
    copy = {
        "id": number,
        "inbox_id": row.inbox_id,  # still the citizen's: it is erased with him
        "delivery_id": row.delivery_id,
        "channel": row.channel,
        "account": row.account,
        "ref": "",
        "state": "kept",
        "attempts": 0,
        "due_at": now,
        "sha256": kept.sha256,
        "content_type": kept.content_type,
        "width": kept.width,
        "height": kept.height,
        "complaint_id": row.complaint_id,
        "published": publish,
        "edited_from": original,
    }
    await connection.execute(insert(MEDIA), [copy])
    await connection.execute(update(MEDIA).where(MEDIA.c.id == original).values(published=False))
    body = {"photo": str(number), "from": str(original), "published": publish}
    event = event_row(ids, row.complaint_id, "photo_edited", actor, now, body)
    await connection.execute(insert(EVENT), [event])
    return number


async def check_unedited(connection: AsyncConnection, photos: Sequence[int]) -> None:
    """Refuse to publish photos of which an edited one exists. Raises: EditedError."""
    found = await connection.execute(
        select(MEDIA.c.edited_from).where(MEDIA.c.edited_from.in_(photos), MEDIA.c.state == "kept")
    )
    if made := sorted(set(found.scalars())):
        listed = ", ".join(map(str, made))
        raise EditedError(f"photo {listed}: parts were made unreadable; publish the copy instead")
