"""The accounts of the console, as admins look after them; their sessions and set-up links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.accounts import Person, digest_of, person_of
from store.dialect import upsert
from store.tables import Account, SessionRow, SetupLink, table

ACCOUNT, SESSION, LINK = table(Account), table(SessionRow), table(SetupLink)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """An account in the list."""

    person: Person
    has_password: bool
    is_single_sign_on: bool
    sessions: int  # that are not over
    seen_at: datetime | None
    link_until: datetime | None  # a set-up link that nobody has used yet


@dataclass(frozen=True, kw_only=True, slots=True)
class Browser:
    """A signed-in browser. `mark` names it and opens nothing."""

    mark: str
    agent: str
    made_at: datetime
    seen_at: datetime
    expires_at: datetime


async def everyone(connection: AsyncConnection, now: datetime) -> tuple[Listed, ...]:
    """Every account, those in use first, by name."""
    living = (
        select(
            SESSION.c.account_id,
            func.count().label("sessions"),
            func.max(SESSION.c.seen_at).label("seen_at"),
        )
        .where(SESSION.c.expires_at > now)
        .group_by(SESSION.c.account_id)
        .subquery()
    )
    rows = await connection.execute(
        select(ACCOUNT, living.c.sessions, living.c.seen_at, LINK.c.expires_at.label("link_until"))
        .join(living, living.c.account_id == ACCOUNT.c.id, isouter=True)
        .join(LINK, (LINK.c.account_id == ACCOUNT.c.id) & (LINK.c.expires_at > now), isouter=True)
        .order_by(ACCOUNT.c.disabled_at.is_not(None), ACCOUNT.c.name)
    )
    return tuple(
        Listed(
            person=person_of(row),
            has_password=row.password is not None,
            is_single_sign_on=row.subject is not None,
            sessions=row.sessions or 0,
            seen_at=row.seen_at,
            link_until=row.link_until,
        )
        for row in rows
    )


async def by_id(connection: AsyncConnection, account_id: int) -> Person | None:
    """An account."""
    row = (await connection.execute(select(ACCOUNT).where(ACCOUNT.c.id == account_id))).first()
    return person_of(row) if row else None


async def by_name(connection: AsyncConnection, name: str) -> tuple[Person, str | None] | None:
    """An account and the hash of its password, if it has one."""
    row = (await connection.execute(select(ACCOUNT).where(ACCOUNT.c.name == name))).first()
    return (person_of(row), row.password) if row else None


async def is_vouched_for(connection: AsyncConnection, account_id: int) -> bool:
    """Whether somebody signs in at a provider, and has no password here."""
    subject = select(ACCOUNT.c.subject).where(ACCOUNT.c.id == account_id)
    return (await connection.execute(subject)).scalar() is not None


async def by_subject(connection: AsyncConnection, subject: str) -> Person | None:
    """The account of a person from single sign-on: "<issuer> <sub>"."""
    row = (await connection.execute(select(ACCOUNT).where(ACCOUNT.c.subject == subject))).first()
    return person_of(row) if row else None


async def change(connection: AsyncConnection, account_id: int, **columns: Any) -> None:
    """Set columns of an account: role, agency, area, locale, password (its hash), disabled_at."""
    await connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account_id).values(**columns))


async def admins(connection: AsyncConnection) -> set[int]:
    """Who can look after accounts: admins in use who can sign in."""
    rows = await connection.execute(
        select(ACCOUNT.c.id).where(
            ACCOUNT.c.role == "admin",
            ACCOUNT.c.disabled_at.is_(None),
            or_(ACCOUNT.c.password.is_not(None), ACCOUNT.c.subject.is_not(None)),
        )
    )
    return set(rows.scalars())


async def browsers(
    connection: AsyncConnection, account_id: int, now: datetime
) -> tuple[Browser, ...]:
    """The sessions of an account that are not over, the last used first."""
    rows = await connection.execute(
        select(SESSION)
        .where(SESSION.c.account_id == account_id, SESSION.c.expires_at > now)
        .order_by(SESSION.c.seen_at.desc())
    )
    return tuple(
        Browser(
            mark=mark_of(row.digest),
            agent=row.agent,
            made_at=row.made_at,
            seen_at=row.seen_at,
            expires_at=row.expires_at,
        )
        for row in rows
    )


def mark_of(digest: str) -> str:
    """What names a session on a page."""
    return digest[:16]


async def end(connection: AsyncConnection, account_id: int, mark: str) -> int:
    """End one session of an account; returns how many ended."""
    mine = (SESSION.c.account_id == account_id) & (func.substr(SESSION.c.digest, 1, 16) == mark)
    return (await connection.execute(delete(SESSION).where(mine))).rowcount


async def end_all(connection: AsyncConnection, account_id: int, *, but: str = "") -> int:
    """End every session of an account, except the one with the secret `but`."""
    others = (SESSION.c.account_id == account_id) & (SESSION.c.digest != digest_of(but))
    return (await connection.execute(delete(SESSION).where(others))).rowcount


async def drop_sessions(connection: AsyncConnection, now: datetime) -> int:
    """Delete sessions that are over."""
    over = delete(SESSION).where(SESSION.c.expires_at < now)
    return (await connection.execute(over)).rowcount


async def offer(
    connection: AsyncConnection, account_id: int, secret: str, *, until: datetime
) -> None:
    """Keep a set-up link's hash. An account has one at a time: the one before is good no more."""
    row = {"account_id": account_id, "digest": digest_of(secret), "expires_at": until}
    await upsert(connection, LINK, [row], keys=["account_id"], renew=["digest", "expires_at"])


async def offered(connection: AsyncConnection, secret: str, now: datetime) -> Person | None:
    """Whose set-up link this is; None when it is used, over or nobody's."""
    found = await connection.execute(
        select(ACCOUNT)
        .join(LINK, LINK.c.account_id == ACCOUNT.c.id)
        .where(
            LINK.c.digest == digest_of(secret),
            LINK.c.expires_at > now,
            ACCOUNT.c.disabled_at.is_(None),
        )
    )
    row = found.first()
    return person_of(row) if row else None


async def spend(connection: AsyncConnection, secret: str, now: datetime) -> int | None:
    """Use a set-up link: the account's id, to the first who comes with it."""
    spent = await connection.execute(
        delete(LINK)
        .where(LINK.c.digest == digest_of(secret), LINK.c.expires_at > now)
        .returning(LINK.c.account_id)
    )
    account_id: int | None = spent.scalar()
    return account_id


async def withdraw(connection: AsyncConnection, account_id: int) -> None:
    """Let no set-up link of an account be good any more."""
    await connection.execute(delete(LINK).where(LINK.c.account_id == account_id))


async def drop_links(connection: AsyncConnection, now: datetime) -> int:
    """Delete set-up links that are over."""
    return (await connection.execute(delete(LINK).where(LINK.c.expires_at < now))).rowcount
