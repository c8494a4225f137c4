"""The gateway's door without anybody behind it: T1 and the acknowledgement alone."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack

from gateway.app import open_gateway
from gateway.logs import configure
from gateway.settings import load


async def _serve() -> None:
    settings = load()
    configure(settings.log)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with open_gateway(settings) as gateway, AsyncExitStack() as stack:
        await gateway.open_doors(stack)
        await stop.wait()


def main() -> None:
    """Serve until SIGTERM."""
    asyncio.run(_serve())
