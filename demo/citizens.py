"""A citizen for every channel: a function that switches it on, writes, and reads the answer."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from typing import Any

import aiohttp
import aiosmtplib

from demo.stage import TICKET, Stage, Told, until

MENTENG = (-6.1951, 106.8325)
Citizen = Callable[[Stage], Awaitable[Told]]


async def webchat(stage: Stage) -> Told:
    """Rina has the chat page open, sends her position from the map and presses buttons."""
    wrote = "sampah menumpuk sudah seminggu tidak diangkut, baunya menyengat"
    await stage.switch_on("webchat", {})
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        await browser.get(stage.url)
        socket = f"{stage.url}/channels/webchat/socket?lang=id"
        async with browser.ws_connect(socket, headers={"Origin": stage.url}) as line:
            number, frame = 0, {"text": wrote}
            while True:
                number += 1
                await line.send_json({"id": f"demo-{number:08}", **frame})
                said = await _said(line)
                if TICKET.search(said["text"]):
                    return Told(wrote, said["text"], "a socket as the page opens it")
                frame = _answer(said)


async def _said(line: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    """What the bot says next; tells the gateway that it is shown."""
    while True:
        frame = await line.receive_json(timeout=60)
        if "say" in frame:
            await line.send_json({"got": frame["say"]["key"]})
            said: dict[str, Any] = frame["say"]
            return said


def _answer(said: dict[str, Any]) -> dict[str, Any]:
    """The position when it is asked for, else the answer that leads on."""
    if said["ask_location"]:
        return {"pin": list(MENTENG), "accuracy": 12}
    values = [choice["value"] for choice in said["choices"]]
    return {"choice": _leads_on(values), "of": said["key"]}


def _leads_on(values: list[str]) -> str:
    return next(value for value in values if value.endswith(("yes", "skip")))


async def telegram(stage: Stage) -> Told:
    """Budi writes to the bot, sends his position and presses its buttons."""
    wrote = "lampu jalan mati sudah tiga malam, gelap sekali"
    token = "666:invented-by-us_0123456789"
    base = await stage.node("tests/peers/telegram/emulator.js")
    own = {"api_base": base, "poll_timeout_s": 20}
    await stage.switch_on("telegram", own, {"KANAL_TELEGRAM_TOKEN": token})
    budi = {"id": 5502, "is_bot": False, "first_name": "Budi", "language_code": "id"}
    chat = {"id": 5502, "first_name": "Budi", "type": "private"}
    async with aiohttp.ClientSession(base) as phone:

        async def does(path: str, **what: Any) -> Any:
            async with phone.post(path, json={"botToken": token, "from": budi, **what}) as answer:
                return await answer.json()

        content: dict[str, Any] = {"text": wrote}
        await does("/sendMessage", chat=chat, date=1767225600, **content)
        for count in range(1, 10):
            heard = await does("/ours/answers", token=token, count=count)
            said = heard[count - 1]
            if TICKET.search(said["text"]):
                return Told(wrote, said["text"], "npm telegram-test-api")
            keyboard = _keyboard(said)
            if "keyboard" in keyboard:
                place = {"latitude": MENTENG[0], "longitude": MENTENG[1]}
                await does("/sendMessage", chat=chat, date=1767225600 + count, location=place)
            else:
                rows = keyboard["inline_keyboard"]
                pressed = _leads_on([button["callback_data"] for row in rows for button in row])
                shown = {"message_id": count, "chat": chat, "date": 1767225600 + count}
                await does("/sendCallback", message=shown, data=pressed)
    raise RuntimeError("no ticket after nine answers")


def _keyboard(said: dict[str, Any]) -> dict[str, Any]:
    markup = said["reply_markup"]
    read: dict[str, Any] = json.loads(markup) if isinstance(markup, str) else markup
    return read


async def mail(stage: Stage) -> Told:
    """Ani writes a letter that says it all, and confirms it."""
    wrote = "Pohon tumbang menutup jalan di Kel. Bangka, dekat pasar. Mohon dibantu."
    adapter = await stage.switch_on("email", {"listen_port": 0})
    box = stage.var / "email" / "mail" / "new"

    async def answers() -> list[EmailMessage]:
        files = sorted(box.glob("*"), key=lambda file: file.stat().st_mtime) if box.exists() else []
        policy = email.policy.default
        return [email.message_from_bytes(file.read_bytes(), policy=policy) for file in files]

    async def words() -> str:
        """The newest answer's text."""
        every = await answers()
        body = every[-1].get_body(("plain",)) if every else None
        return str(body.get_content()) if body else ""

    said, text = "", wrote
    for number in range(1, 10):
        letter = EmailMessage()
        letter["From"], letter["To"] = "ani@contoh.example", "lapor@kanal.localhost"
        letter["Subject"], letter["Message-ID"] = "Laporan", f"<demo-{number}@contoh.example>"
        if number > 1:
            letter["In-Reply-To"] = (await answers())[-1]["Message-ID"]
        letter.set_content(text)
        await aiosmtplib.send(letter, hostname="127.0.0.1", port=adapter.port, start_tls=False)
        said = await until(words, after=said)
        if TICKET.search(said):
            return Told(wrote, said, "the gateway's SMTP listener and a maildir")
        text = "lewati" if "lewati" in said.lower() else "ya"
    raise RuntimeError("no ticket after nine answers")


async def twitter(stage: Stage) -> Told:
    """Citra mentions the city's account, in public."""
    from tests.peers.twitter.x_server import X  # noqa: PLC0415 - X is played for this one alone

    wrote = "@LaporKota banjir selutut di Jl. Kemang Raya dekat Pasar Minggu"
    x = X()
    x.budget.default_factory = lambda: 1_000_000
    base = await stage.serve(x.app)
    keys = {
        "KANAL_TWITTER_CONSUMER_KEY": x.keys.consumer_key,
        "KANAL_TWITTER_CONSUMER_SECRET": x.keys.consumer_secret,
        "KANAL_TWITTER_ACCESS_TOKEN": x.keys.access_token,
        "KANAL_TWITTER_ACCESS_SECRET": x.keys.access_secret,
    }
    await stage.switch_on("twitter", {"api_base": base, "requests_per_hour": 7200}, keys)

    async def first_round() -> str:
        """What was there before us is not taken: write after it."""
        return "over" if any(path == "/2/dm_events" for _, path in x.asked) else ""

    async def answer() -> str:
        return next((one["text"] for one in x.posts.values() if one["author_id"] == "1708"), "")

    await until(first_round)
    x.post(x.citizen("citra"), wrote)
    return Told(wrote, await until(answer), "our own X, proved by X's client xdk")


CITIZENS: dict[str, Citizen] = {
    "webchat": webchat,
    "email": mail,
    "telegram": telegram,
    "twitter": twitter,
}
