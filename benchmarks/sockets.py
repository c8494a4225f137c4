"""Many citizens before the web chat, in a process of their own.

    python -m benchmarks.sockets PORT SOCKETS MESSAGES

Opens so many sockets, each with a session of its own; each confirms whatever it is told. Prints
"open", sends MESSAGES texts in all, waits for each to be acknowledged, and prints how many a second
that was; then listens until its standard input ends.
"""

from __future__ import annotations

import asyncio
import sys
import time

import aiohttp


def token(number: int) -> str:
    """The session of one of them, as a frame would show it."""
    return f"{number:043d}"


async def talk(port: int, sockets: int, messages: int) -> None:
    """See the module."""
    base = f"http://127.0.0.1:{port}"
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http:
        lines = [await _opened(http, base, number) for number in range(sockets)]
        print("open", flush=True)
        began = time.perf_counter()
        each = messages // sockets
        await asyncio.gather(*(_say(line, n, each) for n, line in enumerate(lines)))
        seconds = time.perf_counter() - began
        print(each * sockets / seconds if each else 0, flush=True)
        listening = [asyncio.create_task(_confirm(line)) for line in lines]
        await asyncio.to_thread(sys.stdin.read)
        for one in listening:
            one.cancel()


async def _opened(
    http: aiohttp.ClientSession, base: str, number: int
) -> aiohttp.ClientWebSocketResponse:
    return await http.ws_connect(
        f"{base}/channels/webchat/socket?lang=id",
        headers={"Origin": base},
        protocols=("kanal", f"kanal.{token(number)}"),
    )


async def _say(line: aiohttp.ClientWebSocketResponse, who: int, messages: int) -> None:
    for number in range(messages):
        text = f"air got meluap di gang {number}"
        await line.send_json({"id": f"bench-{who:05}-{number:05}", "text": text})
        answer = await line.receive_json()
        assert "ack" in answer, answer


async def _confirm(line: aiohttp.ClientWebSocketResponse) -> None:
    while True:
        frame = await line.receive_json()
        if "say" in frame:
            await line.send_json({"got": frame["say"]["key"]})


if __name__ == "__main__":
    asyncio.run(talk(*map(int, sys.argv[1:])))
