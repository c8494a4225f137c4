"""Photos: from X's own hosts, and from no other."""

from __future__ import annotations

import pytest

from channels.adapter import Raw
from channels.errors import Refused, Unreachable
from channels.message import MediaKind, MediaRef
from tests.conformance.folders import RECEIVED_AT

RAW = Raw(body=b"{}", received_at=RECEIVED_AT)


async def fetched(polling, url: str) -> bytes:
    media = MediaRef(ref=url, kind=MediaKind.PHOTO)
    return b"".join([chunk async for chunk in polling.fetch(media, RAW)])


async def test_a_photo_comes_as_it_was_posted(x, base, polling) -> None:
    content = bytes(range(256)) * 1000
    key = x.photo(content, base)
    assert await fetched(polling, x.media[key]["url"]) == content


async def test_a_photo_of_a_message_is_asked_for_with_a_signature(x, base, polling) -> None:
    x.files["oP5.jpg"] = b"photo"
    assert await fetched(polling, f"{base}/1.1/ton/data/dm/1/2/oP5.jpg") == b"photo"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a.jpg",
        "http://169.254.169.254/latest/meta-data",
        "https://pbs.twimg.com.example.com/a.jpg",
        "https://pbs.twimg.com@127.0.0.1/a.jpg",
        "http://pbs.twimg.com:81/a.jpg",
        "file:///etc/passwd",
        "",
    ],
)
async def test_another_host_is_never_asked(polling, url: str) -> None:
    with pytest.raises(Refused):
        await fetched(polling, url)


async def test_what_is_gone_is_not_asked_for_again(base, polling) -> None:
    with pytest.raises(Refused):
        await fetched(polling, f"{base}/media/gone.jpg")


async def test_a_host_that_is_away_is_asked_again(x, base, polling) -> None:
    x.down = True
    with pytest.raises(Unreachable):
        await fetched(polling, f"{base}/media/a.jpg")


async def test_a_redirect_is_not_followed(x, base, polling) -> None:
    x.redirects["r.jpg"] = "http://127.0.0.1:1/inner"
    with pytest.raises(Unreachable):
        await fetched(polling, f"{base}/media/r.jpg")
