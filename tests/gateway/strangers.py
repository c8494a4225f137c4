"""Other people's servers, on loopback, under their real names and with a certificate for them."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from gateway.safe_http import SafeHttp
from tests.peers.peers import peer

LOOPBACK = "127.0.0.1"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Names(AbstractResolver):
    """Every name leads to our server, or where the test says."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.elsewhere: dict[str, list[str]] = {}
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self.asked.append(host)
        return [
            ResolveResult(
                hostname=host, host=one, port=self.port, family=socket.AF_INET, proto=0, flags=0
            )
            for one in self.elsewhere.get(host, [LOOPBACK])
        ]

    async def close(self) -> None:
        """Nothing is held."""


@dataclass
class Strangers:
    """What they answer, by host and path, and what they were asked."""

    names: Names
    context: ssl.SSLContext
    plain_port: int
    redirects: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """A redirect, an answer of the test's own, or 404."""
        asked = f"{request.host.partition(':')[0]}{request.path_qs}"
        self.asked.append(asked)
        self.headers.append(dict(request.headers))
        if asked in self.redirects:
            return web.Response(status=302, headers={"Location": self.redirects[asked]})
        own = self.answers.get(request.path)
        return await own(request) if own else web.Response(status=404)

    def http(self, *, timeout_s: float = 5.0, loopback: bool = True) -> SafeHttp:
        """The client under test, led here instead of into the Internet."""
        allowed = {LOOPBACK} if loopback else ()
        return SafeHttp(timeout_s=timeout_s, allowed=allowed, resolver=self.names, ssl=self.context)


@asynccontextmanager
async def strangers(folder: Path, hosts: list[str]) -> AsyncIterator[Strangers]:
    """Serve until the end of the block."""
    cert, key = folder / "strangers.pem", folder / "strangers.key"
    self_signed(cert, key, hosts)
    there = Strangers(
        names=Names(0), context=ssl.create_default_context(cafile=str(cert)), plain_port=0
    )
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", there.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(cert, key)
    await web.TCPSite(runner, LOOPBACK, 0, ssl_context=server).start()
    await web.TCPSite(runner, LOOPBACK, 0).start()
    there.names.port, there.plain_port = (address[1] for address in runner.addresses)
    yield there
    await runner.cleanup()


def self_signed(cert: Path, key: Path, hosts: list[str]) -> None:
    peer("openssl", available=bool(shutil.which("openssl")), install="apt-get install -y openssl")
    names = ",".join(f"DNS:{host}" for host in hosts)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec",
         "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
         "/CN=strangers", "-addext", f"subjectAltName={names}",
         "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True,
    )  # fmt: skip
