"""`kanal channels check`: a sentence that says who the bot is, or what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from channels.adapter import Checked
from channels.errors import Misconfigured, Unreachable
from channels.telegram.adapter import Adapter, Hooked, Polling, Settings
from tests.channels.telegram.bot_api import BotApi

OURS = "https://lapor.example/channels/telegram/main"


@pytest.fixture
def unopened(base: str, token: str) -> Polling:
    adapter = Adapter("main", Settings(api_base=base))
    assert isinstance(adapter, Polling)
    return adapter


async def test_a_bot_that_works_is_named_and_nothing_is_changed(
    unopened: Polling, bot_api: BotApi
) -> None:
    bot_api.give("getWebhookInfo", {"url": "", "pending_update_count": 3})

    assert isinstance(unopened, Checked)
    assert await unopened.check() == "@LaporContohBot, reads by polling; 3 updates wait there"
    assert [method for method, _ in bot_api.calls] == ["getMe", "getWebhookInfo"]


@pytest.mark.parametrize("code", [401, 404])
async def test_a_revoked_token_names_the_variable(
    unopened: Polling, bot_api: BotApi, code: int
) -> None:
    bot_api.refuse("getMe", code, "Unauthorized")

    with pytest.raises(Misconfigured, match=r"KANAL_TELEGRAM_TOKEN: .*@BotFather"):
        await unopened.check()


async def test_no_token_names_the_variable(
    unopened: Polling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KANAL_TELEGRAM_TOKEN")

    with pytest.raises(Misconfigured, match="KANAL_TELEGRAM_TOKEN: no bot token"):
        await unopened.check()


async def test_a_webhook_elsewhere_is_named_by_its_host_alone(
    unopened: Polling, bot_api: BotApi
) -> None:
    bot_api.give("getWebhookInfo", {"url": "https://other.example:8443/hook/rahasia"})

    with pytest.raises(Misconfigured, match=r"webhook sends its updates to other\.example\.") as it:
        await unopened.check()
    assert "rahasia" not in str(it.value)


@pytest.mark.parametrize(
    ("info", "said"),
    [
        ({"url": ""}, "no webhook is set yet"),
        ({"url": OURS, "pending_update_count": 0}, f"called at {OURS}; 0 updates wait there"),
        (
            {"url": OURS, "pending_update_count": 7, "last_error_message": "Connection refused"},
            "7 updates wait there; Telegram's last trouble with it: Connection refused",
        ),
    ],
)
async def test_a_webhook_of_ours_is_told_with_its_trouble(
    hooked: Hooked, bot_api: BotApi, info: dict[str, Any], said: str
) -> None:
    bot_api.give("getWebhookInfo", info)

    assert said in await hooked.check()


async def test_a_webhook_that_leads_elsewhere_names_the_setting(
    hooked: Hooked, bot_api: BotApi
) -> None:
    bot_api.give("getWebhookInfo", {"url": "https://lama.example/channels/telegram/main"})

    with pytest.raises(Misconfigured, match=r"public_url: .*leads to lama\.example"):
        await hooked.check()


@pytest.mark.parametrize(
    "answer",
    [web.Response(text="<html>"), web.Response(status=502), ConnectionResetError()],
    ids=["garbage", "502", "no answer"],
)
async def test_where_telegram_is_away_the_token_is_not_blamed(
    unopened: Polling, bot_api: BotApi, answer: web.Response | Exception
) -> None:
    bot_api.then("getMe", answer)

    with pytest.raises(Unreachable):
        await unopened.check()
