"""The token stands in every URL of the Bot API, and nowhere that a person could read it."""

from __future__ import annotations

import logging
import traceback
from datetime import UTC, datetime

import pytest
from aiohttp import web
from telegram import Bot

from channels.adapter import Raw, WirePart
from channels.errors import ChannelError
from channels.message import MediaKind, MediaRef
from channels.telegram.adapter import Adapter, Polling, Settings
from tests.channels.telegram.bot_api import TOKEN, BotApi

PART = WirePart(method="sendMessage", body={"chat_id": 5501, "text": "kata warga"})
PHOTO = MediaRef(ref="AgACphoto", kind=MediaKind.PHOTO)
RAW = Raw(body=b"{}", received_at=datetime(2026, 1, 2, tzinfo=UTC))
SECRET = TOKEN.partition(":")[2]


async def test_token_is_in_no_log_error_or_repr(
    polling: Polling, bot_api: BotApi, base: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = [repr(polling), repr(polling._api), str(polling._api), repr(Settings())]

    bot_api.give("sendMessage", {"message_id": 1, "chat": {"id": 5501}})
    bot_api.refuse("sendMessage", 400, "Bad Request: chat not found")
    bot_api.then("sendMessage", web.Response(text="<html>kata warga"))
    bot_api.then("sendMessage", ConnectionResetError())
    said += [repr(await polling.send(PART)) for _ in range(4)]

    bot_api.refuse("sendMessage", 401, "Unauthorized")
    said.append(await told(polling.send(PART)))
    for code in (404, 409, 500):
        bot_api.refuse("getUpdates", code, "x")
        said.append(await told(polling.pull("1")))
    bot_api.then("getUpdates", web.Response(text='{"ok": true, "result": "kata warga'))
    said.append(await told(polling.pull("1")))
    bot_api.give("getFile", {"file_path": "gone.jpg"})
    said.append(await told(polling.fetch(PHOTO, RAW).__anext__()))
    bot_api.give("getFile", {"file_path": "\x00 gone.jpg"})
    said.append(await told(polling.fetch(PHOTO, RAW).__anext__()))

    everything = "\n".join([*said, caplog.text, *(repr(r.__dict__) for r in caplog.records)])
    assert SECRET not in everything
    assert "kata warga" not in everything  # a citizen's words neither


async def test_a_wrong_address_of_the_api_does_not_tell_the_token(
    token: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    adapter = Adapter("main", Settings(api_base="http://127.0.0.1:1"))

    said = await told(adapter.start())
    await adapter.close()

    assert SECRET not in said + caplog.text


def test_the_library_would_have_told(token: str, caplog: pytest.LogCaptureFixture) -> None:
    """The planted token can be found: the test above would see it in a log."""
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="telegram"):
        Bot(token)

    assert SECRET in caplog.text


async def told(work: object) -> str:
    """What a person would read of the error that `work` ends in."""
    with pytest.raises(ChannelError) as caught:
        await work  # type: ignore[misc]
    return "".join(traceback.format_exception(caught.value)) + repr(caught.value)
