"""Fetches addresses that strangers wrote, and never one inside our own network.

    http = SafeHttp(timeout_s=2.0)
    async with http.get(url, may={"pbs.twimg.com"}.__contains__, hops=2) as response:
        async for chunk in response.content.iter_chunked(1 << 16): ...

Only https on its own port, only hosts that the caller knows, also behind each redirect. Names are
resolved here and the connection goes to the very addresses that were checked, so a name that
changes its mind between check and connection gains nothing. No cookies, no proxy, no credentials.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from ssl import SSLContext

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

LONGEST_URL = 4000  # characters
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: IPv6 that carries an IPv4 address to wherever a translator takes it. RFC 3056, 4380, 6052.
_CARRIERS = tuple(
    ipaddress.IPv6Network(net)
    for net in ("2002::/16", "2001::/32", "64:ff9b::/96", "64:ff9b:1::/48", "::/96")
)
Host = Callable[[str], bool]


class UnsafeUrlError(Exception):
    """An address that must not be fetched. The message says why, and holds no address."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public Internet; False for what is none."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if any(ip in carrier for carrier in _CARRIERS):
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses; a name with any other address is refused whole.

    Args:
        allowed: addresses that pass although they are not public. For tests on loopback.
        resolver: who asks the name servers.
    """

    def __init__(
        self, *, allowed: Collection[str] = (), resolver: AbstractResolver | None = None
    ) -> None:
        self._allowed = frozenset(allowed)
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name. Raises: UnsafeUrlError, OSError."""
        self._resolver = self._resolver or aiohttp.ThreadedResolver()
        found = await self._resolver.resolve(host, port, family)
        if not all(is_public(one["host"]) or one["host"] in self._allowed for one in found):
            raise UnsafeUrlError("the host's address is not a public one")
        return found

    async def close(self) -> None:
        if self._resolver:
            await self._resolver.close()


class SafeHttp:
    """A client for addresses that strangers wrote. Close it at the end.

    Args:
        timeout_s: seconds for one request, from resolving to the last byte that is read.
        allowed: addresses that pass although they are not public; as a literal host in a URL they
            may also be asked over http and on any port. For tests on loopback, nothing else.
        resolver: who asks the name servers; the system, where none is given.
        ssl: whom to trust; the system's authorities, where none is given.
    """

    def __init__(
        self,
        *,
        timeout_s: float,
        allowed: Collection[str] = (),
        resolver: AbstractResolver | None = None,
        ssl: SSLContext | None = None,
    ) -> None:
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._allowed = frozenset(allowed)
        self._resolver = PublicResolver(allowed=allowed, resolver=resolver)
        self._ssl = ssl
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def get(
        self, url: str, *, may: Host, hops: int = 0, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to a GET, its body unread. `hops` redirects are followed, each checked.

        Beyond `hops` the redirect itself is the answer. `headers` go to the first host only: a
        redirect must not carry a token elsewhere.

        Raises: UnsafeUrlError, aiohttp.ClientError, TimeoutError, OSError.
        """
        target = self._checked(url, may)
        origin = target.origin()
        while True:
            own = headers if target.origin() == origin else None
            response = await self._ask(target, own)
            try:
                location = response.headers.get("Location", "")
                if not (hops and location and response.status in _REDIRECTS):
                    yield response
                    return
            finally:
                response.close()  # what is unread stays unread
            hops -= 1
            target = self._checked(joined(target, location), may)

    def _checked(self, url: str, may: Host) -> URL:
        if len(url) > LONGEST_URL:
            raise UnsafeUrlError("too long")
        try:
            target = URL(url)
            port = target.port
        except ValueError:
            raise UnsafeUrlError("not an address") from None
        host = (target.host or "").rstrip(".")
        if not (host and may(host)):
            raise UnsafeUrlError("a host that is not known here")
        if target.user or target.password:
            raise UnsafeUrlError("a name or password in the address")
        if host not in self._allowed:
            if (target.scheme, port) != ("https", 443):
                raise UnsafeUrlError("neither https nor its own port")
            if is_literal(host) and not is_public(host):
                raise UnsafeUrlError("the address is not a public one")
        elif target.scheme not in {"http", "https"}:
            raise UnsafeUrlError("neither http nor https")
        return target

    async def _ask(self, target: URL, headers: Mapping[str, str] | None) -> aiohttp.ClientResponse:
        self._session = self._session or aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=self._resolver, use_dns_cache=False, ssl=self._ssl or True
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._timeout,
            trust_env=False,
        )
        return await self._session.get(target, allow_redirects=False, headers=headers)

    async def close(self) -> None:
        """Let go of all connections."""
        if self._session:
            await self._session.close()
        self._session = None


def is_literal(host: str) -> bool:
    """Whether a host is written as an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def joined(base: URL, location: str) -> str:
    """Where a redirect leads. Raises: UnsafeUrlError."""
    try:
        return str(base.join(URL(location)))
    except ValueError:
        raise UnsafeUrlError("a redirect to no address") from None
