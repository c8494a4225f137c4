"""Citizens before their cards, in a process of their own.

    python -m benchmarks.forms PORT < PATHS

Each opens the page of his card, all over some connections that stay; then each sends his form.
Prints pages a second and forms a second. Whether the forms were taken the store must say.
"""

from __future__ import annotations

import asyncio
import sys

from benchmarks.load import sent

CONNECTIONS = 8  # as many forms as are read at once (channels/uploads.py)
_BORDER = "kartu"


def page(path: str) -> bytes:
    """The request for a card."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def form(path: str) -> bytes:
    """A card filled in: a point, no photo."""
    said = {"point": "-6.2146,106.8451", "accuracy": "", "words": "depan halte"}
    body = "".join(
        f'--{_BORDER}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in said.items()
    )
    body += f"--{_BORDER}--\r\n"
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: multipart/form-data; boundary={_BORDER}\r\n\r\n"
    )
    return (head + body).encode()


async def main() -> None:
    """See the module."""
    paths = sys.stdin.read().split()
    for made in (page, form):
        told = await sent(int(sys.argv[1]), CONNECTIONS, [made(path) for path in paths])
        print(told["per_s"], flush=True)


if __name__ == "__main__":
    asyncio.run(main())
