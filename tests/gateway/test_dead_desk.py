"""Dead letters as a person at a terminal reads them and lets them go again; a channel's test."""

from __future__ import annotations

import asyncio
import json
import mailbox
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from channels.adapter import Raw, Refused
from channels.email import payload
from channels.errors import Malformed
from gateway.app import open_gateway
from gateway.settings import load
from store.tables import Inbox, table
from tests.gateway.test_desk import Desk
from tests.gateway.test_desk import desk as desk  # noqa: PLC0414 - a fixture

MAIL = b"From: Rina <rina@contoh.example>\r\nMessage-ID: <1@a>\r\n\r\nlampu mati di Jl. Sabang\r\n"


def letter(desk: Desk, kind: str) -> str:
    listed = desk.run("dead", "list")
    found = re.search(rf"{kind}:\d+", listed)
    assert found, listed
    return found[0]


def test_an_answer_that_was_given_up_is_read_and_sent_again(desk: Desk) -> None:
    desk.paper.script = [Refused(detail="no such number")]
    assert desk.hear({"text": "halo"}) == ""
    number = letter(desk, "mt")
    assert "no such number" in desk.run("dead", "list")
    assert "Halo" not in desk.run("dead", "list")
    assert "Halo" in desk.run("dead", "show", number)
    assert "queued again" in desk.run("dead", "resend", number)
    assert "Halo" in desk.hear()
    assert "No dead letters" in desk.run("dead", "list")
    assert "no dead letter" in desk.run("dead", "resend", number, fails=True)


def test_a_delivery_that_could_not_be_read_is_read_with_todays_code_and_answered(
    desk: Desk, model_var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Path(os.environ["KANAL_CONFIG"])
    said = json.loads(config.read_text())
    config.write_text(json.dumps({**said, "channels": {"email": {"listen": False}}}))
    (load().var / "models").symlink_to(model_var / "models")

    def of_yesterday(*_: Any) -> None:
        raise Malformed("a charset that nobody knows")

    with monkeypatch.context() as yesterday:
        yesterday.setattr(payload, "parse", of_yesterday)
        asyncio.run(_deliver())
        number = letter(desk, "raw")
        assert "Jl. Sabang" in desk.run("dead", "show", number)
        assert "still cannot be read" in desk.run("dead", "resend", number)
    assert "Read: 1 messages" in desk.run("dead", "resend", number)
    assert "No dead letters" in desk.run("dead", "list")

    asyncio.run(_give_up())
    number = letter(desk, "mo")
    assert "Jl. Sabang" in desk.run("dead", "show", number)
    assert "waits for its answer" in desk.run("dead", "resend", number)
    assert asyncio.run(_answer()) == 1

    told = desk.run("channels", "test", "email", "rina@contoh.example")
    assert told.strip() == "email:main sent"
    (mail,) = mailbox.Maildir(load().var / "email" / "mail", create=False)
    assert mail["To"] == "rina@contoh.example"
    assert "answers as files" in desk.run("channels", "check", "email")


async def _give_up() -> None:
    """As after five attempts."""
    async with open_gateway(load()) as gateway, gateway.database.begin() as connection:
        await connection.execute(update(table(Inbox)).values(state="dead", error="KeyError"))


async def _answer() -> int:
    async with open_gateway(load()) as gateway:
        return await gateway.worker.once()


async def _deliver() -> None:
    async with open_gateway(load()) as gateway:
        raw = Raw(body=MAIL, received_at=datetime.now(UTC), envelope={"mail-from": "rina@a"})
        await gateway.doors["email", "main"](raw)
