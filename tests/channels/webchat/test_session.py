"""Whose session it is, and which pages may use it."""

from __future__ import annotations

import aiohttp
import pytest

from channels.webchat.session import COOKIE, Session
from tests.channels.webchat.conftest import Chat, Site, say, until


async def test_the_page_gives_a_session_that_no_script_reads(chat: Chat) -> None:
    async with chat.browser.get("/") as answer:
        cookie = answer.headers.getall("Set-Cookie")[-1]

    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie


async def test_behind_tls_the_cookie_never_travels_without(chat: Chat) -> None:
    async with chat.browser.get("/", headers={"X-Forwarded-Proto": "https"}) as answer:
        assert "Secure" in answer.headers.getall("Set-Cookie")[-1]


async def test_a_session_stays_the_same(chat: Chat) -> None:
    await chat.page()
    first = chat.token
    await chat.page()

    assert chat.token == first
    assert len(first) == 43  # 256 bits, base64url


@pytest.mark.parametrize("cookie", ["", "x", "a" * 44, "a" * 42 + "%"])
async def test_a_cookie_that_is_rubbish_is_replaced(chat: Chat, cookie: str) -> None:
    headers = {"Cookie": f"{COOKIE}={cookie}", "Origin": chat.origin}
    async with (
        aiohttp.ClientSession() as stranger,
        stranger.get(chat.origin, headers=headers) as answer,
    ):
        assert len(answer.cookies[COOKIE].value) == 43
        assert answer.cookies[COOKIE].value != cookie


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "https://evil.example",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "file://",
        "http://[",
        "ftp://{host}",
        "http://{host}.evil.example",
        "http://user@{host}",
        "http://evil.example/{host}",
    ],
)
async def test_only_pages_of_ours_open_the_socket(chat: Chat, origin: str | None) -> None:
    host = chat.origin.removeprefix("http://")
    headers = {} if origin is None else {"Origin": origin.replace("{host}", host)}

    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await chat.browser.ws_connect("/channels/webchat/socket", headers=headers)
    assert refused.value.status == 403


async def test_an_origin_that_the_settings_name_opens_the_socket(site: Site) -> None:
    chat = await site(own_origins=["https://Lapor.example.go.id"])
    tab = await chat.tab(Origin="https://lapor.example.go.id")

    assert await say(tab, {"id": "aaaaaaaa", "text": "halo"}) == {"ack": "aaaaaaaa"}


@pytest.mark.parametrize("path", ["photo", "leave"])
async def test_a_foreign_page_can_neither_upload_nor_end_a_session(chat: Chat, path: str) -> None:
    await chat.page()
    headers = {"Origin": "https://evil.example", "X-Kanal-Id": "aaaaaaaa"}
    async with chat.browser.post(f"/channels/webchat/{path}", data=b"x", headers=headers) as answer:
        assert answer.status == 403
        assert "Set-Cookie" not in answer.headers
    assert chat.gateway.raws == []


async def test_leaving_ends_the_session(chat: Chat) -> None:
    await chat.page()
    before = chat.token
    async with chat.browser.post(
        "/channels/webchat/leave", headers={"Origin": chat.origin}
    ) as answer:
        assert answer.status == 200
    await chat.page()

    assert chat.token != before


async def test_the_token_is_in_no_delivery_log_or_repr(
    chat: Chat, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(0)
    await chat.page()
    tab = await chat.tab()
    await say(tab, {"id": "aaaaaaaa", "text": "halo"})
    await tab.close()
    await until(lambda: bool(chat.gateway.raws))

    written = repr(chat.gateway.raws) + caplog.text + "".join(capsys.readouterr())
    written += repr(Session(chat.token))
    assert chat.token not in written
    assert Session(chat.token).address in repr(chat.gateway.raws)


async def test_a_frame_shows_its_session_itself_and_gets_no_cookie(chat: Chat) -> None:
    token = "f" * 43
    tab = await chat.browser.ws_connect(
        "/channels/webchat/socket",
        headers={"Origin": chat.origin},
        protocols=("kanal", f"kanal.{token}"),
    )
    chat.tabs.append(tab)
    assert tab.protocol == "kanal"
    assert tab._response.headers.getall("Set-Cookie", []) == []
    await say(tab, {"id": "aaaaaaaa", "text": "halo"})
    answer = await chat.photo(b"\xff\xd8x", **{"X-Kanal-Session": token})

    assert answer.status == 200
    sessions = [raw.envelope["session"] for raw in chat.gateway.raws]
    assert sessions == [Session(token).address] * 2
    assert token not in repr(chat.gateway.raws)


@pytest.mark.parametrize("shown", ["", "x", "f" * 44, "f" * 42 + "+"])
async def test_a_frames_session_that_is_rubbish_is_replaced(chat: Chat, shown: str) -> None:
    tab = await chat.browser.ws_connect(
        "/channels/webchat/socket", headers={"Origin": chat.origin},
        protocols=("kanal", f"kanal.{shown}"),
    )  # fmt: skip
    chat.tabs.append(tab)
    await say(tab, {"id": "aaaaaaaa", "text": "halo"})

    assert len(chat.gateway.raws[0].envelope["session"]) == 32


async def test_leaving_in_a_frame_ends_the_frames_session_alone(chat: Chat) -> None:
    await chat.page()
    before = chat.token
    headers = {"Origin": chat.origin, "X-Kanal-Session": "f" * 43}
    async with chat.browser.post("/channels/webchat/leave", headers=headers) as answer:
        (cookie,) = answer.headers.getall("Set-Cookie")
    await chat.page()

    assert cookie.startswith("kanal_frame=; Max-Age=0; Path=/channels/webchat/widget")
    assert chat.token == before
