"""The embedded engine against Rasa: the same corpus, texts, machine and HTTP shape, one run.

    make rasa bench-nlu
    python -m benchmarks.nlu --file LABELLED.jsonl --rounds 3

Speed: requests per second and latency over `POST /model/parse`, one and eight clients; the load
generator is a process of its own. Rasa classifies; the embedded engine's answer holds places and
slots too. Rasa's server spreads over all cores by the threads of TensorFlow; ours is measured as
one process for each core, and as one alone. Memory: what is resident, of all processes together.
Accuracy: on the project's own test texts, and on each --file.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from benchmarks.__main__ import machine
from benchmarks.parse_load import TEXTS, sample
from benchmarks.servers import free_port, pss_mb, rss_mb, wait_for, with_children
from gateway.settings import load as load_settings
from nlu import evaluation, training
from nlu.engines.embedded import EmbeddedEngine
from nlu.engines.rasa import RasaServer
from nlu.places.resolve import resolve
from nlu.rasa import measuring
from nlu.rasa.environment import rasa_python
from nlu.rasa.training import MODEL, TOKEN, serve_command
from nlu.rasa.training import train as train_rasa

CLIENTS = (1, 8)
# As benchmarks.parse_alone, in Rasa's Python. It reads one text at a time, as its server does.
_IN_RASA = """
import asyncio, json, sys, time
texts = json.load(sys.stdin)
began = time.perf_counter()
from rasa.core.agent import Agent
imported = time.perf_counter()
agent = Agent.load(sys.argv[1])
loaded = time.perf_counter()
async def run():
    await agent.parse_message(texts[0])
    first = time.perf_counter()
    for text in texts:
        await agent.parse_message(text)
    print(json.dumps({
        "load_ms": (loaded - imported) * 1000,
        "first_ms": (first - began) * 1000,
        "single_per_s": len(texts) / (time.perf_counter() - first),
    }))
asyncio.run(run())
"""


class Served:
    """A server under measurement, and what was measured of it."""

    def __init__(self, name: str, port: int, process: subprocess.Popen[bytes]) -> None:
        self.name, self.port, self.process = name, port, process
        self.per_s: dict[int, list[float]] = {clients: [] for clients in CLIENTS}
        self.p50: dict[int, list[float]] = {clients: [] for clients in CLIENTS}
        self.p99: dict[int, list[float]] = {clients: [] for clients in CLIENTS}
        self.processes, self.rss, self.pss = 0, 0.0, 0.0

    def weigh(self) -> None:
        """Take the memory of all its processes, megabytes."""
        pids = with_children(self.process.pid)
        self.processes = len(pids)
        self.rss, self.pss = sum(map(rss_mb, pids)), sum(map(pss_mb, pids))

    def load(self, clients: int, seconds: float) -> None:
        """Ask for about so many seconds, judged by a short try that also warms up."""
        tried = ask(self.port, clients, 50)
        found = ask(self.port, clients, max(100, int(tried["per_s"] * seconds)))
        self.per_s[clients].append(found["per_s"])
        self.p50[clients].append(found["p50_ms"])
        self.p99[clients].append(found["p99_ms"])

    def rate(self, clients: int) -> float:
        """The median over the rounds, requests per second."""
        return statistics.median(self.per_s[clients])

    def line(self, clients: int) -> str:
        """The medians as a line."""
        p50, p99 = statistics.median(self.p50[clients]), statistics.median(self.p99[clients])
        rate = f"{self.rate(clients):7.0f} requests/s"
        return f"{self.name:10} {clients} clients: {rate}, p50 {p50:.2f} ms, p99 {p99:.2f} ms"


def ask(port: int, clients: int, requests: int) -> dict[str, float]:
    """Run the load generator."""
    command = [sys.executable, "-m", "benchmarks.parse_load", str(port), str(clients)]
    done = subprocess.run([*command, str(requests)], check=True, capture_output=True)
    found: dict[str, float] = json.loads(done.stdout)
    if found["bad"]:
        raise RuntimeError(f"{found['bad']} answers were not 200")
    return found


@contextmanager
def serving(
    name: str, port: int, command: list[str], environ: dict[str, str] | None = None
) -> Iterator[Served]:
    """Run a server; says how long it took to its first answer."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port, process, 180)
        ask(port, 1, 1)
        print(f"{name:10} start to first answer: {time.perf_counter() - began:.2f} s")
        yield Served(name, port, process)
    finally:
        process.terminate()
        process.wait(30)


def embedded(name: str, var: Path, workers: int) -> AbstractContextManager[Served]:
    """Run ours."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.parse_server", str(port), str(var), str(workers)]
    return serving(name, port, command)


def trained(var: Path) -> Path:
    """Rasa's model. Trains, timed, what is not there yet; what serves is measured, not replaced."""
    model = var / "rasa" / "models" / f"{MODEL}.tar.gz"
    if not model.exists():
        began = time.perf_counter()
        train_rasa(var)
        print(f"rasa      training: {time.perf_counter() - began:.0f} s")
    if not (var / "models" / "current").exists():
        began = time.perf_counter()
        training.train(var)
        print(f"embedded  training: {time.perf_counter() - began:.1f} s")
    return model


def speed(servers: list[Served], rounds: int, seconds: float) -> None:
    """Alternate the servers, so that both see the same machine."""
    for _ in range(rounds):
        for clients in CLIENTS:
            for server in servers:
                server.load(clients, seconds)
    for clients in CLIENTS:
        for server in servers:
            print(server.line(clients))
    rasa, *ours = servers
    for clients in CLIENTS:
        for server in ours:
            ratio = server.rate(clients) / rasa.rate(clients)
            print(
                f"ratio      {clients} clients, {server.name}: {ratio:.1f} times Rasa's requests/s"
                " (floor 30, goal 40 at 8)"
            )
    for server in servers:
        server.weigh()
        print(
            f"memory     {server.name}: {server.processes} process(es), {server.rss:.0f} MB"
            f" resident together, {server.pss:.0f} MB if what they share counts once"
        )
    for server in ours:
        print(f"memory     {server.name}: 1/{rasa.rss / server.rss:.1f} of Rasa's (floor 1/4)")


def in_process(var: Path, model: Path, rasa_http: float) -> None:
    """Texts per second without HTTP, and how soon after an empty process the first answer comes."""
    command = [str(rasa_python()), "-c", _IN_RASA, str(model.absolute())]
    rasa = alone(command, json.dumps(sample()))
    own = alone([sys.executable, "-m", "benchmarks.parse_alone", str(var)])
    for name, found in (("rasa", rasa), ("embedded", own)):
        print(
            f"{name:10} in process: loads in {found['load_ms']:.0f} ms, with its imports"
            f" {found['first_ms']:.0f} ms to the first answer;"
            f" one at a time {found['single_per_s']:.0f} texts/s"
        )
    single, batch = own["single_per_s"], own["batch_per_s"]
    print(
        f"embedded   in process, batches: {batch:.0f} texts/s, {1e6 / batch:.0f} microseconds each;"
        f" {single / rasa['single_per_s']:.0f} times Rasa one at a time,"
        f" {batch / rasa['single_per_s']:.0f} in batches (goal 100);"
        f" {batch / rasa_http:.0f} times Rasa's server"
    )
    print(
        f"ratio      to load 1/{rasa['load_ms'] / own['load_ms']:.0f} of Rasa's time,"
        f" to the first answer 1/{rasa['first_ms'] / own['first_ms']:.0f}"
    )


def alone(command: list[str], said: str = "") -> dict[str, float]:
    """Run an engine in a process of its own; what it found of itself."""
    done = subprocess.run(command, input=said.encode(), check=True, capture_output=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def accuracy(var: Path, rasa: Served, files: list[Path]) -> None:
    """Score both on labelled texts."""
    embedded = EmbeddedEngine.load(var / "models", places=resolve)
    server = RasaServer(url=f"http://127.0.0.1:{rasa.port}")
    readers = {"rasa": measuring.reader(server, embedded), "embedded": embedded.read}
    for file in files:
        labelled = evaluation.read(file)
        for name, read in readers.items():
            figures = evaluation.evaluate(read, labelled).figures
            said = "  ".join(
                f"{key} {figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"
                for key, figure in figures.items()
            )
            if said:
                print(f"{file.name} ({len(labelled)} texts), {name}: {said}")


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nlu", description=__doc__)
    parser.add_argument("--file", type=Path, action="append", default=[], help="labelled JSONL")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5, help="of each load")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="of the embedded one")
    parser.add_argument("--var", type=Path, default=None, help="default: that of config.yml")
    chosen = parser.parse_args()
    var = (chosen.var or load_settings().var).absolute()
    print(machine())
    model = trained(var)
    port = free_port()
    command, environ = serve_command(model, port)
    environ.pop(TOKEN, None)  # on loopback, for the time of the measurement
    with (
        serving("rasa", port, command, environ) as rasa,
        embedded("embedded", var, chosen.workers) as embedded_all,
        embedded("one process", var, 1) as embedded_one,
    ):
        speed([rasa, embedded_all, embedded_one], chosen.rounds, chosen.seconds)
        accuracy(var, rasa, [*TEXTS, *chosen.file])
        rate = rasa.rate(CLIENTS[-1])
    in_process(var, model, rate)


if __name__ == "__main__":
    main()
