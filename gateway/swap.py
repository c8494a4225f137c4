"""The running gateway takes a new model without a restart.

Learning and roll-back move `<var>/models/current`. Every few seconds the pointer's stat is
compared, which costs microseconds; when it has changed the engine reads the new model in a thread
and takes it between two batches. A model that cannot be used changes nothing.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Protocol, runtime_checkable

import structlog

from gateway.metrics import Meters
from nlu.engines.model import ModelError

log = structlog.get_logger()

LOOK_S = 2.0
Stamp = tuple[int, int, int]


@runtime_checkable
class Swapping(Protocol):
    """An engine that can take another model while it serves."""

    @property
    def version(self) -> str: ...

    def reload(self) -> bool:
        """Take the current model if it is another one; whether it was. Raises: ModelError."""
        ...


class ModelWatch:
    """Looks at the pointer, and tells the engine when it has moved."""

    def __init__(self, engine: Swapping, models: Path, meters: Meters) -> None:
        self._engine = engine
        self._pointer = models / "current"
        self._meters = meters
        self._seen: Stamp | None = None  # so that the first look asks the engine: it costs little

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def look(self) -> bool:
        """Look once; whether the engine has taken another model."""
        stamp = _stamp(self._pointer)
        if stamp is None or stamp == self._seen:
            return False
        self._seen = stamp
        before = self._engine.version
        try:
            swapped = await asyncio.to_thread(self._engine.reload)
        except ModelError as error:
            self._meters.models.labels("refused").inc()
            log.error("model.refused", reason=str(error), kept=before)
            return False
        if swapped:
            self._meters.models.labels("swapped").inc()
            log.info("model.swapped", model=self._engine.version, before=before)
        return swapped


def _stamp(pointer: Path) -> Stamp | None:
    try:
        found = pointer.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
