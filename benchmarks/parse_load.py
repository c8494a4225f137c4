"""A load generator for `POST /model/parse`: a process of its own, plain sockets. Prints JSON.

python -m benchmarks.parse_load PORT CONNECTIONS REQUESTS
"""

from __future__ import annotations

import asyncio
import json
import sys
from itertools import cycle, islice
from pathlib import Path

from benchmarks.load import sent

_ROOT = Path(__file__).resolve().parent.parent
TEXTS = sorted(
    path for room in ("nlu/frozen", "tests/nlu/texts") for path in (_ROOT / room).glob("*.jsonl")
)


def texts() -> list[str]:
    """The project's own test texts: short and long, reports and small talk."""
    return [
        json.loads(line)["text"]
        for path in TEXTS
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def sample() -> list[str]:
    """One of eight of them, of each kind: what is read in process, where Rasa takes its time."""
    return texts()[::8]


def request(text: str) -> bytes:
    """One question as bytes on the wire."""
    body = json.dumps({"text": text}).encode()
    return (
        b"POST /model/parse HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body)
    ) + body


if __name__ == "__main__":
    port, connections, requests = map(int, sys.argv[1:])
    todo = [request(text) for text in islice(cycle(texts()), requests)]
    print(json.dumps(asyncio.run(sent(port, connections, todo))))
