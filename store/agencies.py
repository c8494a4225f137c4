"""Which agency acts on a complaint: by a rule, or by a person's hand.

The rules themselves are the city's (console/answer/agencies.py); what comes in here is a function
that applies them. A hand's word is final: no rule changes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.assignment import HAND, Assign, Case
from store.complaints import COMPLAINT, EVENT, event_row
from store.ids import Ids

ASSIGNED = "assigned"  # kind of the event


async def assign(
    connection: AsyncConnection,
    ids: Ids,
    ticket: str,
    agency: str | None,
    *,
    actor: str,
    now: datetime,
) -> bool:
    """Assign by hand; None gives it to nobody. False when it stood so already.

    Raises: LookupError for an unknown ticket.
    """
    row = await _locked(connection, ticket)
    if row.agency == agency and row.agency_rule == HAND:
        return False
    await _write(connection, ids, row, agency, HAND, actor=actor, now=now)
    return True


async def assign_anew(
    connection: AsyncConnection, tickets: Sequence[str], rules: Assign, now: datetime
) -> int:
    """Apply the rules again, after category or place was corrected; returns how many changed.

    What was assigned by hand stays. It follows from the correction, in whose transaction it is
    done, so that it has no event of its own. A ticket that does not exist is passed over.
    """
    if not tickets:  # most turns place nothing
        return 0
    found = await connection.execute(_rows(tickets))
    changed = [
        {"b_id": row.id, "agency": agency, "agency_rule": rule}
        for row in found
        if row.agency_rule != HAND
        for agency, rule in (_found(row, rules),)
        if (agency, rule) != (row.agency, row.agency_rule)
    ]
    if changed:
        await connection.execute(
            update(COMPLAINT)
            .where(COMPLAINT.c.id == bindparam("b_id"))
            .values(
                agency=bindparam("agency"), agency_rule=bindparam("agency_rule"), updated_at=now
            ),
            changed,
        )
    return len(changed)


async def let_go(
    connection: AsyncConnection, ids: Ids, ticket: str, rules: Assign, *, actor: str, now: datetime
) -> bool:
    """Give a complaint back to the rules; False when they had it and say nothing new.

    Raises: LookupError for an unknown ticket.
    """
    row = await _locked(connection, ticket)
    found = _found(row, rules)
    if found == (row.agency, row.agency_rule):
        return False
    await _write(connection, ids, row, *found, actor=actor, now=now)
    return True


def _found(row: Any, rules: Assign) -> tuple[str | None, str]:
    areas = {level: getattr(row, level) for level in ("kota", "kecamatan", "kelurahan")}
    found = rules(Case(category=row.category, **areas))
    return (found.agency, found.rule) if found else (None, "")


async def _locked(connection: AsyncConnection, ticket: str) -> Any:
    row = (await connection.execute(_rows([ticket]))).one_or_none()
    if row is None:
        raise LookupError(f"no complaint has the number {ticket}")
    return row


def _rows(tickets: Sequence[str]) -> Select[Any]:
    """What the rules look at, held until the transaction ends; always in the same order."""
    columns = COMPLAINT.c
    return (
        select(
            columns.id,
            columns.category,
            columns.kota,
            columns.kecamatan,
            columns.kelurahan,
            columns.agency,
            columns.agency_rule,
        )
        .where(columns.ticket.in_(tickets))
        .order_by(columns.id)
        .with_for_update()
    )


async def _write(
    connection: AsyncConnection,
    ids: Ids,
    row: Any,
    agency: str | None,
    rule: str,
    *,
    actor: str,
    now: datetime,
) -> None:
    await connection.execute(
        update(COMPLAINT)
        .where(COMPLAINT.c.id == row.id)
        .values(agency=agency, agency_rule=rule, updated_at=now)
    )
    body = {"agency": agency, "before": row.agency, "rule": rule}
    event = event_row(ids, row.id, ASSIGNED, actor, now, body)
    await connection.execute(insert(EVENT), [event])
