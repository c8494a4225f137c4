"""An officer's photos of a result, kept as a citizen's are."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from gateway.media import Limits
from store.media import Kept


async def keep_photos(contents: Sequence[bytes], folder: Path, limits: Limits) -> tuple[Kept, ...]:
    """Keep an officer's photos as a citizen's are kept: pixels only, upright, scaled down.

    Raises: PhotoRefusedError, naming the sentence that says why.
    """
    from gateway.photos import keep  # noqa: PLC0415 - the image libraries wait for a first photo

    return tuple([await asyncio.to_thread(keep, one, folder, limits) for one in contents])
