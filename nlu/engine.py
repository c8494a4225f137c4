"""The one door to understanding: an engine is a class with one method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from nlu.understanding import Understanding


class Engine(Protocol):
    """Reads texts. Implementations: engines/embedded.py (default), engines/rasa.py."""

    @property
    def version(self) -> str:
        """Names the model that answers; kept with every prediction."""
        ...

    async def understand(self, texts: Sequence[str]) -> list[Understanding]:
        """Read a batch, one Understanding per text, in order. No text raises."""
        ...

    async def close(self) -> None: ...
