"""Which process serves a `var`, so that `kanal channels reload` can find it.

The file is locked while that process lives: a number left behind by a crash is never taken for
another program that has the same number by now.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NAME = "kanal.pid"


@contextmanager
def written(var: Path) -> Iterator[None]:
    """Keep this process's number in the file, and the file locked, while it serves."""
    with (var / NAME).open("a+", encoding="ascii") as file:
        with suppress(OSError):  # another gateway serves the same var: the file is its own
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
        yield


def read(var: Path) -> int | None:
    """The number of the process that serves `var`, None when there is none."""
    try:
        file = (var / NAME).open("r+", encoding="ascii")
    except OSError:
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return int(file.read())
    return None
