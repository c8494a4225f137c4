"""Words typed into the search box, as each database looks for them.

Every word must stand in a complaint's number, text or place, by its beginning: "genang" finds
"genangan". In Indonesian what a word begins with is often put before it, so "banjir" finds
"kebanjiran" too. Signs are no language here: quotes, wildcards and SQL are blanks between words.
Both indexes are the databases' own (docs/adr/0005-words-are-found-by-their-beginning.md).
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    any_,
    cast,
    func,
    literal,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from nlu import ticket
from store.tables import Complaint
from store.tables import table as table_of

COMPLAINT = table_of(Complaint)
_MOST_WORDS, _LONGEST = 8, 40
_COMMON = 2000  # complaints with a word from which on it is a common one
_IDS = ARRAY(BigInteger)
_WORD = re.compile(r"[^\W_]+")
_BEFORE = ("ke", "di", "ter", "ber", "me", "pe", "se")
_STEM = 4  # letters from which on a word is tried with what may stand before it


def words_of(typed: str) -> list[str]:
    """The words of what was typed, in small letters, each once; at most eight."""
    found: list[str] = [word.lower()[:_LONGEST] for word in _WORD.findall(typed)]
    return list(dict.fromkeys(found))[:_MOST_WORDS]


async def containing(connection: AsyncConnection, typed: str) -> list[ColumnElement[bool]]:
    """The conditions on `complaint` that hold what was typed; none where no word is in it."""
    if numbers := [number for number, _, _ in ticket.find(typed)]:
        return [COMPLAINT.c.ticket.in_(numbers)]
    words = words_of(typed)
    if not words:
        return []
    if connection.dialect.name == "sqlite":
        return [await _on_sqlite(connection, words)]
    return [await _on_postgresql(connection, words)]


def _forms(word: str) -> list[str]:
    stem = len(word) >= _STEM and word.isalpha()
    return [word, *(before + word for before in _BEFORE if stem)]


async def _on_sqlite(connection: AsyncConnection, words: list[str]) -> ColumnElement[bool]:
    """Complaints that the index of words names.

    SQLite knows nothing of how common a word is. A rare one is looked up and its complaints are
    put in order; with a common one the queue is walked in its order, and asked of each whether it
    is among them: the sign forbids to look them up.
    """
    wanted = " AND ".join(
        "(" + " OR ".join(f'"{form}"*' for form in _forms(word)) + ")" for word in words
    )
    found: Select[Any] = (
        select(literal_column("rowid"))
        .select_from(table("complaint_words"))
        .where(literal_column("complaint_words").op("MATCH")(literal(wanted)))
    )
    some = found.limit(_COMMON).subquery()
    count = (await connection.execute(select(func.count()).select_from(some))).scalar_one()
    which = literal_column("+complaint.id") if count == _COMMON else COMPLAINT.c.id
    return which.in_(found)


async def _on_postgresql(connection: AsyncConnection, words: list[str]) -> ColumnElement[bool]:
    """Complaints whose column of words holds them.

    PostgreSQL takes every beginning for a common word, and would walk the whole queue for one that
    nobody wrote. So what is rare is looked up first, by its index: that is what the clause forces.
    """
    wanted = " & ".join(
        "(" + " | ".join(f"'{form}':*" for form in _forms(word)) + ")" for word in words
    )
    query = func.to_tsquery(literal_column("'simple'"), cast(literal(wanted), Text))
    told = literal_column("complaint.words").bool_op("@@")(query)
    found = select(COMPLAINT.c.id).where(told).cte("found").prefix_with("MATERIALIZED")
    ids = (await connection.execute(select(found.c.id).limit(_COMMON))).scalars().all()
    return told if len(ids) == _COMMON else COMPLAINT.c.id == any_(literal(ids, _IDS))
