"""Sending: every way in which a relay can answer, or not, has its outcome."""

from __future__ import annotations

import asyncio
import email
import logging
import mailbox
import socket
import ssl
import traceback
from collections.abc import AsyncIterator, Callable
from email import policy
from pathlib import Path
from typing import Any

import pytest

from channels.adapter import Refused, Retry, SendOutcome, Sent, Unknown, WirePart
from channels.email.adapter import Adapter, Mail, Settings
from channels.email.lines import MOST_MAILS, Lines
from channels.errors import ChannelError, Misconfigured, Unreachable
from channels.message import OutboundMessage
from tests.channels.email.conftest import LAPOR, RINA, RelayOfOurs, relay_of_ours
from tests.channels.email.test_listener import self_signed

PASSWORD = "rahasia-kita-93"


opened: list[Mail] = []


@pytest.fixture(autouse=True)
async def closed() -> AsyncIterator[None]:
    """Close the adapters of a test: their connections rest after a mail."""
    yield
    while opened:
        await opened.pop().close()


async def adapter_for(relay: RelayOfOurs, **settings: Any) -> Mail:
    adapter = Adapter("main", Settings(relay=f"smtp://127.0.0.1:{relay.port}", **settings))
    await adapter.start()
    opened.append(adapter)
    return adapter


def part_to(address: str = RINA) -> WirePart:
    message = OutboundMessage(
        channel="email", account="main", address=address, key="k", text=".\nDi mana?"
    )
    (part,) = Adapter("main", Settings()).render(message)
    return part


async def test_a_mail_goes_to_the_relay_and_its_id_comes_back() -> None:
    part = part_to()
    async with relay_of_ours() as relay:
        outcome = await (await adapter_for(relay)).send(part)

    ((sender, recipients, content),) = relay.mails
    assert outcome == Sent(provider_id=part.body["message_id"])
    assert (sender, recipients) == (LAPOR, [RINA])
    assert b"\r\n\r\n.\r\nDi mana?\r\n" in content
    assert f"Message-ID: {part.body['message_id']}\r\n".encode() in content


async def test_photos_are_attached_and_one_that_was_taken_back_is_left_out() -> None:
    async def photos(reference: str) -> bytes | None:
        return b"\xff\xd8 a picture" if reference == "4f0c" else None

    message = OutboundMessage(
        channel="email", account="main", address=RINA, key="k", text="Selesai.",
        photos=("4f0c", "gone"),
    )  # fmt: skip
    async with relay_of_ours() as relay:
        adapter = await adapter_for(relay)
        adapter.use_photos(photos)
        (part,) = adapter.render(message)
        assert isinstance(await adapter.send(part), Sent)

    ((_, _, content),) = relay.mails
    mail = email.message_from_bytes(content, policy=policy.default)
    (attached,) = mail.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == ("image/jpeg", "foto-1.jpg")
    assert attached.get_content() == b"\xff\xd8 a picture"
    assert mail.get_body(("plain",)).get_content().strip() == "Selesai."


@pytest.mark.parametrize(
    ("command", "reply", "expected"),
    [
        ("MAIL", "451 4.3.0 later", Retry(detail="relay: 451 4.3.0")),
        ("RCPT", "450 4.2.1 greylisted rina@contoh.example", Retry(detail="relay: 450 4.2.1")),
        ("RCPT", "452 4.2.2 mailbox full", Retry(detail="relay: 452 4.2.2")),
        ("RCPT", "550 5.1.1 no rina@contoh.example", Refused(detail="relay: 550 5.1.1")),
        ("RCPT", "550 unknown", Refused(detail="relay: 550")),
        ("DATA", "421 4.3.2 going down", Retry(detail="relay: 421 4.3.2")),
        ("DATA", "554 5.7.0 looks like spam", Refused(detail="relay: 554 5.7.0")),
        ("DATA", "552 5.3.4 too big", Refused(detail="relay: 552 5.3.4")),
    ],
)
async def test_replies_are_sorted(command: str, reply: str, expected: SendOutcome) -> None:
    async with relay_of_ours() as relay:
        relay.replies[command] = reply
        outcome = await (await adapter_for(relay)).send(part_to())

    assert outcome == expected


@pytest.mark.parametrize(
    ("command", "reply", "setting"),
    [
        ("MAIL", "550 5.7.1 not your sender", "our_address"),
        ("MAIL", "530 5.7.0 Authentication required", "relay_user"),
        ("RCPT", "554 5.7.1 Relay access denied", "relay"),
    ],
)
async def test_what_the_operator_must_change_is_named(
    command: str, reply: str, setting: str
) -> None:
    async with relay_of_ours() as relay:
        relay.replies[command] = reply
        adapter = await adapter_for(relay)
        with pytest.raises(Misconfigured, match=rf"channels\.email\.{setting}:"):
            await adapter.send(part_to())


async def test_where_nobody_listens_nothing_was_sent() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = RelayOfOurs(port=free.getsockname()[1])

    assert isinstance(await (await adapter_for(nobody)).send(part_to()), Retry)


async def test_check_asks_the_relay_and_sends_nothing() -> None:
    async with relay_of_ours() as relay:
        said = await (await adapter_for(relay)).check()

    assert said == "answers by 127.0.0.1"
    assert relay.mails == []


@pytest.mark.parametrize(
    ("command", "reply", "error", "words"),
    [
        ("MAIL", "550 5.7.1 not your sender", Misconfigured, "our_address"),
        ("MAIL", "530 5.7.0 Authentication required", Misconfigured, "relay_user"),
        ("MAIL", "451 4.3.0 later", Unreachable, "relay: 451 4.3.0"),
        ("RCPT", "550 5.1.1 User unknown", Misconfigured, "recipient_delimiter"),
    ],
)
async def test_check_says_what_is_wrong(
    command: str, reply: str, error: type[Exception], words: str
) -> None:
    async with relay_of_ours() as relay:
        relay.replies[command] = reply
        adapter = await adapter_for(relay)
        adapter.use_key(b"k" * 32)
        with pytest.raises(error, match=words):
            await adapter.check()


@pytest.mark.parametrize("reply", ["450 4.2.1 greylisted", "554 5.7.1 Relay access denied"])
async def test_a_relay_that_is_not_our_mail_server_may_not_know_where_replies_go(
    reply: str,
) -> None:
    async with relay_of_ours() as relay:
        relay.replies["RCPT"] = reply

        assert await (await adapter_for(relay)).check() == "answers by 127.0.0.1"


async def test_check_names_a_relay_that_does_not_answer() -> None:
    adapter = Adapter("main", Settings(relay="smtp://127.0.0.1:1"))
    with pytest.raises(Unreachable, match="relay: 127"):
        await adapter.check()


async def test_check_sees_whether_the_maildir_can_be_written(tmp_path: Path) -> None:
    good = Adapter("main", Settings(maildir=tmp_path / "a" / "b"))
    assert "answers as files" in await good.check()
    (tmp_path / "file").write_text("")
    bad = Adapter("main", Settings(maildir=tmp_path / "file" / "b"))
    with pytest.raises(Misconfigured, match="maildir"):
        await bad.check()


async def test_a_connection_that_breaks_after_the_mail_may_have_delivered_it() -> None:
    async with relay_of_ours() as relay:
        relay.hang_up_after_data = True
        outcome = await (await adapter_for(relay)).send(part_to())

    assert isinstance(outcome, Unknown)
    assert len(relay.mails) == 1


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


async def test_mail_after_mail_goes_over_one_connection_that_is_ended_in_time() -> None:
    async with relay_of_ours() as relay:
        adapter: Any = await adapter_for(relay)
        sent = [await adapter.send(part_to()) for _ in range(MOST_MAILS + 1)]
        assert {type(one) for one in sent} == {Sent}
        assert (len(relay.mails), relay.connections) == (MOST_MAILS + 1, 2)
        await adapter.close()
        await until(lambda: not relay.open)

        adapter._post._lines = Lines(rest_s=0.01)
        assert isinstance(await adapter.send(part_to()), Sent)
        assert relay.connections == 3
        await until(lambda: not relay.open)


async def test_mails_at_once_share_ten_connections() -> None:
    async with relay_of_ours() as relay:
        adapter = await adapter_for(relay)
        for _ in range(3):
            await asyncio.gather(*(adapter.send(part_to()) for _ in range(30)))
        assert (len(relay.mails), relay.connections) == (90, 10)


@pytest.mark.parametrize("how", ["without a word", "421"])
async def test_a_relay_that_hung_up_meanwhile_is_called_again_and_nothing_sent_twice(
    how: str,
) -> None:
    async with relay_of_ours() as relay:
        adapter = await adapter_for(relay)
        relay.hang_up_while_resting = how != "421"
        assert isinstance(await adapter.send(part_to()), Sent)
        if how == "421":
            relay.goes_away_once = True
        assert isinstance(await adapter.send(part_to("ani@contoh.example")), Sent)
        assert [whom for _, (whom,), _ in relay.mails] == [RINA, "ani@contoh.example"]
        assert relay.connections == 2


async def test_over_a_connection_that_rested_an_end_after_the_mail_is_still_unknown() -> None:
    async with relay_of_ours() as relay:
        adapter = await adapter_for(relay)
        assert isinstance(await adapter.send(part_to()), Sent)
        relay.hang_up_after_data = True
        assert isinstance(await adapter.send(part_to()), Unknown)
        assert (len(relay.mails), relay.connections) == (2, 1)  # and is not sent again by itself


async def test_after_a_refusal_the_next_mail_gets_a_clean_connection() -> None:
    async with relay_of_ours() as relay:
        adapter = await adapter_for(relay)
        assert isinstance(await adapter.send(part_to()), Sent)
        relay.replies["RCPT"] = "550 5.1.1 unknown"
        assert isinstance(await adapter.send(part_to()), Refused)
        relay.replies.clear()
        assert isinstance(await adapter.send(part_to()), Sent)
        assert relay.connections == 2


async def test_a_user_logs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KANAL_EMAIL_RELAY_PASSWORD", PASSWORD)
    async with relay_of_ours(users=True) as relay:
        outcome = await (await adapter_for(relay, relay_user="lapor")).send(part_to())

    assert isinstance(outcome, Sent)
    assert relay.logins == [("lapor", PASSWORD)]


async def test_the_password_is_in_no_log_error_or_repr(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("KANAL_EMAIL_RELAY_PASSWORD", PASSWORD)
    async with relay_of_ours(users=True) as relay:
        relay.replies["AUTH"] = "no"
        adapter = await adapter_for(relay, relay_user="lapor")
        said = [await told(adapter.send(part_to()))]
    async with relay_of_ours() as relay:
        said.append(await told((await adapter_for(relay, relay_user="lapor")).send(part_to())))
    said += [repr(adapter), repr(adapter._post), repr(Settings(relay_user="lapor"))]

    everything = "\n".join([*said, caplog.text])
    assert "KANAL_EMAIL_RELAY_PASSWORD: the relay does not accept" in said[0]
    assert "knows no users" in said[1]
    assert PASSWORD not in everything
    assert RINA not in everything
    assert relay.logins == []


async def told(work: Any) -> str:
    with pytest.raises(ChannelError) as caught:
        await work
    return "".join(traceback.format_exception(caught.value)) + repr(caught.value)


async def test_a_missing_password_is_named_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KANAL_EMAIL_RELAY_PASSWORD", raising=False)
    adapter = Adapter("main", Settings(relay="smtp://127.0.0.1", relay_user="lapor"))

    with pytest.raises(Misconfigured, match="KANAL_EMAIL_RELAY_PASSWORD"):
        await adapter.start()


async def test_a_password_is_not_sent_in_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KANAL_EMAIL_RELAY_PASSWORD", PASSWORD)
    monkeypatch.setattr("channels.email.post.LOOPBACK", frozenset())
    async with relay_of_ours(users=True) as relay:
        adapter = await adapter_for(relay, relay_user="lapor")
        with pytest.raises(Misconfigured, match="STARTTLS"):
            await adapter.send(part_to())

    assert relay.logins == []


async def test_encryption_is_used_where_it_is_offered(tmp_path: Path) -> None:
    """As mail servers do between each other: a certificate of nobody is better than none."""
    context = certificate(tmp_path)
    async with relay_of_ours(tls_context=context, require_starttls=True) as relay:
        outcome = await (await adapter_for(relay)).send(part_to())

    assert isinstance(outcome, Sent)


async def test_a_password_is_not_sent_to_a_relay_whose_certificate_is_bad(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KANAL_EMAIL_RELAY_PASSWORD", PASSWORD)
    context = certificate(tmp_path)
    async with relay_of_ours(users=True, tls_context=context) as relay:
        outcome = await (await adapter_for(relay, relay_user="lapor")).send(part_to())

    assert isinstance(outcome, Retry)
    assert relay.logins == []


def certificate(folder: Path) -> ssl.SSLContext:
    self_signed(folder / "cert.pem", folder / "key.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


async def test_an_address_in_another_script_needs_a_relay_that_takes_it() -> None:
    async with relay_of_ours() as relay:
        without = await (await adapter_for(relay)).send(part_to("riná@contoh.example"))
    async with relay_of_ours(enable_SMTPUTF8=True) as relay:
        with_it = await (await adapter_for(relay)).send(part_to("riná@contoh.example"))

    assert isinstance(without, Refused)
    assert isinstance(with_it, Sent)
    assert relay.mails[0][1] == ["riná@contoh.example"]


async def test_an_address_that_is_none_is_refused_before_the_relay_is_asked() -> None:
    async with relay_of_ours() as relay:
        outcome = await (await adapter_for(relay)).send(part_to("a@b\r\nRCPT TO:<x@evil.example>"))

    assert isinstance(outcome, Refused)
    assert relay.mails == []


async def test_without_a_relay_answers_are_files_in_a_maildir(tmp_path: Path) -> None:
    adapter = Adapter("main", Settings())
    adapter.use_folder(tmp_path / "email")
    await adapter.start()
    outcomes = [await adapter.send(part_to()) for _ in range(2)]
    await adapter.close()

    box = mailbox.Maildir(tmp_path / "email" / "mail", create=False)
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert [mail["To"] for mail in box] == [RINA, RINA]
    assert str(tmp_path) in adapter.where
    assert list((tmp_path / "email" / "mail" / "tmp").iterdir()) == []


async def test_a_maildir_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "email").write_text("a file where a folder should be")
    adapter = Adapter("main", Settings())
    adapter.use_folder(tmp_path / "email")
    await adapter.start()

    assert isinstance(await adapter.send(part_to()), Retry)


async def test_a_maildir_may_be_anywhere(tmp_path: Path) -> None:
    adapter = Adapter("main", Settings(maildir=tmp_path / "kotak"))
    await adapter.start()

    assert isinstance(await adapter.send(part_to()), Sent)
    assert len(list((tmp_path / "kotak" / "new").iterdir())) == 1


async def test_no_way_out_is_named() -> None:
    with pytest.raises(Misconfigured, match="relay"):
        await Adapter("main", Settings()).start()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("our_address", "lapor"), ("our_address", "lapor@x\r\nBcc: a@b"), ("our_name", "a\nb"),
        ("recipients", ["@"]), ("recipients", ["x"]), ("relay", "127.0.0.1:25"),
        ("relay", "smtp://user:pass@host"), ("listen_port", 70_000), ("max_bytes", 0),
        ("starttls_cert", "x.pem"), ("imap", "mail.example"), ("imap", "imap://u:p@mail.example"),
        ("folders", []), ("folders", ["a\r\nb"]), ("sweep_s", 600), ("authserv_id", "a b"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(setting: str, value: object) -> None:
    with pytest.raises(ValueError, match=setting):
        Settings.model_validate({setting: value})
