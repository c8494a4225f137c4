"""Sending: every way in which Telegram can answer, or not, has its outcome."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest
from aiohttp import web

from channels.adapter import Refused, Retry, SendOutcome, Sent, Unknown, WirePart
from channels.errors import Misconfigured
from channels.message import Moved, OutboundMessage
from channels.telegram.adapter import Adapter, Polling, Settings
from channels.telegram.refusals import Floods
from tests.channels.telegram.bot_api import TOKEN, BotApi

PART = WirePart(method="sendMessage", body={"chat_id": 5501, "text": "Terima kasih."})
SENT = {"message_id": 77, "chat": {"id": 5501, "type": "private"}, "date": 1767225600}


async def test_message_goes_out_and_its_id_comes_back(polling: Polling, bot_api: BotApi) -> None:
    bot_api.give("sendMessage", SENT)
    message = OutboundMessage(
        channel="telegram", account="main", address="5501", key="k", text="Di mana?",
        ask_location=True,
    )  # fmt: skip
    (part,) = polling.render(message)

    assert await polling.send(part) == Sent(provider_id="5501:77")
    assert bot_api.bodies("sendMessage") == [dict(part.body)]


PHOTO = WirePart(method="sendPhoto", body={"chat_id": 5501, "photo": "4f0c"})


async def photos(reference: str) -> bytes | None:
    return b"\xff\xd8 a picture" if reference == "4f0c" else None


async def test_a_photo_is_uploaded_as_it_is_kept(polling: Polling, bot_api: BotApi) -> None:
    bot_api.give("sendPhoto", SENT)
    polling.use_photos(photos)

    assert await polling.send(PHOTO) == Sent(provider_id="5501:77")
    assert bot_api.bodies("sendPhoto") == [
        {"chat_id": 5501, "photo": ("image/jpeg", b"\xff\xd8 a picture")}
    ]


async def test_a_photo_that_was_taken_back_holds_up_nothing(
    polling: Polling, bot_api: BotApi
) -> None:
    polling.use_photos(photos)
    gone = WirePart(method="sendPhoto", body={"chat_id": 5501, "photo": "gone"})

    assert await polling.send(gone) == Sent()
    assert bot_api.bodies("sendPhoto") == []


async def test_a_photo_that_telegram_does_not_like_holds_up_nothing(
    polling: Polling, bot_api: BotApi
) -> None:
    bot_api.refuse("sendPhoto", 400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    polling.use_photos(photos)

    assert await polling.send(PHOTO) == Sent()


async def test_flood_control_waits_as_long_as_telegram_says(
    polling: Polling, bot_api: BotApi
) -> None:
    bot_api.refuse("sendMessage", 429, "Too Many Requests: retry after 35", retry_after=35)

    outcome = await polling.send(PART)

    assert isinstance(outcome, Retry)
    assert outcome.after == timedelta(seconds=35)


@pytest.mark.parametrize(
    ("code", "description", "expected"),
    [
        (403, "Forbidden: bot was blocked by the user", Refused(detail="", blocked=True)),
        (403, "Forbidden: user is deactivated", Refused(detail="", blocked=True)),
        (403, "Forbidden: bot was kicked from the group chat", Refused(detail="", blocked=True)),
        (400, "Bad Request: chat not found", Refused(detail="")),
        (400, "Bad Request: message text is empty", Refused(detail="")),
        (413, "Request Entity Too Large", Refused(detail="")),
        (429, "Too Many Requests", Retry(detail="")),
        (500, "Internal Server Error", Retry(detail="")),
        (502, "Bad Gateway", Retry(detail="")),
    ],
)  # fmt: skip
async def test_refusals_are_sorted(
    polling: Polling, bot_api: BotApi, code: int, description: str, expected: SendOutcome
) -> None:
    bot_api.refuse("sendMessage", code, description)

    outcome = await polling.send(PART)

    assert without_detail(outcome) == expected
    assert not isinstance(outcome, Sent)
    assert outcome.detail == f"sendMessage: {code} {description}"


async def test_a_gateway_errors_page_is_tried_again(polling: Polling, bot_api: BotApi) -> None:
    bot_api.then("sendMessage", web.Response(status=502, text="<html>nginx</html>"))

    assert await polling.send(PART) == Retry(detail="sendMessage: 502")


@pytest.mark.parametrize("code", [401, 404])
async def test_a_dead_token_names_the_variable(
    polling: Polling, bot_api: BotApi, code: int
) -> None:
    bot_api.refuse("sendMessage", code, "Unauthorized")

    with pytest.raises(Misconfigured, match="KANAL_TELEGRAM_TOKEN"):
        await polling.send(PART)


async def test_a_group_that_moved_is_followed_and_the_move_is_told(
    polling: Polling, bot_api: BotApi
) -> None:
    moved = "Bad Request: group chat was upgraded to a supergroup chat"
    bot_api.refuse("sendMessage", 400, moved, migrate_to_chat_id=-1009900112233)
    bot_api.give("sendMessage", {"message_id": 5, "chat": {"id": -1009900112233}})
    quoting = {"chat_id": -4400, "text": "Ya.", "reply_parameters": {"message_id": 36}}

    assert await polling.send(WirePart(method="sendMessage", body=quoting)) == Sent(
        provider_id="-1009900112233:5",
        moved=Moved(channel="telegram", account="main", old="-4400", new="-1009900112233"),
    )
    assert bot_api.bodies("sendMessage") == [
        quoting,
        {"chat_id": -1009900112233, "text": "Ya."},  # 36 would be another message there
    ]


async def test_a_wait_is_one_chats_own_until_another_chat_must_wait_too(
    polling: Polling, bot_api: BotApi
) -> None:
    async def told(chat: int, seconds: int) -> Retry:
        bot_api.refuse("sendMessage", 429, "Too Many Requests", retry_after=seconds)
        part = WirePart(method="sendMessage", body={"chat_id": chat, "text": "Ya."})
        outcome = await polling.send(part)
        assert isinstance(outcome, Retry)
        assert outcome.after == timedelta(seconds=seconds)
        return outcome

    clock = iter([100.0, 110.0, 200.0, 201.0])
    polling._floods = Floods(lambda: next(clock))
    assert not (await told(5501, 30)).account
    assert not (await told(5501, 30)).account  # the same one again
    assert not (await told(5502, 30)).account  # the first wait is over since 140
    assert (await told(5503, 30)).account  # 5502 still waits


async def test_a_connection_that_breaks_after_the_request_may_have_delivered_it(
    polling: Polling, bot_api: BotApi
) -> None:
    bot_api.then("sendMessage", ConnectionResetError())

    assert isinstance(await polling.send(PART), Unknown)
    assert len(bot_api.bodies("sendMessage")) == 1


async def test_a_200_that_cannot_be_read_may_have_delivered_it(
    polling: Polling, bot_api: BotApi
) -> None:
    bot_api.then("sendMessage", web.Response(text="<html>"))

    assert isinstance(await polling.send(PART), Unknown)


async def test_where_nobody_listens_nothing_was_sent(
    polling: Polling, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setattr(polling._api, "_base_url", f"{closed}/bot{TOKEN}")

    outcome = await polling.send(PART)

    assert isinstance(outcome, Retry)
    assert "ClientConnectorError" in outcome.detail


async def test_a_press_that_is_too_old_to_answer_is_no_failure(
    polling: Polling, bot_api: BotApi
) -> None:
    bot_api.refuse("answerCallbackQuery", 400, "Bad Request: query is too old")
    press = WirePart(method="answerCallbackQuery", body={"callback_query_id": "1"})

    assert await polling.send(press) == Sent()


async def test_a_send_while_the_gateway_stops_waits(polling: Polling) -> None:
    assert polling._api is not None
    await polling._api.close_connections()

    assert isinstance(await polling.send(PART), Retry)


async def test_before_the_start_a_message_waits(token: str) -> None:
    assert isinstance(await Adapter("main", Settings()).send(PART), Retry)


def without_detail(outcome: SendOutcome) -> SendOutcome:
    match outcome:
        case Refused(blocked=blocked):
            return Refused(detail="", blocked=blocked)
        case Retry(after=after):
            return Retry(detail="", after=after)
        case _:
            return outcome
