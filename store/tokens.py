"""Tokens of accounts for programs: kept as hashes, with scopes, until they are ended or expire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.accounts import ACCOUNT, Person, digest_of, person_of
from store.ids import Ids
from store.tables import ApiToken, table

TOKEN = table(ApiToken)
_USED_EVERY = timedelta(minutes=1)  # a token's last use is written no oftener


@dataclass(frozen=True, kw_only=True, slots=True)
class Bearer:
    """Whose token was shown, and what it allows."""

    token_id: int
    account: Person
    scopes: frozenset[str]
    used_at: datetime | None

    def is_stale(self, now: datetime) -> bool:
        """Whether this use is to be noted."""
        return self.used_at is None or self.used_at < now - _USED_EVERY


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A token as a list shows it; its secret is known to nobody here."""

    id: int
    account: str
    name: str
    scopes: tuple[str, ...]
    made_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


async def add(
    connection: AsyncConnection,
    ids: Ids,
    account_id: int,
    secret: str,
    *,
    name: str,
    scopes: frozenset[str],
    now: datetime,
    expires_at: datetime | None = None,
) -> int:
    """Keep a token; its secret as a hash alone. Answers its id."""
    token_id = ids.next()
    row = {
        "id": token_id,
        "account_id": account_id,
        "name": name,
        "digest": digest_of(secret),
        "scopes": " ".join(sorted(scopes)),
        "made_at": now,
        "expires_at": expires_at,
    }
    await connection.execute(insert(TOKEN), [row])
    return token_id


async def bearer(connection: AsyncConnection, secret: str, *, now: datetime) -> Bearer | None:
    """Whose token this is; None when it is none, is over, or its account is disabled."""
    found = await connection.execute(
        select(ACCOUNT, TOKEN.c.id.label("token_id"), TOKEN.c.scopes, TOKEN.c.used_at)
        .join(TOKEN, TOKEN.c.account_id == ACCOUNT.c.id)
        .where(
            TOKEN.c.digest == digest_of(secret),
            TOKEN.c.ended_at.is_(None),
            or_(TOKEN.c.expires_at.is_(None), TOKEN.c.expires_at > now),
            ACCOUNT.c.disabled_at.is_(None),
        )
    )
    row = found.one_or_none()
    if row is None:
        return None
    return Bearer(
        token_id=row.token_id,
        account=person_of(row),
        scopes=frozenset(row.scopes.split()),
        used_at=row.used_at,
    )


async def used(connection: AsyncConnection, token_id: int, now: datetime) -> None:
    """Note that a token was used."""
    await connection.execute(update(TOKEN).where(TOKEN.c.id == token_id).values(used_at=now))


async def listed(connection: AsyncConnection, account_id: int | None = None) -> list[Token]:
    """Tokens that have not been ended, of one account or of all, newest first."""
    mine = [TOKEN.c.account_id == account_id] if account_id is not None else []
    rows = await connection.execute(
        select(TOKEN, ACCOUNT.c.name.label("account"))
        .join(ACCOUNT, ACCOUNT.c.id == TOKEN.c.account_id)
        .where(TOKEN.c.ended_at.is_(None), *mine)
        .order_by(TOKEN.c.id.desc())
    )
    return [
        Token(
            id=row.id,
            account=row.account,
            name=row.name,
            scopes=tuple(row.scopes.split()),
            made_at=row.made_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
        )
        for row in rows
    ]


async def end(
    connection: AsyncConnection, token_id: int, now: datetime, *, account_id: int | None = None
) -> bool:
    """End a token (of this account alone, if one is named); whether there was such a one."""
    mine = [TOKEN.c.account_id == account_id] if account_id is not None else []
    ended = await connection.execute(
        update(TOKEN)
        .where(TOKEN.c.id == token_id, TOKEN.c.ended_at.is_(None), *mine)
        .values(ended_at=now)
    )
    return bool(ended.rowcount)


async def end_all(connection: AsyncConnection, account_id: int, now: datetime) -> int:
    """End every token of an account; returns how many were good until now."""
    ended = await connection.execute(
        update(TOKEN)
        .where(TOKEN.c.account_id == account_id, TOKEN.c.ended_at.is_(None))
        .values(ended_at=now)
    )
    return ended.rowcount
