"""Photos: their bytes as they are, in bounds, acknowledged when kept, refused in a sentence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from channels.adapter import Raw
from channels.errors import Refused
from channels.message import MediaKind, MediaRef
from tests.channels.webchat.conftest import Chat, Site, until

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9") * 9000  # 198 kB


async def test_a_photo_comes_as_it_was_sent(chat: Chat) -> None:
    await chat.page()
    answer = await chat.photo(JPEG)

    assert (answer.status, await answer.json()) == (200, {"ack": "photo-0001"})
    raw = chat.gateway.raws[0]
    message = chat.adapter.parse(raw).messages[0]
    fetched = b"".join([chunk async for chunk in chat.adapter.fetch(message.media[0], raw)])
    assert fetched == JPEG


async def test_a_photo_is_acknowledged_after_accept_has_returned(chat: Chat) -> None:
    await chat.page()
    chat.gateway.gate = asyncio.Event()
    posting = asyncio.create_task(chat.photo(JPEG))
    await chat.gateway.asked.wait()

    assert not posting.done()
    chat.gateway.gate.set()
    assert (await posting).status == 200


async def test_a_photo_sent_again_is_the_same_message(chat: Chat) -> None:
    await chat.page()
    names = []
    for photo_id in ("photo-0001", "photo-0001", "photo-0002"):
        await chat.photo(JPEG, photo_id)
        names.append(chat.adapter.parse(chat.gateway.raws[-1]).messages[0].external_id)

    assert names[0] == names[1] != names[2]


async def test_while_the_store_is_away_the_photo_is_asked_for_again(chat: Chat) -> None:
    await chat.page()
    chat.gateway.away = True
    answer = await chat.photo(JPEG)

    assert (answer.status, await answer.json()) == (503, {"retry": "photo-0001"})
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [("id", "Foto terlalu besar, paling besar 1 MB."), ("en", "too large, at most 1 MB.")],
)
@pytest.mark.parametrize("told", [True, False])
async def test_beyond_the_limit_the_page_is_told_so_in_its_language(
    site: Site, query: str, sentence: str, *, told: bool
) -> None:
    chat = await site(max_photo_bytes=1_000_000)
    await chat.page(**{"Accept-Language": query})

    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * 100_000

    answer = await chat.photo(b"x" * 1_000_001 if told else unannounced())

    assert answer.status == 413
    assert sentence in (await answer.json())["text"]
    assert chat.gateway.raws == []


async def test_a_photo_of_exactly_the_limit_is_taken(site: Site) -> None:
    chat = await site(max_photo_bytes=1000)
    await chat.page()

    assert (await chat.photo(b"x" * 1000)).status == 200


@pytest.mark.parametrize(
    ("photo_id", "body", "status", "code"),
    [
        ("photo-0001", b"", 400, "photo_empty"),
        ("", JPEG, 400, "unknown"),
        ("../../etc", JPEG, 400, "unknown"),
    ],
)
async def test_what_is_no_photo_is_refused(
    chat: Chat, photo_id: str, body: bytes, status: int, code: str
) -> None:
    await chat.page()
    answer = await chat.photo(body, photo_id)

    assert answer.status == status
    assert (await answer.json())["error"] == code


async def test_without_a_session_there_is_nobody_to_answer(chat: Chat) -> None:
    answer = await chat.photo(JPEG)

    assert answer.status == 401
    assert "cookie" in (await answer.json())["text"]


async def test_a_third_photo_of_one_session_waits(chat: Chat) -> None:
    await chat.page()
    chat.gateway.gate = asyncio.Event()
    first = asyncio.create_task(chat.photo(JPEG, "photo-0001"))
    await chat.gateway.asked.wait()
    chat.gateway.asked.clear()
    second = asyncio.create_task(chat.photo(JPEG, "photo-0002"))
    await chat.gateway.asked.wait()
    third = await chat.photo(JPEG, "photo-0003")

    assert (third.status, await third.json()) == (503, {"wait": "photo-0003", "seconds": 3})
    chat.gateway.gate.set()
    assert [(await one).status for one in (first, second)] == [200, 200]
    await until(lambda: len(chat.gateway.raws) == 2)
    assert (await chat.photo(JPEG, "photo-0003")).status == 200


async def test_photos_count_as_messages(site: Site) -> None:
    chat = await site(messages_per_minute=1)
    await chat.page()
    await chat.photo(JPEG, "photo-0001")
    answer = await chat.photo(JPEG, "photo-0002")

    assert await answer.json() == {"wait": "photo-0002", "seconds": 60}


async def test_a_reference_to_something_else_is_never_fetched(chat: Chat) -> None:
    await chat.page()
    await chat.photo(JPEG)
    raw: Raw = chat.gateway.raws[0]

    with pytest.raises(Refused):
        await anext(aiter(chat.adapter.fetch(MediaRef(ref="2", kind=MediaKind.PHOTO), raw)))


SHOWN = "/channels/webchat/shown/" + "4f0c2a7d" * 8 + ".jpg"


async def of_ours(reference: str) -> bytes | None:
    return JPEG if reference == "4f0c2a7d" * 8 else None


async def test_a_photo_of_ours_is_shown_to_a_browser_that_chats(chat: Chat) -> None:
    chat.adapter.use_photos(of_ours)
    async with chat.browser.get(SHOWN) as answer:
        assert answer.status == 404  # no session: who asks does not chat
    await chat.page()
    async with chat.browser.get(SHOWN) as answer:
        assert (answer.status, answer.content_type) == (200, "image/jpeg")
        assert await answer.read() == JPEG


@pytest.mark.parametrize("name", ["0" * 64, "..%2f..%2fkanal", "4F0C" * 16, ""])
async def test_any_other_name_shows_nothing(chat: Chat, name: str) -> None:
    chat.adapter.use_photos(of_ours)
    await chat.page()
    async with chat.browser.get(f"/channels/webchat/shown/{name}.jpg") as answer:
        assert answer.status == 404
