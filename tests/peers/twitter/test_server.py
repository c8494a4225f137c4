"""Our own X is X enough: X's own client `xdk` speaks with it and finds what it expects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from importlib.util import find_spec

import pytest
from aiohttp.test_utils import TestServer

from tests.peers.peers import peer
from tests.peers.twitter.x_server import Keys, X

peer("xdk", available=find_spec("xdk") is not None, install="pip install xdk")
pytestmark = pytest.mark.peer("xdk")


@pytest.fixture
async def served() -> AsyncIterator[tuple[X, str]]:
    x = X()
    async with TestServer(x.app, host="127.0.0.1") as server:
        yield x, str(server.make_url("")).rstrip("/")


def client(url: str, keys: Keys, *, oauth1: bool = True):
    from xdk import Client
    from xdk.oauth1_auth import OAuth1

    if not oauth1:
        return Client(base_url=url, access_token=keys.bearer)
    auth = OAuth1(
        keys.consumer_key,
        keys.consumer_secret,
        "http://127.0.0.1/none",
        access_token=keys.access_token,
        access_token_secret=keys.access_secret,
    )
    return Client(base_url=url, auth=auth)


async def test_it_says_who_we_are(served) -> None:
    x, url = served
    for oauth1 in (True, False):
        answer = await asyncio.to_thread(client(url, x.keys, oauth1=oauth1).users.get_me)
        assert (answer.data.id, answer.data.username) == ("1708", "LaporKota")


async def test_a_wrong_signature_is_refused(served) -> None:
    _, url = served
    from requests import HTTPError

    wrong = client(url, Keys(access_secret="another"))
    with pytest.raises(HTTPError, match="401"):
        await asyncio.to_thread(wrong.users.get_me)


async def test_mentions_come_newest_first_and_in_pages(served) -> None:
    x, url = served
    ani = x.citizen("ani")
    numbers = [x.post(ani, f"@LaporKota got mampet {n}") for n in range(12)]
    x.post(ani, "makan siang dulu")

    def read() -> list[list[str]]:
        pages = client(url, x.keys).users.get_mentions(
            "1708",
            max_results=5,
            post_fields=["created_at", "author_id"],
            expansions=["author_id"],
        )
        return [[one.id for one in page.data or []] for page in pages]

    pages = await asyncio.to_thread(read)
    assert [len(page) for page in pages] == [5, 5, 2]
    assert [one for page in pages for one in page] == numbers[::-1]


async def test_only_what_is_newer_comes_with_since_id(served) -> None:
    x, url = served
    ani = x.citizen("ani")
    first = x.post(ani, "@LaporKota satu")
    second = x.post(ani, "@laporkota dua")

    def read():
        return next(iter(client(url, x.keys).users.get_mentions("1708", since_id=first)))

    page = await asyncio.to_thread(read)
    assert [one.id for one in page.data] == [second]
    assert page.meta.newest_id == second


async def test_direct_messages_are_read_and_sent(served) -> None:
    x, url = served
    ani = x.citizen("ani")
    asked = x.dm(ani, "lampu jalan mati")

    def talk():
        mine = client(url, x.keys)
        page = next(iter(mine.direct_messages.get_events(dm_event_fields=["sender_id"])))
        sent = mine.direct_messages.create_by_participant_id(ani, {"text": "Di mana lokasinya?"})
        return page, sent

    page, sent = await asyncio.to_thread(talk)
    assert [(one.id, one.sender_id) for one in page.data] == [(asked, ani)]
    assert x.events[sent.data.dm_event_id]["text"] == "Di mana lokasinya?"


async def test_posts_are_answered_and_duplicates_refused(served) -> None:
    x, url = served
    from requests import HTTPError

    asked = x.post(x.citizen("ani"), "@LaporKota banjir")
    body = {"text": "Terima kasih, tercatat.", "reply": {"in_reply_to_tweet_id": asked}}
    mine = client(url, x.keys)
    answer = await asyncio.to_thread(mine.posts.create, body)
    assert x.posts[answer.data.id]["conversation_id"] == asked
    with pytest.raises(HTTPError, match="403"):
        await asyncio.to_thread(mine.posts.create, body)


async def test_media_are_taken(served) -> None:
    import base64

    x, url = served
    body = {"media": base64.b64encode(b"\xff\xd8 photo").decode(), "media_category": "tweet_image"}
    answer = await asyncio.to_thread(client(url, x.keys).media.upload, body)
    assert x.files[answer.data.id] == b"\xff\xd8 photo"


async def test_a_spent_budget_is_said_with_its_end(served) -> None:
    x, url = served
    from requests import HTTPError

    x.budget["GET /2/users/me"] = 0
    with pytest.raises(HTTPError) as error:
        await asyncio.to_thread(client(url, x.keys).users.get_me)
    assert error.value.response.status_code == 429
    assert int(error.value.response.headers["x-rate-limit-reset"]) == x.reset_at
