"""Webhook: Telegram is told where and with which secret, and believed only with it."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from channels.adapter import Accepted, Puller, Received, Reply, Webhook
from channels.errors import Misconfigured
from channels.telegram.adapter import ALLOWED_UPDATES, Hooked, Settings
from tests.channels.telegram.bot_api import BotApi


async def test_telegram_is_told_the_address_and_the_secret(hooked: Hooked, bot_api: BotApi) -> None:
    await hooked.start()
    await hooked.close()

    assert bot_api.bodies("setWebhook") == [
        {
            "url": "https://lapor.example/channels/telegram/main",
            "secret_token": "invented_secret-1",
            "allowed_updates": ALLOWED_UPDATES,
        }
    ]
    assert isinstance(hooked, Webhook)
    assert not isinstance(hooked, Puller)


def test_acknowledgement_is_an_empty_200(hooked: Hooked) -> None:
    # The gateway asks for it with what T1 committed, so there is none before T1.
    accepted = Accepted(received=Received(), outcomes=())

    assert hooked.acknowledge(accepted) == Reply(status=200, body=b"")


@pytest.mark.parametrize("secret", ["", "has space", "x" * 257, "rahasia#1"])
async def test_a_secret_that_telegram_would_refuse_names_the_variable(
    hooked: Hooked, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv("KANAL_TELEGRAM_SECRET", secret)

    with pytest.raises(Misconfigured, match="KANAL_TELEGRAM_SECRET"):
        await hooked.start()
    await hooked.close()


async def test_an_address_that_telegram_refuses_names_the_setting(
    hooked: Hooked, bot_api: BotApi
) -> None:
    bot_api.refuse("setWebhook", 400, "Bad Request: bad webhook: An HTTPS URL must be provided")

    with pytest.raises(Misconfigured, match=r"public_url.*HTTPS URL must be provided"):
        await hooked.start()
    await hooked.close()


@pytest.mark.parametrize("given", ["lapor.example", "https://", "ftp://lapor.example"])
def test_an_address_that_is_none_is_refused_by_the_settings(given: str) -> None:
    with pytest.raises(ValidationError, match="write it as https://"):
        Settings(mode="webhook", public_url=given)


def test_a_slash_at_the_end_of_an_address_does_no_harm() -> None:
    settings = Settings(public_url="https://lapor.example/", api_base="http://127.0.0.1:9/")

    assert settings.public_url == "https://lapor.example"
    assert settings.api_base == "http://127.0.0.1:9"


def test_webhook_without_a_public_address_is_refused_by_the_settings() -> None:
    with pytest.raises(ValidationError, match="public_url: missing"):
        Settings(mode="webhook")
