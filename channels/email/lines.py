"""Connections to a relay that stay for a while, so that mail after mail goes over one.

Source: RFC 5321 sections 3.3 (a session may hold many mails) and 4.5.3.2.7 (a server waits five
minutes for the next command).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from aiosmtplib import SMTP, SMTPException

_GOODBYE_S = 1.0
MOST_MAILS = 100  # over one connection; then the relay may choose another of its machines
REST_S = 30.0  # without a mail; a busy Postfix waits no longer than ten


@dataclass(eq=False, slots=True)
class Line:
    """One connection."""

    client: SMTP
    mails: int = 0  # that the relay has taken over it
    leaves: asyncio.TimerHandle | None = None

    @property
    def rested(self) -> bool:
        """Whether it has been used before: the relay may have hung up meanwhile."""
        return self.mails > 0


class Lines:
    """Those that rest between two mails."""

    def __init__(self, rest_s: float = REST_S, most_mails: int = MOST_MAILS) -> None:
        self._rest_s = rest_s
        self._most_mails = most_mails
        self._resting: list[Line] = []
        self._leaving: set[asyncio.Task[None]] = set()
        self._closed = False

    def take(self) -> Line | None:
        """The one that was used last, so that the others come to their end; None: none rests."""
        while self._resting:
            line = self._resting.pop()
            if line.leaves is not None:
                line.leaves.cancel()
            if line.client.is_connected:
                return line
            line.client.close()
        return None

    def rest(self, line: Line) -> None:
        """Keep a connection over which a mail has just been taken."""
        line.mails += 1
        if self._closed or line.mails >= self._most_mails or not line.client.is_connected:
            self.leave(line)
            return
        loop = asyncio.get_running_loop()
        line.leaves = loop.call_later(self._rest_s, self._tired, line)
        self._resting.append(line)

    def _tired(self, line: Line) -> None:
        self._resting.remove(line)
        self.leave(line)

    def leave(self, line: Line) -> None:
        """Say goodbye; nobody waits for the answer."""
        task = asyncio.get_running_loop().create_task(hang_up(line.client))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def close(self) -> None:
        """End all that rest; those under way end when their mail is taken."""
        self._closed = True
        while line := self.take():
            self.leave(line)
        if self._leaving:
            await asyncio.wait(self._leaving)


async def hang_up(client: SMTP) -> None:
    """QUIT, where the relay still listens, and close."""
    try:
        if client.is_connected:
            with suppress(SMTPException, OSError, TimeoutError):
                await client.quit(timeout=_GOODBYE_S)
    finally:
        client.close()
