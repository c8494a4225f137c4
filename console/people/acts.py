"""What admins do with accounts, and people with their own: each writes the audit log beside it.

Every act runs in the caller's transaction. One that is not allowed raises AccountError, whose
`word` is a key of words/<locale>/people.yml under `errors`.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from console.answer.agencies import Agencies
from console.people import choices
from console.people.grants import Newcomer
from console.rights import Role
from store import accounts, audit, staff, tokens
from store.accounts import Person
from store.ids import Ids

HOUSE = "kanal"  # who acts where nobody is signed in: the house, or a command of it
LINK_GOOD_FOR = timedelta(hours=24)
_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")


class AccountError(ValueError):
    """Not allowed, and why; the message is for a terminal."""

    def __init__(self, word: str, message: str) -> None:
        super().__init__(message)
        self.word = word


@dataclass(frozen=True, kw_only=True, slots=True)
class By:
    """Who acts, and when."""

    actor: str
    now: datetime
    ids: Ids


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """What somebody is here. An officer has an agency, and an area that may be the whole city."""

    role: Role
    agency: str | None = None
    area: str | None = None

    @classmethod
    def of(cls, role: str, agency: str, area: str, agencies: Agencies) -> Post:
        """Read from a form, a command or the settings. Raises: AccountError."""
        if role not in set(Role):
            raise AccountError("role", f"no such role: {role}. Roles: {', '.join(Role)}")
        if role != Role.OFFICER:
            return cls(role=Role(role))
        if agency not in agencies.by_slug:
            known = ", ".join(agencies.by_slug)
            raise AccountError("agency", f"an officer needs an agency: {known}")
        if area and area not in choices.areas():
            raise AccountError("area", f"no such area: {area}. Written as kota/kecamatan/kelurahan")
        return cls(role=Role.OFFICER, agency=agency, area=area or None)

    def columns(self) -> dict[str, Any]:
        """As the store keeps it."""
        return {"role": str(self.role), "agency": self.agency, "area": self.area}


async def add(connection: AsyncConnection, by: By, name: str, post: Post) -> tuple[int, str]:
    """Make an account: its id, and the secret of the link with which its owner comes in."""
    name = plain(name)
    if await staff.by_name(connection, name) is not None:
        raise AccountError("taken", f"there is an account {name} already")
    account_id = await accounts.add(
        connection,
        by.ids,
        name,
        post.role,
        now=by.now,
        agency=post.agency,
        area=post.area,
    )
    await _note(connection, by, "add", name, **post.columns())
    return account_id, await _offer(connection, by, account_id)


def plain(name: str) -> str:
    """A name as it is kept and typed. Raises: AccountError."""
    told = name.strip().casefold()
    if not _NAME.fullmatch(told):
        raise AccountError("name", "a name has 2 to 64 of: a-z 0-9 . _ @ + -")
    return told


async def link(connection: AsyncConnection, by: By, person: Person) -> str:
    """A new set-up link; one that was made before is good no more.

    None for who signs in at a provider: a password would outlive his place there.
    """
    if await staff.is_vouched_for(connection, person.id):
        raise AccountError("vouched", f"{person.name} signs in at the provider, not by a password")
    await _note(connection, by, "link", person.name)
    return await _offer(connection, by, person.id)


async def _offer(connection: AsyncConnection, by: By, account_id: int) -> str:
    secret = secrets.token_urlsafe(32)
    await staff.offer(connection, account_id, secret, until=by.now + LINK_GOOD_FOR)
    return secret


async def set_up(connection: AsyncConnection, by: By, secret: str, password: str) -> Person:
    """Use a set-up link: the account gets this password (a hash); its sessions and tokens end."""
    account_id = await staff.spend(connection, secret, by.now)
    person = await staff.by_id(connection, account_id) if account_id else None
    if person is None or person.disabled_at is not None:
        raise AccountError("link", "the link is used, over, or not one of ours")
    await staff.change(connection, person.id, password=password)
    await _shut(connection, by, person)
    await _note(connection, _as(by, person), "set_up", person.name)
    return person


async def new_password(
    connection: AsyncConnection, by: By, person: Person, password: str, *, but: str = ""
) -> None:
    """Somebody changes his own password (a hash); his other sessions end, all but `but`."""
    await staff.change(connection, person.id, password=password)
    await staff.withdraw(connection, person.id)
    ended = await staff.end_all(connection, person.id, but=but)
    await _note(connection, by, "password", person.name, ended=ended)


async def appoint(
    connection: AsyncConnection, by: By, person: Person, post: Post, *, by_provider: bool = False
) -> None:
    """Change what somebody is; his sessions end. A provider may demote even the last admin."""
    if post.role != Role.ADMIN and not by_provider:
        await _not_the_last(connection, person)
    before = {"role": person.role, "agency": person.agency, "area": person.area}
    if before == post.columns():
        return
    await staff.change(connection, person.id, **post.columns())
    await staff.end_all(connection, person.id)
    await _note(connection, by, "appoint", person.name, before=before, after=post.columns())


async def disable(connection: AsyncConnection, by: By, person: Person) -> None:
    """Let nobody in by this account any more; its sessions and tokens end for good."""
    await _not_the_last(connection, person)
    await staff.change(connection, person.id, disabled_at=by.now)
    await staff.withdraw(connection, person.id)
    await _shut(connection, by, person)
    await _note(connection, by, "disable", person.name)


async def _shut(connection: AsyncConnection, by: By, person: Person) -> int:
    """End every way in that is open now: browsers and programs; returns how many."""
    browsers = await staff.end_all(connection, person.id)
    return browsers + await tokens.end_all(connection, person.id, by.now)


async def enable(connection: AsyncConnection, by: By, person: Person) -> None:
    """Let its owner in again."""
    await staff.change(connection, person.id, disabled_at=None)
    await _note(connection, by, "enable", person.name)


async def _not_the_last(connection: AsyncConnection, person: Person) -> None:
    if await staff.admins(connection) == {person.id}:
        raise AccountError("last_admin", f"{person.name} is the only admin who can sign in")


async def end_session(
    connection: AsyncConnection, by: By, person: Person, mark: str, *, but: str = ""
) -> None:
    """End one signed-in browser; `mark` "all" ends every one, except that of the secret `but`."""
    if mark == "all":
        ended = await staff.end_all(connection, person.id, but=but)
    else:
        ended = await staff.end(connection, person.id, mark)
    if ended:
        await _note(connection, by, "end_session", person.name, ended=ended)


async def welcome(connection: AsyncConnection, by: By, found: Newcomer) -> Person | str:
    """Somebody whom the provider has vouched for: his account, made or brought up to date.

    The provider's groups say at each sign-on what he is. Otherwise why he does not come in:
    no_role | disabled | taken (another account has his name; it is never handed over by name).
    """
    person = await staff.by_subject(connection, found.subject)
    if person is not None and person.disabled_at is not None:
        return "disabled"
    if found.grant is None:
        if person is not None and await _shut(connection, by, person):
            await _note(connection, by, "no_role", person.name)
        return "no_role"
    post = Post(role=found.grant.role, agency=found.grant.agency, area=found.grant.area)
    if person is None:
        return await _newcomer(connection, by, found, post)
    await appoint(connection, by, person, post, by_provider=True)
    return await staff.by_id(connection, person.id) or "disabled"


async def _newcomer(
    connection: AsyncConnection, by: By, found: Newcomer, post: Post
) -> Person | str:
    for name in found.names:
        if _NAME.fullmatch(name) and await staff.by_name(connection, name) is None:
            account_id = await accounts.add(
                connection,
                by.ids,
                name,
                post.role,
                now=by.now,
                agency=post.agency,
                area=post.area,
                subject=found.subject,
            )
            await _note(connection, by, "add", name, sso=True, **post.columns())
            return await staff.by_id(connection, account_id) or "disabled"
    return "taken"


async def speak(connection: AsyncConnection, person: Person, locale: str) -> None:
    """Choose the language of one's own pages: nothing for the log."""
    await staff.change(connection, person.id, locale=locale)


def _as(by: By, person: Person) -> By:
    return By(actor=person.name, now=by.now, ids=by.ids)


async def note(connection: AsyncConnection, by: By, act: str, subject: str, **detail: Any) -> None:
    """Write to the audit log: "people.<act>"."""
    said = {name: value for name, value in detail.items() if value is not None}
    deed = audit.Deed(actor=by.actor, act=f"people.{act}", subject=subject, at=by.now, detail=said)
    await audit.append(connection, by.ids, deed)


_note = note
