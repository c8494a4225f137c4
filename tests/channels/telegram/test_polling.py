"""Polling: a raw delivery per update, confirmed by the cursor and by nothing else."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from aiohttp import web

from channels.adapter import Puller, Webhook
from channels.errors import Malformed, Misconfigured, Throttled, Unreachable
from channels.telegram.adapter import ALLOWED_UPDATES, Adapter, Polling, Settings
from tests.channels.telegram.bot_api import BotApi

UPDATES = [
    {"update_id": 41, "message": {"message_id": 1}},  # lacks all that a message needs
    {"update_id": 42, "message": {
        "message_id": 2, "date": 1767225600, "text": "banjir",
        "chat": {"id": 5501, "type": "private"},
        "from": {"id": 5501, "is_bot": False, "first_name": "Rina"},
    }},
]  # fmt: skip


async def test_each_update_is_a_delivery_and_a_bad_one_does_not_take_its_neighbour_along(
    polling: Polling, bot_api: BotApi
) -> None:
    bot_api.give("getUpdates", UPDATES)

    raws, cursor = await polling.pull(None)

    assert [json.loads(raw.body) for raw in raws] == UPDATES
    assert cursor == "43"
    with pytest.raises(Malformed):
        polling.parse(raws[0])
    assert polling.parse(raws[1]).messages[0].text == "banjir"


async def test_updates_stay_unconfirmed_until_the_cursor_is_given_back(
    polling: Polling, bot_api: BotApi
) -> None:
    # Bot API, "getUpdates": an update is confirmed by a call with a higher offset. The gateway
    # passes the cursor of its last T1, so a crash before that asks for the same updates again.
    for _ in range(3):
        bot_api.give("getUpdates", UPDATES)

    _, cursor = await polling.pull("41")
    await polling.pull("41")
    await polling.pull(cursor)

    offsets = [body["offset"] for body in bot_api.bodies("getUpdates")]
    assert offsets == [41, 41, 43]
    assert bot_api.bodies("getUpdates")[0]["allowed_updates"] == ALLOWED_UPDATES


async def test_no_news_keep_the_cursor(polling: Polling, bot_api: BotApi) -> None:
    bot_api.give("getUpdates", [])

    assert await polling.pull("43") == ([], "43")


async def test_the_first_poll_has_no_offset(polling: Polling, bot_api: BotApi) -> None:
    bot_api.give("getUpdates", [])

    assert await polling.pull(None) == ([], None)
    assert "offset" not in bot_api.bodies("getUpdates")[0]


async def test_polling_waits_as_long_as_telegram_says(polling: Polling, bot_api: BotApi) -> None:
    bot_api.refuse("getUpdates", 429, "Too Many Requests: retry after 7", retry_after=7)

    with pytest.raises(Throttled) as caught:
        await polling.pull("41")

    assert caught.value.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize(
    ("code", "description", "error", "words"),
    [
        (409, "Conflict: terminated by other getUpdates request", Unreachable, "another program"),
        (
            409,
            "Conflict: can't use getUpdates method while webhook is active",
            Misconfigured,
            "has set a webhook",
        ),
        (401, "Unauthorized", Misconfigured, "KANAL_TELEGRAM_TOKEN"),
        (404, "Not Found", Misconfigured, "KANAL_TELEGRAM_TOKEN"),
        (502, "Bad Gateway", Unreachable, "502"),
    ],
)
async def test_polling_says_who_must_act(
    polling: Polling, bot_api: BotApi, code: int, description: str, error: type, words: str
) -> None:
    bot_api.refuse("getUpdates", code, description)

    with pytest.raises(error, match=words):
        await polling.pull("41")


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(text="<html>bad gateway</html>"),
        web.Response(text='{"ok": true}'),
        web.Response(text='{"ok": true, "result": {}}'),
        web.Response(text='{"ok": true, "result": [{"no": "update_id"}]}'),
        web.Response(text="[]"),
    ],
    ids=["html", "no result", "no list", "no update_id", "no object"],
)
async def test_an_answer_that_cannot_be_read_moves_no_cursor(
    polling: Polling, bot_api: BotApi, answer: web.Response
) -> None:
    bot_api.then("getUpdates", answer)

    with pytest.raises(Unreachable):
        await polling.pull("41")


async def test_start_learns_the_bots_name_and_takes_the_webhook_away(
    polling: Polling, bot_api: BotApi
) -> None:
    assert [method for method, _ in bot_api.calls] == ["getMe", "deleteWebhook"]
    assert isinstance(polling, Puller)
    assert not isinstance(polling, Webhook)


async def test_start_without_a_token_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KANAL_TELEGRAM_TOKEN", raising=False)

    with pytest.raises(Misconfigured, match="KANAL_TELEGRAM_TOKEN"):
        await Adapter("main", Settings()).start()


async def test_before_the_start_nothing_can_be_pulled(token: str) -> None:
    adapter = Adapter("main", Settings())
    assert isinstance(adapter, Polling)

    with pytest.raises(Unreachable, match="not started"):
        await adapter.pull(None)


async def test_polling_makes_up_for_a_start_that_telegram_did_not_hear(
    base: str, bot_api: BotApi, token: str
) -> None:
    bot_api.refuse("getMe", 502, "Bad Gateway")
    bot_api.give("getUpdates", [])
    adapter = Adapter("main", Settings(api_base=base, poll_timeout_s=0))
    assert isinstance(adapter, Polling)

    with pytest.raises(Unreachable):
        await adapter.start()
    await adapter.pull(None)
    await adapter.close()

    methods = [method for method, _ in bot_api.calls]
    assert methods == ["getMe", "getMe", "deleteWebhook", "getUpdates"]
