"""An invented year into a database, many rows a transaction; never among real people's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random

from gateway.invented.city import City
from gateway.invented.life import ACCOUNT, Lives
from store import bulk
from store.database import Database
from store.ids import Dated

AT_ONCE = 2000  # complaints of one transaction


class RealPeopleError(ValueError):
    """The database holds complaints of citizens."""


async def fill(
    database: Database,
    complaints: int,
    *,
    seed: int,
    channels: Sequence[str],
    now: datetime,
    force: str = "",
    tell: Callable[[int], None] = lambda _done: None,
) -> None:
    """Write so many complaints of the year before `now`, with all that belongs to them.

    `force` is the database's name, for one that holds real complaints. A second call adds others.
    Raises: RealPeopleError, StoreError.
    """
    async with database.read() as connection:
        real, invented = await bulk.complaints(connection, ACCOUNT)
    name = database.name
    if real and force != name:
        raise RealPeopleError(
            f"{name} holds {real} complaints that are not invented; "
            f"name it to write all the same: --force {name}"
        )
    random = Random(f"{seed} {invented}")
    lives = Lives(
        random=random,
        city=City(random),
        channels=channels,
        now=now,
        ids=Dated(invented * 32),
        first=invented * 2,
    )
    for begin in range(0, complaints, AT_ONCE):
        for _ in range(min(AT_ONCE, complaints - begin)):
            lives.complaint()
        async with database.begin() as connection:
            await bulk.write(connection, lives.rows)
        lives.rows.clear()
        tell(min(begin + AT_ONCE, complaints))
    async with database.begin() as connection:
        await bulk.analyse(connection)
