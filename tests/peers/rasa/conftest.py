"""A real Rasa server with a small model of our corpus, on a free port of the loopback."""

from __future__ import annotations

import hashlib
import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmarks.servers import free_port
from nlu.rasa.environment import ENVIRONMENT
from nlu.rasa.training import TOKEN, serve_command, train
from tests.peers.peers import peer

ROOT = Path(__file__).resolve().parents[3]
SECRET = "invented-token"
PER_CLASS, EPOCHS = 8, 8  # less than a minute on two free cores; it need not be good
PATIENCE_S = 180


@dataclass
class Running:
    """A server that answers, until it is stopped."""

    url: str
    server: subprocess.Popen[bytes]

    def parse(self, text: str) -> Any:
        """What the server itself says of a text."""
        body = json.dumps({"text": text}).encode()
        url = f"{self.url}/model/parse?token={SECRET}"
        with urllib.request.urlopen(url, data=body, timeout=30) as answer:
            return json.load(answer)

    def stop(self) -> None:
        self.server.terminate()
        self.server.wait(30)


@pytest.fixture(scope="session")
def rasa_model() -> Path:
    """A trained model; kept below build/ until the corpus or the pipeline changes."""
    peer("rasa", available=(ROOT / ENVIRONMENT / "bin" / "rasa").exists(), install="make rasa-env")
    seen = hashlib.sha256(f"{PER_CLASS} {EPOCHS}".encode())
    for path in sorted([*(ROOT / "nlu" / "corpus").rglob("*.yml"), *(ROOT / "nlu/rasa").glob("*")]):
        seen.update(path.read_bytes() if path.is_file() else b"")
    var = ROOT / "build" / "test-rasa" / seen.hexdigest()[:16]
    model = var / "rasa" / "models" / "nlu.tar.gz"
    if not model.exists():
        train(var, per_class=PER_CLASS, epochs=EPOCHS, environment=ROOT / ENVIRONMENT)
    return model


@contextmanager
def serving(model: Path, folder: Path) -> Iterator[Running]:
    """Start a server and wait until it has answered once: its first answer takes seconds."""
    port = free_port()
    command, environ = serve_command(model, port, ROOT / ENVIRONMENT)
    with (folder / "rasa.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env={**environ, TOKEN: SECRET}, stdout=log, stderr=log
        )
    running = Running(f"http://127.0.0.1:{port}", process)
    try:
        _wait(running, folder / "rasa.log")
        yield running
    finally:
        running.stop()


def _wait(running: Running, log: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        assert running.server.poll() is None, log.read_text()
        with suppress(OSError):
            running.parse("banjir")
            return
        time.sleep(0.1)
    raise AssertionError(f"Rasa has not answered within {PATIENCE_S} s: {log.read_text()}")
