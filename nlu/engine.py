"""The one door to understanding: an engine is a class with one method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from nlu.understanding import Mover, Understanding


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


@runtime_checkable
class Explaining(Protocol):
    """What an engine may be able to do besides; one that asks a server cannot."""

    def explain(self, text: str, category: str) -> tuple[Mover, ...]:
        """The words that moved it towards `category` or away from it, as they are written.

        The strongest first; () where nothing in the text is known. Raises: ValueError for a
        category that the engine does not know.
        """
        ...
