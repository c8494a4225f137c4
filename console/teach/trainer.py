"""The button: `kanal nlu learn --no-promote` in a process of its own.

So the loop that answers citizens never waits, and this process never loads the training library.
What becomes of it stands in the store (store/trainings.py), where every process sees it.
"""

from __future__ import annotations

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from datetime import datetime

import structlog

from console.desk import Desk
from store import audit, trainings
from store.audit import Deed
from store.database import StoreError

log = structlog.get_logger()

_LONGEST = 300  # characters of a reason
_STOP_S = 5.0


class Trainer:
    """Begins trainings and looks after their processes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._watching: set[asyncio.Task[None]] = set()

    async def begin(self, actor: str, now: datetime) -> int:
        """Begin a training; answers its id at once. Raises: AlreadyTrainingError."""
        desk = self._desk
        async with desk.database.begin() as connection:
            number = await trainings.begin(connection, desk.ids, actor=actor, now=now)
            deed = Deed(actor=actor, act="teach.train", subject=str(number), at=now)
            await audit.append(connection, desk.ids, deed)
        task = asyncio.create_task(self._watch(number, actor))
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)
        return number

    async def settled(self) -> None:
        """Wait until no process that was begun here is left."""
        await asyncio.gather(*self._watching)

    async def _watch(self, number: int, actor: str) -> None:
        """Run the command to its end; what it could not say itself is said here."""
        arguments = ("nlu", "learn", "--no-promote", "--by", actor, "--run", str(number))
        try:
            child = await asyncio.create_subprocess_exec(
                *self._desk.kanal, *arguments, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE
            )
        except OSError as error:
            await self._failed(number, f"the command could not be started: {error.strerror}")
            return
        try:
            _, said = await child.communicate()
        except asyncio.CancelledError:  # the gateway stops
            await _stop(child)
            raise
        if child.returncode:
            lines = said.decode(errors="replace").strip().splitlines()
            await self._failed(number, lines[-1] if lines else f"it ended with {child.returncode}")

    async def _failed(self, number: int, why: str) -> None:
        log.error("teach.training_failed", run=number)
        with suppress(StoreError):  # then it falls silent, which says it too
            async with self._desk.database.begin() as connection:
                now = self._desk.clock()
                await trainings.end(connection, number, now, failed=why[:_LONGEST])


async def _stop(child: Process) -> None:
    with suppress(ProcessLookupError):
        child.terminate()
    try:
        async with asyncio.timeout(_STOP_S):
            await child.wait()
    except TimeoutError:
        child.kill()
