"""Who did what in the console: written in the transaction that does it, never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from store.ids import Ids
from store.tables import Audit, table

AUDIT = table(Audit)


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """Something that somebody did. It holds ids and numbers, never a citizen's words."""

    actor: str
    act: str  # "<room>.<verb>"
    subject: str  # a ticket number, an account's name, a model's version
    at: datetime
    detail: Mapping[str, Any] = field(default_factory=dict)


async def append(connection: AsyncConnection, ids: Ids, *deeds: Deed) -> None:
    """Keep what was done."""
    rows = [
        {
            "id": ids.next(),
            "at": one.at,
            "actor": one.actor,
            "act": one.act,
            "subject": one.subject,
            "detail": json.dumps(dict(one.detail), ensure_ascii=False),
        }
        for one in deeds
    ]
    if rows:
        await connection.execute(insert(AUDIT), rows)
