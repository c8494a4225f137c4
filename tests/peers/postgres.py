"""A PostgreSQL of our own: a throw-away cluster on a socket in a temporary folder, no root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.peers.peers import peer

INSTALL = "apt-get install -y postgresql"
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder with a name of its own is made in it
ROOM = 1 << 30  # a cluster with the databases of its tests takes a tenth
# Durability is proved by killing processes, not the machine: fsync may rest here.
OPTIONS = "-c listen_addresses='' -c fsync=off -c max_connections=60"
LITTLE = (
    "-c wal_level=minimal -c max_wal_senders=0 -c full_page_writes=off -c autovacuum=off "
    "-c min_wal_size=32MB -c max_wal_size=64MB"
)


def _binary(name: str) -> str | None:
    """Debian keeps the server's programs out of PATH; the newest version wins."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return str(debian[0]) if debian else shutil.which(name)


def _account() -> str | None:
    """PostgreSQL refuses root: as root it runs as the account that its package made."""
    if os.geteuid() != 0:
        return None
    pwd.getpwnam("postgres")
    return "postgres"


def _memory() -> Path | None:
    """A folder in memory, if there is one with room."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if roomy else None


def _here() -> bool:
    return _binary("initdb") is not None and _binary("pg_ctl") is not None


@contextmanager
def server(*, in_memory: bool = False) -> Iterator[str]:
    """Start a cluster; gives the URL of its `postgres` database, for a socket in its folder.

    To make a database is to write 300 files: who makes hundreds wants them in memory, who
    measures does not.
    """
    peer("postgres", available=_here(), install=INSTALL)
    account = _account()
    within = _memory() if in_memory else None
    with tempfile.TemporaryDirectory(prefix="kanal-pg-", dir=within) as name:
        folder = Path(name)
        if account:
            shutil.chown(folder, account)

        def call(*command: str) -> None:
            subprocess.run(command, check=True, user=account, cwd=folder, capture_output=True)

        cluster = folder / "cluster"
        call(str(_binary("initdb")), "-D", str(cluster), "-A", "trust", "-U", "kanal")
        options = f"-k {folder} {OPTIONS} {LITTLE if within else ''}"
        log = folder / "log"
        call(
            str(_binary("pg_ctl")), "-D", str(cluster), "-o", options, "-l", str(log), "-w", "start"
        )
        try:
            yield f"postgresql://kanal@/postgres?host={folder}"
        finally:
            call(str(_binary("pg_ctl")), "-D", str(cluster), "-m", "immediate", "-w", "stop")
