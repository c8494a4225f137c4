"""Run every benchmark and print its figures: `make bench`.

webhooks   deliveries/s kept on disk before they are acknowledged, against a bare 200
pipeline   messages/s from delivery to recorded send, with load and receiver outside
start      seconds from the command to a port that answers
memory     resident megabytes of the gateway after the pipeline run
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.servers import bare, fetched, free_port, gateway, load, peer, rss_mb, started
from gateway.settings import load as load_settings
from nlu.training import train

CONNECTIONS = 64


@contextmanager
def fresh_var(model: Path) -> Iterator[Path]:
    """An empty `var` with a trained model in it."""
    with tempfile.TemporaryDirectory(prefix="kanal-bench-") as name:
        shutil.copytree(model, Path(name) / "models")
        yield Path(name)


def machine() -> str:
    """What these figures were measured on."""
    cpu = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return f"{cpu}, {os.cpu_count()} cores, Python {platform.python_version()}"


def webhooks(model: Path, rounds: int, requests: int) -> None:
    """Alternate baseline and intake, so that both see the same machine."""
    pairs = []
    for _ in range(rounds):
        port = free_port()
        with started(bare(port), port):
            load(port, CONNECTIONS, requests // 4)
            base = load(port, CONNECTIONS, requests)
        peer_port = free_port()
        with fresh_var(model) as var, started(peer(peer_port), peer_port):
            with gateway(var, peer_port, answers=False) as (port, _):
                load(port, CONNECTIONS, requests // 4)
                kept = load(port, CONNECTIONS, requests, first=requests)
            journal = sqlite3.connect(var / "kanal.db")
            on_disk = journal.execute("SELECT count(*) FROM inbox").fetchone()[0]
            assert on_disk == requests + requests // 4, f"{on_disk} on disk"
        pairs.append((base, kept))
        print(
            f"  bare 200: {base['per_s']:.0f}/s, p99 {base['p99_ms']:.1f} ms;  "
            f"kept, then 200: {kept['per_s']:.0f}/s, p50 {kept['p50_ms']:.1f} ms, "
            f"p99 {kept['p99_ms']:.1f} ms;  ratio {kept['per_s'] / base['per_s']:.2f}"
        )
    ratio = statistics.median(kept["per_s"] / base["per_s"] for base, kept in pairs)
    p99 = statistics.median(kept["p99_ms"] for _, kept in pairs)
    print(f"webhooks: median ratio {ratio:.2f} (goal 0.50), median p99 {p99:.1f} ms (goal 50)")


def pipeline(model: Path, rounds: int, messages: int) -> None:
    """From the first delivery until the last answer is recorded as sent."""
    rates, memory = [], []
    for _ in range(rounds):
        peer_port = free_port()
        with fresh_var(model) as var, started(peer(peer_port), peer_port):
            with gateway(var, peer_port, answers=True) as (port, pid):
                load(port, 8, 50)
                wait_recorded(var, 50)
                began = time.perf_counter()
                load(port, CONNECTIONS, messages, first=1000)
                wait_recorded(var, 50 + messages)
                seconds = time.perf_counter() - began
                memory.append(rss_mb(pid))
            said = fetched(f"http://127.0.0.1:{peer_port}/count")["sendMessage"]
        assert said >= messages, f"the peer received {said}"
        rates.append(messages / seconds)
        print(f"  {messages} messages in {seconds:.2f} s: {rates[-1]:.0f}/s, {memory[-1]:.0f} MB")
    print(f"pipeline: median {statistics.median(rates):.0f} messages/s (goal 500)")
    print(f"memory: median {statistics.median(memory):.0f} MB resident (goal 150)")


def wait_recorded(var: Path, messages: int) -> None:
    """Until so many answers are recorded as sent (T3), or two minutes have passed."""
    store = sqlite3.connect(f"file:{var / 'kanal.db'}?mode=ro", uri=True)
    until = time.monotonic() + 120
    while time.monotonic() < until:
        sent = store.execute("SELECT count(*) FROM outbox WHERE state = 'sent'").fetchone()[0]
        if sent >= messages:
            return
        time.sleep(0.02)
    raise RuntimeError(f"{sent} of {messages} answers are recorded after two minutes")


def start(model: Path, rounds: int) -> None:
    """From the command to a port that answers, with a migrated database and a model."""
    took = []
    peer_port = free_port()
    with fresh_var(model) as var, started(peer(peer_port), peer_port):
        for _ in range(rounds + 1):
            began = time.perf_counter()
            with gateway(var, peer_port, answers=True):
                took.append(time.perf_counter() - began)
    print(f"start: median {statistics.median(took[1:]):.2f} s (goal: under 5 s)")


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--messages", type=int, default=3_000)
    chosen = parser.parse_args()
    var = load_settings().var
    model = var / "models"
    if not (model / "current").exists():
        train(var)
    print(machine())
    webhooks(model, chosen.rounds, chosen.requests)
    pipeline(model, chosen.rounds, chosen.messages)
    start(model, chosen.rounds)


if __name__ == "__main__":
    main()
