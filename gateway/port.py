"""A listening port whose application can be exchanged while it listens."""

from __future__ import annotations

import socket

from aiohttp import web

_BACKLOG = 128


class PortTakenError(Exception):
    """Another program listens there."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"port {port} on {host} is taken. Stop what listens there, or set another port in "
            "config.yml (public.port, metrics.port) or KANAL_PUBLIC__PORT."
        )


class Port:
    """One socket for as long as the gateway runs; applications come and go behind it."""

    def __init__(self, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self._socket = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        except OSError as error:
            raise PortTakenError(host, port) from error
        self._runner: web.AppRunner | None = None

    @property
    def number(self) -> int:
        """The port, also where the system chose it."""
        number: int = self._socket.getsockname()[1]
        return number

    async def serve(self, app: web.Application) -> None:
        """Let `app` answer from now on; what the one before had under way is finished.

        Connections that come in between wait in the kernel: none is refused.
        """
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await runner.setup()
        await web.SockSite(runner, self._socket.dup(), backlog=_BACKLOG).start()
        before, self._runner = self._runner, runner
        if before is not None:
            await before.cleanup()

    async def close(self) -> None:
        """Finish what is under way and listen no longer."""
        if self._runner is not None:
            await self._runner.cleanup()
        self._socket.close()
