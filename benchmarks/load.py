"""A load generator: fixed requests over keep-alive connections, and how long each answer took.

A process of its own, plain sockets: it must cost less than what it measures. Prints JSON.

    python -m benchmarks.load PORT CONNECTIONS REQUESTS [FIRST_ID]
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from benchmarks.updates import PATH, SECRET, update

_END = b"\r\n\r\n"


def request(number: int) -> bytes:
    """One webhook delivery as bytes on the wire."""
    body = update(number)
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Client(asyncio.Protocol):
    """Sends the next request when an answer is whole."""

    def __init__(self, todo: list[bytes], took: list[float], done: asyncio.Future[None]) -> None:
        self.todo, self.took, self.done = todo, took, done
        self.buffer = b""
        self.bad = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.next()

    def next(self) -> None:
        if not self.todo:
            self.transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self.began = time.perf_counter()
        self.transport.write(self.todo.pop())

    def data_received(self, chunk: bytes) -> None:
        self.buffer += chunk
        head, found, rest = self.buffer.partition(_END)
        if not found:
            return
        length = next(
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length")
        )
        if len(rest) < length:
            return
        self.took.append(time.perf_counter() - self.began)
        self.bad += b" 200 " not in head[:16]
        self.buffer = b""
        self.next()


async def load(port: int, connections: int, requests: int, first: int) -> dict[str, float]:
    """Send deliveries, numbered from `first` on; figures as in `sent`."""
    todo = [request(first + number) for number in reversed(range(requests))]
    return await sent(port, connections, todo)


async def sent(port: int, connections: int, todo: list[bytes]) -> dict[str, float]:
    """Send all requests; rate, and latency percentiles in milliseconds."""
    took: list[float] = []
    loop = asyncio.get_running_loop()
    clients: list[Client] = []
    dones = []
    began = time.perf_counter()
    for _ in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        client = Client(todo, took, done)
        clients.append(client)
        dones.append(done)
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)
    await asyncio.gather(*dones)
    seconds = time.perf_counter() - began
    took.sort()
    return {
        "requests": len(took),
        "bad": sum(client.bad for client in clients),
        "per_s": len(took) / seconds,
        "p50_ms": took[len(took) // 2] * 1000,
        "p99_ms": took[int(len(took) * 0.99)] * 1000,
    }


if __name__ == "__main__":
    port, connections, requests, *rest = map(int, sys.argv[1:])
    print(json.dumps(asyncio.run(load(port, connections, requests, rest[0] if rest else 1))))
