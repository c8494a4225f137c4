"""Replies to a signed address: the right citizen goes on, a stranger begins anew."""

from __future__ import annotations

import email
import email.policy
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels.adapter import Raw
from channels.email.adapter import Adapter, Settings
from channels.email.ours import Us
from channels.email.payload import parse
from channels.email.render import compose, render
from channels.message import InboundMessage, OutboundMessage
from gateway.app import open_gateway
from gateway.settings import Settings as AllSettings
from tests.channels.email.conftest import AT, LAPOR, RINA

US = Us(account="main", address=LAPOR, key=b"k" * 32)
BUDI = "budi@contoh.example"
OURS = US.id_of("k")
TICKET = re.compile(r"JKT-[0-9A-Z]{4}-[0-9A-Z]{4}")


def reply(
    sender: str, to: str, *, field: str = "To", envelope: str = "", **us: object
) -> InboundMessage:
    mail = (
        f"From: {sender}\r\n{field}: Lapor <{to}>\r\nIn-Reply-To: {OURS}\r\n"
        "Subject: Re: Gelap\r\n\r\nJl. Sabang\r\n"
    )
    said = {"rcpt-to": envelope} if envelope else {}
    raw = Raw(body=mail.encode(), received_at=AT, envelope=said)
    (one,) = parse(raw, Us(account="main", address=LAPOR, **{"key": b"k" * 32, **us})).messages  # type: ignore[arg-type]
    return one


def test_an_answer_invites_replies_to_an_address_of_this_citizen() -> None:
    message = OutboundMessage(
        channel="email", account="main", address=RINA, key="k", text="Di mana?"
    )
    (part,) = render(message, US)
    mail = email.message_from_bytes(compose(part, AT, US), policy=email.policy.default)

    assert mail["Reply-To"] == US.signed(RINA) != US.signed(BUDI)
    assert mail["From"] == LAPOR
    assert US.signed(RINA) not in json.dumps(dict(part.body))  # no trace holds it
    assert len(US.signed(RINA).partition("@")[0]) <= 64  # RFC 5321, 4.5.3.1.1


@pytest.mark.parametrize("field", ["To", "Cc", "Delivered-To", "X-Original-To"])
def test_the_citizen_who_answers_goes_on(field: str) -> None:
    for to in (US.signed(RINA), US.signed(RINA).upper()):
        one = reply(RINA, to, field=field)

        assert (one.address, one.reply_to, one.thread["reply"]) == (RINA, OURS, "signed")
    assert reply(RINA, LAPOR, envelope=f"x@y, {US.signed(RINA)}").reply_to == OURS


@pytest.mark.parametrize(
    ("sender", "to"),
    [
        (BUDI, US.signed(RINA)),  # a stranger who got the mail by a forward
        (RINA, US.signed(BUDI)),
        (RINA, LAPOR),
        (RINA, US.signed(RINA).replace("+re.", "+re.a")),
        (RINA, US.signed(RINA).replace("kanal.localhost", "lain.example")),
        (RINA, LAPOR.replace("@", "+re.@")),
        (RINA, LAPOR.replace("@", "+menteng@")),
    ],
)
def test_anybody_else_begins_a_conversation_of_his_own(sender: str, to: str) -> None:
    one = reply(sender, to)

    assert (one.address, one.reply_to) == (sender, "")
    assert "reply" not in one.thread


def test_another_key_and_another_account_sign_otherwise() -> None:
    assert reply(RINA, US.signed(RINA), key=b"x" * 32).reply_to == ""
    other = Us(account="banjir", address=LAPOR, key=b"k" * 32)
    assert other.signed(RINA) != US.signed(RINA)


def test_a_reply_to_of_somebody_else_opens_no_talk_of_his() -> None:
    mail = f"From: {BUDI}\r\nReply-To: {RINA}\r\n\r\nbatal\r\n".encode()
    (one,) = parse(Raw(body=mail, received_at=AT), US).messages

    assert (one.sender, one.address) == (BUDI, BUDI)


def test_it_can_be_switched_off() -> None:
    adapter = Adapter("main", Settings(signed_replies=False))
    adapter.use_key(b"k" * 32)

    assert adapter._us.signed(RINA) == LAPOR
    assert reply(RINA, LAPOR, key=b"").reply_to == OURS
    assert "key" not in repr(US)


async def test_a_stranger_who_answers_a_tickets_address_learns_nothing(
    model_var: Path, tmp_path: Path
) -> None:
    """Rina files a report; her answer is forwarded to Budi, who answers it."""
    (tmp_path / "models").symlink_to(model_var / "models")
    own = {"email": {"listen": False}}
    said = {"var": tmp_path, "dialogs": {"gather_s": 0}, "channels": own}
    async with open_gateway(AllSettings.model_validate(said)) as opened:
        door = opened.doors["email", "main"]
        box = tmp_path / "email" / "mail" / "new"

        async def writes(sender: str, number: int, body: str, to: str, answered: str = "") -> str:
            head = f"From: {sender}\nTo: {to}\nMessage-ID: <{number}@contoh.example>\n"
            head += (
                f"In-Reply-To: {answered}\nSubject: Re: Lampu\n" if answered else "Subject: Lampu\n"
            )
            before = set(box.glob("*")) if box.exists() else set()
            await door(Raw(body=f"{head}\n{body}\n".encode(), received_at=datetime.now(UTC)))
            while await opened.worker.once():
                pass
            while await opened.dispatcher.once():
                await opened.dispatcher.drain()
            (file,) = set(box.glob("*")) - before
            return file.read_text()

        filed = await writes(RINA, 1, "lampu jalan mati di Jl. Sabang, Menteng", LAPOR)
        for number in range(11, 20):
            if TICKET.search(filed):
                break
            filed = await writes(RINA, number, "lewati" if "lewati" in filed else "ya", LAPOR)
        found = TICKET.search(filed)
        assert found is not None, filed
        mail = email.message_from_string(filed, policy=email.policy.default)
        to, own = str(mail["Reply-To"]), str(mail["Message-ID"])
        stranger = await writes(BUDI, 3, "bagaimana laporan saya?", to, own)
        right = await writes(RINA, 4, "bagaimana laporan saya?", to, own)

    assert not TICKET.search(stranger)
    assert f"To: {BUDI}" in stranger
    assert found[0] in right
