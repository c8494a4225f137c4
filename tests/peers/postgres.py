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


def _here() -> bool:
    return _binary("initdb") is not None and _binary("pg_ctl") is not None


@contextmanager
def server() -> Iterator[str]:
    """Start a cluster; gives the URL of its `postgres` database, for a socket in its folder."""
    peer("postgres", available=_here(), install=INSTALL)
    account = _account()
    with tempfile.TemporaryDirectory(prefix="kanal-pg-") as name:
        folder = Path(name)
        if account:
            shutil.chown(folder, account)

        def call(*command: str) -> None:
            subprocess.run(command, check=True, user=account, cwd=folder, capture_output=True)

        cluster = folder / "cluster"
        call(str(_binary("initdb")), "-D", str(cluster), "-A", "trust", "-U", "kanal")
        # Durability is proved by killing processes, not the machine: fsync may rest here.
        options = f"-c listen_addresses='' -k {folder} -c fsync=off -c max_connections=60"
        log = folder / "log"
        call(
            str(_binary("pg_ctl")), "-D", str(cluster), "-o", options, "-l", str(log), "-w", "start"
        )
        try:
            yield f"postgresql://kanal@/postgres?host={folder}"
        finally:
            call(str(_binary("pg_ctl")), "-D", str(cluster), "-m", "immediate", "-w", "stop")
