"""Fetching: getFile, then the file, up to what a bot may download."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from channels.adapter import Raw
from channels.errors import ChannelError, Misconfigured, Refused, Throttled, Unreachable
from channels.message import MediaKind, MediaRef
from channels.telegram.adapter import DOWNLOAD_LIMIT, Polling
from tests.channels.telegram.bot_api import BotApi

RAW = Raw(body=b"{}", received_at=datetime(2026, 1, 2, tzinfo=UTC))
PHOTO = MediaRef(ref="AgACphoto15-x", kind=MediaKind.PHOTO, size=184_320)


async def fetched(polling: Polling, media: MediaRef = PHOTO) -> bytes:
    return b"".join([chunk async for chunk in polling.fetch(media, RAW)])


async def test_file_comes_as_it_was_sent(polling: Polling, bot_api: BotApi) -> None:
    body = bytes(range(256)) * 4_000
    bot_api.give("getFile", {"file_id": PHOTO.ref, "file_path": "photos/file_15.jpg"})
    bot_api.files["photos/file_15.jpg"] = body

    assert await fetched(polling) == body
    assert bot_api.bodies("getFile") == [{"file_id": PHOTO.ref}]


async def test_file_beyond_telegrams_limit_is_not_asked_for(
    polling: Polling, bot_api: BotApi
) -> None:
    large = MediaRef(ref="BAACvideo25", kind=MediaKind.VIDEO, size=DOWNLOAD_LIMIT + 1)

    with pytest.raises(Refused, match="20 MB"):
        await fetched(polling, large)
    assert bot_api.bodies("getFile") == []


@pytest.mark.parametrize(
    ("code", "description", "error"),
    [
        (400, "Bad Request: file is too big", Refused),
        (400, "Bad Request: invalid file_id", Refused),
        (401, "Unauthorized", Misconfigured),
        (429, "Too Many Requests: retry after 3", Throttled),
        (500, "Internal Server Error", Unreachable),
    ],
)
async def test_refused_files_are_sorted(
    polling: Polling, bot_api: BotApi, code: int, description: str, error: type[ChannelError]
) -> None:
    bot_api.refuse("getFile", code, description, **({"retry_after": 3} if code == 429 else {}))

    with pytest.raises(error) as caught:
        await fetched(polling)
    if isinstance(caught.value, Throttled):
        assert caught.value.retry_after == timedelta(seconds=3)


@pytest.mark.parametrize("path", ["../../bot/getMe", None])
async def test_a_path_that_is_none_is_refused(
    polling: Polling, bot_api: BotApi, path: str | None
) -> None:
    bot_api.give("getFile", {"file_id": PHOTO.ref, "file_path": path})

    with pytest.raises(Refused):
        await fetched(polling)


async def test_a_file_that_is_gone_is_refused(polling: Polling, bot_api: BotApi) -> None:
    bot_api.give("getFile", {"file_id": PHOTO.ref, "file_path": "photos/gone.jpg"})

    with pytest.raises(Refused, match="404"):
        await fetched(polling)
