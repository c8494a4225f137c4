"""Starting what is measured: each server in a process and a folder of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.updates import SECRET, TOKEN


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def started(
    command: list[str], port: int, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; waits until its port answers."""
    process = subprocess.Popen(
        command, env={**os.environ, **(environment or {})}, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port, process)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Return when something listens on `port`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on {port} after {seconds} s")


def bare(port: int) -> list[str]:
    """The baseline's command."""
    return [sys.executable, "-m", "benchmarks.bare", str(port)]


def peer(port: int) -> list[str]:
    """The receiving peer's command."""
    return [sys.executable, "-m", "benchmarks.peer", str(port)]


@contextmanager
def gateway(var: Path, peer_port: int, *, answers: bool) -> Iterator[tuple[int, int]]:
    """Run the gateway with a Telegram webhook; gives its port and its process id.

    Without `answers` it keeps and acknowledges but answers nobody: the intake alone.
    """
    port, metrics = free_port(), free_port()
    config = var / "config.yml"
    config.write_text(
        json.dumps(
            {
                "schema_version": 1,
                "var": str(var),
                "public": {"port": port, "url": f"http://127.0.0.1:{port}"},
                "metrics": {"port": metrics},
                "log": {"level": "error"},
                "dialogs": {"gather_s": 0},
                "channels": {
                    "telegram": {
                        "mode": "webhook",
                        "public_url": f"https://127.0.0.1:{port}",
                        "api_base": f"http://127.0.0.1:{peer_port}",
                        "per_second": 0,  # the house is measured, not Telegram's patience
                        "per_chat_s": 0,
                    }
                },
            }
        )
    )
    environment = {
        "KANAL_CONFIG": str(config),
        "KANAL_VAR": str(var),
        "KANAL_TELEGRAM_TOKEN": TOKEN,
        "KANAL_TELEGRAM_SECRET": SECRET,
    }
    module = "gateway.cli" if answers else "benchmarks.intake"
    command = [sys.executable, "-c", f"import {module} as m, sys; sys.argv[1:] = ['run']; m.main()"]
    with started(command, port, environment) as process:
        yield port, process.pid


def rss_mb(pid: int) -> float:
    """Resident memory of a process, in megabytes (10^6 bytes)."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024 / 1e6


def with_children(pid: int) -> list[int]:
    """A process, and those that it forked."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in with_children(int(child)))]


def pss_mb(pid: int) -> float:
    """The same with pages that several processes share counted in parts, once in all."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    line = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) * 1024 / 1e6


def load(port: int, connections: int, requests: int, first: int = 1) -> dict[str, float]:
    """Run the load generator in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.load",
        *map(str, (port, connections, requests, first)),
    ]
    done = subprocess.run(command, check=True, capture_output=True)
    answer: dict[str, float] = json.loads(done.stdout)
    if answer["bad"]:
        raise RuntimeError(f"{answer['bad']} deliveries were not answered with 200")
    return answer


def fetched(url: str) -> dict[str, int]:
    """A small JSON document from loopback."""
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback
        document: dict[str, int] = json.load(answer)
        return document
