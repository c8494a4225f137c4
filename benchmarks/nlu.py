"""The embedded engine against Rasa: the same corpus, texts, machine and HTTP shape, one run.

    make rasa bench-nlu
    python -m benchmarks.nlu --file LABELLED.jsonl --rounds 3

Speed: requests per second and latency over `POST /model/parse` with one and eight clients; the load
generator is a process of its own. Rasa classifies; the embedded engine's answer holds places and
slots besides. Accuracy: on the project's own test texts, and on each --file.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.__main__ import machine
from benchmarks.parse_load import TEXTS, texts
from benchmarks.servers import free_port, rss_mb, wait_for
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
_IN_RASA = """
import asyncio, json, sys, time
from rasa.core.agent import Agent
agent = Agent.load(sys.argv[1])
texts = json.load(sys.stdin)
async def run():
    await agent.parse_message(texts[0])
    began = time.perf_counter()
    for text in texts:
        await agent.parse_message(text)
    print(json.dumps(len(texts) / (time.perf_counter() - began)))
asyncio.run(run())
"""


class Served:
    """A server under measurement, and what was measured of it."""

    def __init__(self, name: str, port: int, process: subprocess.Popen[bytes]) -> None:
        self.name, self.port, self.process = name, port, process
        self.per_s: dict[int, list[float]] = {clients: [] for clients in CLIENTS}
        self.p50: dict[int, list[float]] = {clients: [] for clients in CLIENTS}
        self.p99: dict[int, list[float]] = {clients: [] for clients in CLIENTS}

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
        return f"{self.name:9} {clients} clients: {rate}, p50 {p50:.2f} ms, p99 {p99:.2f} ms"


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
        print(f"{name:9} start to first answer: {time.perf_counter() - began:.2f} s")
        yield Served(name, port, process)
    finally:
        process.terminate()
        process.wait(30)


def trained(var: Path) -> Path:
    """Rasa's model; trains, timed, what is not there yet."""
    model = var / "rasa" / "models" / f"{MODEL}.tar.gz"
    if not model.exists():
        began = time.perf_counter()
        train_rasa(var)
        print(f"rasa      training: {time.perf_counter() - began:.0f} s")
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
    rasa, embedded = servers
    for clients in CLIENTS:
        ratio = embedded.rate(clients) / rasa.rate(clients)
        print(f"ratio     {clients} clients: {ratio:.1f} times Rasa's requests/s (goal 40 at 8)")
    memory = [rss_mb(server.process.pid) for server in servers]
    print(
        f"memory    rasa {memory[0]:.0f} MB, embedded {memory[1]:.0f} MB resident:"
        f" 1/{memory[0] / memory[1]:.1f} (floor 1/4)"
    )


def in_process(var: Path, model: Path, rasa_http: float) -> None:
    """Texts per second without HTTP: one at a time for both, and in batches for ours."""
    asked = texts()
    done = subprocess.run(
        [str(rasa_python()), "-c", _IN_RASA, str(model.absolute())],
        input=json.dumps(asked[:300]).encode(), check=True, capture_output=True,
    )  # fmt: skip
    rasa = float(done.stdout.splitlines()[-1])
    engine = EmbeddedEngine.load(var / "models", places=resolve)
    engine.read(asked[:50])
    began = time.perf_counter()
    for text in asked:
        engine.read([text])
    single = len(asked) / (time.perf_counter() - began)
    began = time.perf_counter()
    engine.read(asked)
    batch = len(asked) / (time.perf_counter() - began)
    print(f"in process, one at a time: rasa {rasa:.0f} texts/s, embedded {single:.0f} texts/s")
    print(
        f"in process, batches: embedded {batch:.0f} texts/s; {single / rasa:.0f} times Rasa one at"
        f" a time, {batch / rasa:.0f} in batches; {batch / rasa_http:.0f} times Rasa's server"
        " (goal 100)"
    )


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
    parser.add_argument("--var", type=Path, default=None, help="default: that of config.yml")
    chosen = parser.parse_args()
    var = (chosen.var or load_settings().var).absolute()
    print(machine())
    model = trained(var)
    port, own_port = free_port(), free_port()
    command, environ = serve_command(model, port)
    environ.pop(TOKEN, None)  # on loopback, for the time of the measurement
    own = [sys.executable, "-m", "benchmarks.parse_server", str(own_port), str(var)]
    with (
        serving("rasa", port, command, environ) as rasa,
        serving("embedded", own_port, own) as embedded,
    ):
        speed([rasa, embedded], chosen.rounds, chosen.seconds)
        accuracy(var, rasa, [*TEXTS, *chosen.file])
        rate = rasa.rate(CLIENTS[-1])
    in_process(var, model, rate)


if __name__ == "__main__":
    main()
