"""Short links are followed to their point, and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway import short_links
from gateway.lookups import LookupFailedError
from gateway.short_links import HOPS, ShortLinks
from nlu.engines.breaker import Breaker
from nlu.places.links import Point, Query
from tests.gateway.strangers import Strangers, strangers

HOSTS = ["maps.app.goo.gl", "goo.gl", "waze.to", "www.google.com", "www.waze.com"]
SHORT = "https://maps.app.goo.gl/AbC12"
MONAS = Point(-6.1754, 106.8272)


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Strangers]:
    async with strangers(tmp_path, HOSTS) as one:
        yield one


@pytest.fixture
async def links(there: Strangers) -> AsyncIterator[ShortLinks]:
    one = ShortLinks(there.http())
    yield one
    await one.close()


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("https://www.google.com/maps/place/X/@-6.2,106.8,17z/data=!3d-6.1754!4d106.8272", MONAS),
        ("https://www.google.com/maps?q=-6.1754,106.8272&entry=gps", MONAS),
        ("https://www.google.com/maps/search/-6.1754,+106.8272?entry=tts", MONAS),
        ("https://www.google.com/maps/place/Pasar+Senen/data=!4m2!3m1!1s0x0", Query("Pasar Senen")),
        ("https://consent.google.com/m?continue=https://google.com/?q%3D-6.1754,106.8272", MONAS),
    ],
)  # fmt: skip
async def test_a_redirect_tells(
    there: Strangers, links: ShortLinks, location: str, target: Point | Query
) -> None:
    there.redirects["maps.app.goo.gl/AbC12"] = location
    assert await links.follow(SHORT) == target
    assert there.asked == ["maps.app.goo.gl/AbC12"]  # the map's page itself is never asked for


@pytest.mark.parametrize("written", ["goo.gl/maps/x", "http://goo.gl/maps/x"])
async def test_however_it_is_written_it_is_asked_over_https(
    there: Strangers, links: ShortLinks, written: str
) -> None:
    there.redirects["goo.gl/maps/x"] = "http://maps.app.goo.gl/AbC12"
    there.redirects["maps.app.goo.gl/AbC12"] = "https://www.waze.com/live?hash=1"
    there.redirects["www.waze.com/live?hash=1"] = "/ul?ll=-6.1754,106.8272"
    assert await links.follow(written) == MONAS
    assert len(there.asked) == 3


async def test_an_answer_is_remembered(there: Strangers, links: ShortLinks) -> None:
    there.redirects["maps.app.goo.gl/AbC12"] = "https://www.google.com/maps?q=-6.1754,106.8272"
    for _ in range(3):
        assert await links.follow(SHORT) == MONAS
    assert await links.follow("https://maps.app.goo.gl/none") is None
    assert await links.follow("https://maps.app.goo.gl/none") is None
    assert len(there.asked) == 2


async def test_no_more_are_remembered_than_agreed(
    there: Strangers, links: ShortLinks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(short_links, "KEPT", 2)
    for name in ("a", "b", "c", "a"):
        await links.follow(f"https://maps.app.goo.gl/{name}")
    assert len(there.asked) == 4


@pytest.mark.parametrize(
    "location",
    [
        "https://127.0.0.1/admin",
        "https://169.254.169.254/latest/meta-data",
        "https://[fd00::1]/",
        "https://internal.example/",
        "https://www.google.com.internal.example/maps",
        "https://www.google.com:8443/maps",
        "ftp://www.google.com/maps",
        "https://[",
        "https://goo.gl:99999/",
    ],
)
async def test_a_redirect_elsewhere_is_not_followed(
    there: Strangers, links: ShortLinks, location: str
) -> None:
    there.redirects["maps.app.goo.gl/AbC12"] = location
    with pytest.raises(LookupFailedError, match="unsafe"):
        await links.follow(SHORT)
    assert there.asked == ["maps.app.goo.gl/AbC12"]


async def test_a_point_of_a_host_that_is_no_map_is_none(
    there: Strangers, links: ShortLinks
) -> None:
    there.redirects["maps.app.goo.gl/AbC12"] = "https://internal.example/maps?q=-6.1754,106.8272"
    with pytest.raises(LookupFailedError, match="unsafe"):
        await links.follow(SHORT)


@pytest.mark.parametrize("url", ["https://internal.example/x", "https://goo.gl:x/", "https://["])
async def test_only_short_links_are_asked(there: Strangers, links: ShortLinks, url: str) -> None:
    with pytest.raises(LookupFailedError, match="unsafe"):
        await links.follow(url)
    assert there.asked == []


async def test_a_circle_ends(there: Strangers, links: ShortLinks) -> None:
    there.redirects["maps.app.goo.gl/AbC12"] = "/AbC12"
    assert await links.follow(SHORT) is None
    assert len(there.asked) == HOPS


async def test_a_network_that_fails_is_left_alone_and_tried_again(there: Strangers) -> None:
    now = 0.0
    breaker = Breaker(failures=2, wait_s=30, clock=lambda: now)
    links = ShortLinks(there.http(), breaker=breaker)
    there.names.port, port = 1, there.names.port  # nobody listens there
    said = []
    for number in range(4):
        with pytest.raises(LookupFailedError) as error:
            await links.follow(f"https://maps.app.goo.gl/{number}")
        said.append(str(error.value))
    assert said == ["failed", "failed", "open", "open"]
    now, there.names.port = 31.0, port
    there.redirects["maps.app.goo.gl/AbC12"] = "https://www.google.com/maps?q=-6.1754,106.8272"
    assert await links.follow(SHORT) == MONAS
    assert not breaker.is_open
    await links.close()
