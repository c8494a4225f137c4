"""What stands beside a report: its conversation, and its neighbours in place and time."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from store import around, transcript
from store.around import Look, Neighbour
from store.dossier import Dossier
from store.scope import EVERYTHING, Scope
from store.transcript import Utterance

RADIUS_M = 300  # neighbours lie within so many metres
AROUND = timedelta(days=30)  # and so long before and after


async def said(connection: AsyncConnection, found: Dossier, scope: Scope) -> list[Utterance]:
    """The conversation; for an officer what concerns this report alone. Not veiled yet."""
    heard = await transcript.utterances(connection, found.conversation_id)
    if scope == EVERYTHING:
        return heard
    return transcript.about(heard, found.ticket, found.telling, found.told_later)


async def near(connection: AsyncConnection, found: Dossier, scope: Scope) -> tuple[Neighbour, ...]:
    """Reports around it within the scope, the nearest first; none where it has no place."""
    if found.lat is None or found.lon is None:
        return ()
    look = Look(lat=found.lat, lon=found.lon, radius_m=RADIUS_M, at=found.filed_at, within=AROUND)
    return await around.around(connection, look, scope, but=found.ticket)
