"""Accounts of the console and the browsers that are signed in to them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.ids import Ids
from store.tables import Account, SessionRow, table

ACCOUNT, SESSION = table(Account), table(SessionRow)
_SEEN_EVERY = timedelta(minutes=1)  # a session's last use is written no oftener
_AGENT_CHARS = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """An account as the console knows it; its password stays in the store."""

    id: int
    name: str
    role: str
    agency: str | None
    area: str | None
    locale: str
    made_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """Whose session it is."""

    person: Person
    proved_at: datetime  # when he signed in
    is_stale: bool  # its last use is to be noted


@dataclass(frozen=True, kw_only=True, slots=True)
class Lifetime:
    """How long a session lasts."""

    idle: timedelta = timedelta(hours=8)
    absolute: timedelta = timedelta(days=7)


async def add(
    connection: AsyncConnection,
    ids: Ids,
    name: str,
    role: str,
    *,
    now: datetime,
    agency: str | None = None,
    area: str | None = None,
    password: str | None = None,
    subject: str | None = None,
    locale: str = "id",
) -> int:
    """Make an account; `password` is its hash. Raises: IntegrityError when the name is taken."""
    account_id = ids.next()
    row = {
        "id": account_id,
        "name": name,
        "role": role,
        "agency": agency,
        "area": area,
        "password": password,
        "subject": subject,
        "locale": locale,
        "made_at": now,
    }
    await connection.execute(insert(ACCOUNT), [row])
    return account_id


async def start(
    connection: AsyncConnection,
    account_id: int,
    secret: str,
    *,
    now: datetime,
    lifetime: Lifetime,
    agent: str = "",
) -> None:
    """Open a session. `secret` is what the browser keeps; only its hash is kept here."""
    row = {
        "digest": digest_of(secret),
        "account_id": account_id,
        "made_at": now,
        "seen_at": now,
        "expires_at": now + lifetime.absolute,
        "agent": agent[:_AGENT_CHARS],
    }
    await connection.execute(insert(SESSION), [row])


async def signed_in(
    connection: AsyncConnection, secret: str, *, now: datetime, lifetime: Lifetime
) -> SignedIn | None:
    """Whose session this is; None when it is over."""
    found = await connection.execute(
        select(ACCOUNT, SESSION.c.seen_at, SESSION.c.made_at.label("proved_at"))
        .join(SESSION, SESSION.c.account_id == ACCOUNT.c.id)
        .where(
            SESSION.c.digest == digest_of(secret),
            SESSION.c.expires_at > now,
            SESSION.c.seen_at > now - lifetime.idle,
            ACCOUNT.c.disabled_at.is_(None),
        )
    )
    row = found.one_or_none()
    if row is None:
        return None
    return SignedIn(
        person=person_of(row),
        proved_at=row.proved_at,
        is_stale=row.seen_at < now - _SEEN_EVERY,
    )


async def end(connection: AsyncConnection, secret: str) -> None:
    """End the session with this secret, if there is one."""
    await connection.execute(delete(SESSION).where(SESSION.c.digest == digest_of(secret)))


async def seen(connection: AsyncConnection, secret: str, now: datetime) -> None:
    """Note that a session was used."""
    await connection.execute(
        update(SESSION).where(SESSION.c.digest == digest_of(secret)).values(seen_at=now)
    )


def digest_of(secret: str) -> str:
    """How a session's secret is kept. It is random: a plain hash cannot be guessed backwards."""
    return hashlib.sha256(secret.encode()).hexdigest()


def person_of(row: Any) -> Person:
    """A row of `account` without its secrets."""
    return Person(
        id=row.id,
        name=row.name,
        role=row.role,
        agency=row.agency,
        area=row.area,
        locale=row.locale,
        made_at=row.made_at,
        disabled_at=row.disabled_at,
    )
