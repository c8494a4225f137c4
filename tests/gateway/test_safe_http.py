"""No address that a stranger wrote leads into our own network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from gateway.safe_http import LONGEST_URL, SafeHttp, UnsafeUrlError, is_public
from tests.gateway.strangers import LOOPBACK, Names, Strangers, strangers

HOSTS = ["photos.example", "other.example"]


def known(host: str) -> bool:
    return host in HOSTS


def anyone(_host: str) -> bool:
    return True


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Strangers]:
    async with strangers(tmp_path, HOSTS) as one:
        yield one


@pytest.fixture
async def http(there: Strangers) -> AsyncIterator[SafeHttp]:
    client = there.http()
    yield client
    await client.close()


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 (nothing binds)
        "10.1.2.3",
        "100.64.0.1",  # carrier-grade NAT
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",  # where clouds keep their secrets
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.7",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",  # ::127.0.0.1, as old as IPv6
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:a9fe:a9fe",
        "64:ff9b::7f00:1",  # NAT64 of 127.0.0.1
        "64:ff9b:1::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",  # 6to4 of 127.0.0.1
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "ff02::1",
        "localhost",
        "",
        "1.1.1",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"]
)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://photos.example/a",
        "https://photos.example:8443/a",
        "https://unknown.example/a",
        "https://photos.example.unknown.example/a",
        "https://photos.example@unknown.example/a",
        "https://ani:secret@photos.example/a",
        "ftp://photos.example/a",
        "file:///etc/passwd",
        "//photos.example/a",
        "https://",
        "https://[",
        "https://photos.example:99999/",
        "",
        "https://photos.example/" + "a" * LONGEST_URL,
    ],
)
async def test_what_is_refused_before_anybody_is_asked(
    there: Strangers, http: SafeHttp, url: str
) -> None:
    with pytest.raises(UnsafeUrlError):
        async with http.get(url, may=known):
            pytest.fail("was asked")
    assert there.asked == there.names.asked == []


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254", "[fd00::1]",
     "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0"],
)  # fmt: skip
async def test_addresses_written_as_such(there: Strangers, host: str) -> None:
    """Whatever way it is written: refused by us, by the URL's parser, or by the HTTP client."""
    client = there.http(loopback=False)
    try:
        with pytest.raises((UnsafeUrlError, aiohttp.ClientError)):
            async with client.get(f"https://{host}/", may=anyone):
                pytest.fail("was asked")
    finally:
        await client.close()
    assert there.asked == []


@pytest.mark.parametrize(
    "addresses", [["10.0.0.1"], ["127.0.0.1", "10.0.0.1"], ["::ffff:169.254.169.254"]]
)
async def test_a_name_with_an_address_of_ours_is_refused_whole(
    there: Strangers, http: SafeHttp, addresses: list[str]
) -> None:
    there.names.elsewhere["photos.example"] = addresses
    with pytest.raises(UnsafeUrlError, match="not a public one"):
        async with http.get("https://photos.example/a", may=known):
            pytest.fail("was asked")


async def test_a_name_that_changes_its_mind_gains_nothing(there: Strangers) -> None:
    """The connection goes to the addresses that were checked: nobody resolves a second time."""
    client = there.http()
    async with client.get("https://photos.example/a", may=known) as response:
        assert response.status == 404
    assert there.names.asked == ["photos.example"]
    there.names.elsewhere["photos.example"] = ["10.0.0.1"]
    await client.close()  # a connection that is still open would be used again
    with pytest.raises(UnsafeUrlError):
        async with client.get("https://photos.example/a", may=known):
            pytest.fail("was asked")
    assert there.names.asked == ["photos.example"] * 2
    await client.close()


async def test_redirects_are_followed_as_far_as_asked(there: Strangers, http: SafeHttp) -> None:
    there.redirects["photos.example/1"] = "/2"
    there.redirects["photos.example/2"] = "https://other.example/3"

    async def photo(_: web.Request) -> web.Response:
        return web.Response(body=b"a photo")

    there.answers["/3"] = photo
    async with http.get("https://photos.example/1", may=known, hops=2) as response:
        assert await response.read() == b"a photo"
    async with http.get("https://photos.example/1", may=known, hops=1) as response:
        assert response.headers["Location"] == "https://other.example/3"


@pytest.mark.parametrize(
    "location",
    [
        "http://photos.example/2",
        "https://unknown.example/2",
        "https://127.0.0.1/2",
        "https://[::1]/2",
        "//169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "https://[",
    ],
)
async def test_redirects_are_checked_like_addresses(
    there: Strangers, http: SafeHttp, location: str
) -> None:
    there.redirects["photos.example/1"] = location
    with pytest.raises(UnsafeUrlError):
        async with http.get("https://photos.example/1", may=known, hops=3):
            pytest.fail("was followed")
    assert there.asked == ["photos.example/1"]


async def test_a_token_goes_to_its_host_only(there: Strangers, http: SafeHttp) -> None:
    there.redirects["photos.example/1"] = "/2"
    there.redirects["photos.example/2"] = "https://other.example/3"
    token = {"Authorization": "Bearer invented"}
    async with http.get("https://photos.example/1", may=known, hops=5, headers=token):
        pass
    assert [one.get("Authorization", "") for one in there.headers] == [
        "Bearer invented",
        "Bearer invented",
        "",
    ]


async def test_a_circle_ends(there: Strangers, http: SafeHttp) -> None:
    there.redirects["photos.example/1"] = "/1"
    async with http.get("https://photos.example/1", may=known, hops=3) as response:
        assert response.status == 302
    assert len(there.asked) == 4


async def test_no_cookie_is_kept(there: Strangers, http: SafeHttp) -> None:
    async def sets(_: web.Request) -> web.Response:
        answer = web.Response()
        answer.set_cookie("who", "you")
        return answer

    there.answers["/1"] = sets
    for _ in range(2):
        async with http.get("https://photos.example/1", may=known):
            pass
    assert [one.get("Cookie") for one in there.headers] == [None, None]


async def test_a_server_that_never_answers_is_left(there: Strangers) -> None:
    forever = asyncio.Event()

    async def silent(_: web.Request) -> web.Response:
        await forever.wait()
        return web.Response()

    there.answers["/1"] = silent
    client = there.http(timeout_s=0.05)
    with pytest.raises(TimeoutError):
        async with client.get("https://photos.example/1", may=known):
            pytest.fail("has answered")
    forever.set()
    await client.close()


async def test_a_certificate_of_another_is_refused(there: Strangers) -> None:
    client = SafeHttp(timeout_s=5, allowed={LOOPBACK}, resolver=Names(there.names.port))
    with pytest.raises(aiohttp.ClientConnectorCertificateError):
        async with client.get("https://photos.example/1", may=known):
            pytest.fail("was trusted")
    await client.close()


async def test_loopback_is_open_to_tests_only(there: Strangers, http: SafeHttp) -> None:
    url = f"http://127.0.0.1:{there.plain_port}/1"
    async with http.get(url, may=anyone) as response:
        assert response.status == 404
    with pytest.raises(UnsafeUrlError):
        async with SafeHttp(timeout_s=5).get(url, may=anyone):
            pytest.fail("was asked")
