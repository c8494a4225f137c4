"""`kanal replay` that dies: SIGKILL right after the N-th commit of a kind, or in the N-th ms.

    python -m tests.crash.child (t1|t2|t3|ms|none) N replay FILE ...

The commits themselves are the real ones; only what follows them never happens.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from gateway.cli import main
from gateway.dispatch import Dispatcher
from gateway.intake import Intake
from gateway.worker import Worker

COMMITS: dict[str, tuple[type, str]] = {
    "t1": (Intake, "_keep"),
    "t2": (Worker, "_commit"),
    "t3": (Dispatcher, "_deliver"),
}


def die_after(kind: str, times: int) -> None:
    """Let the N-th call of a commit return to nobody."""
    owner, name = COMMITS[kind]
    real: Callable[..., Awaitable[Any]] = getattr(owner, name)
    seen = 0

    async def committed(*arguments: Any) -> Any:
        nonlocal seen
        result = await real(*arguments)
        seen += 1
        if seen == times:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, committed)


def die_in(milliseconds: int) -> None:
    """Be killed then, wherever it is."""
    death = threading.Timer(milliseconds / 1000, os.kill, (os.getpid(), signal.SIGKILL))
    death.daemon = True
    death.start()


if __name__ == "__main__":
    kind, times, *command = sys.argv[1:]
    if kind == "ms":
        die_in(int(times))
    elif kind != "none":
        die_after(kind, int(times))
    sys.argv[1:] = command
    main()
