"""Where the demonstration is played: a gateway in a folder of its own, and the providers."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from gateway.app import open_gateway
from gateway.running import Gateway
from gateway.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
TICKET = re.compile(r"JKT-[0-9A-Z]{4}-[0-9A-Z]{4}")
PATIENCE_S = 60.0
_LOOK_S = 0.05


@dataclass(frozen=True)
class Told:
    """What a citizen wrote first, and what he held in the end."""

    wrote: str
    answer: str
    provider: str  # who played it

    @property
    def ticket(self) -> str:
        """The number in the answer, "" when there is none."""
        found = TICKET.search(self.answer)
        return found[0] if found else ""


@dataclass
class Stage:
    """The running gateway; channels are switched on while it runs."""

    gateway: Gateway
    var: Path
    stack: AsyncExitStack
    port: int
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The gateway's door."""
        return f"http://127.0.0.1:{self.port}"

    async def switch_on(
        self, channel: str, own: dict[str, Any], secrets: dict[str, str] | None = None
    ) -> Any:
        """Let the gateway serve a channel; returns its adapter."""
        os.environ.update(secrets or {})
        self.channels[channel] = own
        await self.gateway.reload(settings(self.var, self.port, self.channels))
        return self.gateway.accounts[channel, "main"]

    async def node(self, script: str) -> str:
        """Start a provider that others wrote in JavaScript; returns the address it prints."""
        from tests.peers.peers import node  # noqa: PLC0415 - finds the Node that a wheel brings

        engine = node()
        if engine is None:
            raise RuntimeError("no Node is here: `make demo` installs it with the other tools")
        process = subprocess.Popen(  # noqa: ASYNC220 - it is started once
            [engine, str(ROOT / script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.stack.callback(_stopped, process)
        assert process.stdout is not None
        return (await asyncio.to_thread(process.stdout.readline)).strip()

    async def serve(self, app: web.Application) -> str:
        """Serve a provider of our own; returns its address."""
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        self.stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        return f"http://{host}:{port}"


def _stopped(process: subprocess.Popen[str]) -> None:
    """End a provider: it ends when its standard input does."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.wait(10)
    process.stdout.close()


def settings(var: Path, port: int, channels: dict[str, dict[str, Any]]) -> Settings:
    """What config.yml would say."""
    return Settings(
        var=var,
        public={"port": port, "url": f"http://127.0.0.1:{port}"},
        metrics={"port": 0},
        log={"level": "error"},
        channels=channels,
    )


@asynccontextmanager
async def opened(var: Path) -> AsyncIterator[Stage]:
    """A gateway without channels, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    async with (
        AsyncExitStack() as stack,
        open_gateway(settings(var, port, {})) as gateway,
        gateway.running(),
    ):
        yield Stage(gateway, var, stack, port)


async def until(look: Callable[[], Awaitable[str]], after: str = "") -> str:
    """Look until there is something else than before; returns it."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while (found := await look()) in {"", after}:
                await asyncio.sleep(_LOOK_S)
    except TimeoutError:
        sys.exit(f"no answer after {PATIENCE_S:.0f} s")
    return found
