"""The listener: whom it lets in, what it keeps, and when it says so."""

from __future__ import annotations

import asyncio
import logging
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPRecipientRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from channels.email.adapter import Adapter, Settings
from channels.email.listener import Senders
from channels.errors import Misconfigured
from tests.channels.email.conftest import LAPOR, MAIL, RINA, Listening, Paper, citizen
from tests.peers.peers import peer


async def test_a_mail_is_kept_byte_by_byte_with_its_envelope(listening: Listening) -> None:
    paper = await listening()
    body = MAIL + b"\x80\xff Kaf\xe9\r\n.titik di awal\r\n" + b"x" * 100_000 + b"\r\n"

    async with citizen(paper) as program:
        await program.sendmail(RINA, [LAPOR], body)

    (raw,) = paper.kept
    assert raw.body == body
    assert raw.envelope == {"mail-from": RINA, "rcpt-to": LAPOR}
    assert raw.received_at.tzinfo is not None


async def test_a_mail_is_acknowledged_when_it_is_kept_and_not_before(listening: Listening) -> None:
    paper = await listening()
    reached, may_commit = asyncio.Event(), asyncio.Event()

    async def commit() -> None:
        reached.set()
        await may_commit.wait()

    paper.before = commit
    async with citizen(paper) as program:
        sending = asyncio.create_task(program.sendmail(RINA, [LAPOR], MAIL))
        await reached.wait()
        acknowledged_before = sending.done()
        may_commit.set()
        _, reply = await sending

    assert not acknowledged_before
    assert len(paper.kept) == 1
    assert reply.startswith("2.0.0")


async def test_while_the_store_is_away_the_sender_is_asked_to_try_again(
    listening: Listening,
) -> None:
    paper = await listening()
    paper.away = True

    async with citizen(paper) as program:
        with pytest.raises(SMTPDataError) as refusal:
            await program.sendmail(RINA, [LAPOR], MAIL)
        paper.away = False
        await program.sendmail(RINA, [LAPOR], MAIL)

    assert refusal.value.code == 451
    assert len(paper.kept) == 1


async def test_what_nobody_foresaw_is_tried_again(listening: Listening) -> None:
    paper = await listening()

    async def break_down() -> None:
        raise ZeroDivisionError

    paper.before = break_down
    async with citizen(paper) as program:
        with pytest.raises(SMTPDataError) as refusal:
            await program.sendmail(RINA, [LAPOR], MAIL)

    assert refusal.value.code == 451
    assert "division" not in refusal.value.message


@pytest.mark.parametrize(
    "recipient",
    [LAPOR, "Lapor@Kanal.localhost", "lapor+jkt-4k7p@kanal.localhost", "aduan@kanal.localhost",
     "siapa-saja@warga.example"],
)  # fmt: skip
async def test_our_addresses_are_taken(listening: Listening, recipient: str) -> None:
    paper = await listening(recipients=("aduan@kanal.localhost", "@warga.example"))

    async with citizen(paper) as program:
        await program.sendmail(RINA, [recipient], MAIL)

    assert paper.kept[0].envelope["rcpt-to"] == recipient


@pytest.mark.parametrize(
    "recipient",
    ["lain@kanal.localhost", "lapor@lain.example", "lapor@evil@kanal.localhost.example"],
)
async def test_other_addresses_are_refused_with_a_remedy(
    listening: Listening, recipient: str
) -> None:
    paper = await listening()

    async with citizen(paper) as program:
        await program.ehlo()
        await program.mail(RINA)
        with pytest.raises(SMTPRecipientRefused) as refusal:
            await program.rcpt(recipient)

    assert refusal.value.code in {550, 553}
    if refusal.value.code == 550:
        assert LAPOR in refusal.value.message
    assert paper.kept == []


async def test_a_mail_that_is_too_large_is_refused_and_the_next_is_taken(
    listening: Listening,
) -> None:
    paper = await listening(max_bytes=100_000)

    async with citizen(paper) as program:
        await program.ehlo()
        with pytest.raises(SMTPSenderRefused) as announced:
            await program.mail(RINA, options=["SIZE=200000"])
        await program.mail(RINA)
        await program.rcpt(LAPOR)
        with pytest.raises(SMTPDataError) as refusal:
            await program.data(MAIL + b"x" * 60 * 2_000)
        await program.sendmail(RINA, [LAPOR], MAIL)

    assert announced.value.code == refusal.value.code == 552
    assert "photos" in refusal.value.message
    assert len(paper.kept) == 1


async def test_an_address_in_utf8_and_the_null_sender_are_kept(listening: Listening) -> None:
    paper = await listening()

    async with citizen(paper) as program:
        await program.sendmail("riná@contoh.example", [LAPOR], MAIL, mail_options=["SMTPUTF8"])
        await program.ehlo()
        await program.mail("")
        await program.rcpt(LAPOR)
        await program.data(MAIL)

    assert [raw.envelope["mail-from"] for raw in paper.kept] == ["riná@contoh.example", ""]


async def test_bytes_that_are_no_utf8_in_an_address_do_no_harm(listening: Listening) -> None:
    paper = await listening()
    reader, writer = await asyncio.open_connection("127.0.0.1", paper.adapter.port)

    async def say(line: bytes) -> bytes:
        writer.write(line + b"\r\n")
        return await reader.readline()

    greeting = await reader.readline()
    await say(b"HELO hp")
    await say(b"MAIL FROM:<r\xff@contoh.example>")
    await say(b"RCPT TO:<lapor@kanal.localhost>")
    await say(b"DATA")
    reply = await say(MAIL + b".")
    writer.close()

    assert greeting.startswith(b"220 kanal.localhost")
    if paper.kept:
        assert reply.startswith(b"250")
        paper.kept[0].envelope["mail-from"].encode()


async def test_a_connection_may_send_so_many_mails(listening: Listening) -> None:
    paper = await listening(mails_per_connection=2)

    async with citizen(paper) as program:
        await program.sendmail(RINA, [LAPOR], MAIL)
        await program.sendmail(RINA, [LAPOR], MAIL)
        with pytest.raises(SMTPSenderRefused) as refusal:
            await program.sendmail(RINA, [LAPOR], MAIL)

    assert refusal.value.code == 421
    assert len(paper.kept) == 2


async def test_so_many_connections_at_once(listening: Listening) -> None:
    paper = await listening(max_connections=1)

    async with citizen(paper):
        reader, writer = await asyncio.open_connection("127.0.0.1", paper.adapter.port)
        greeting = await reader.read()
        writer.close()

    assert greeting.startswith(b"421 ")
    async with citizen(paper) as program:
        await program.sendmail(RINA, [LAPOR], MAIL)
    assert len(paper.kept) == 1


async def test_a_sender_may_send_so_many_mails_an_hour(listening: Listening) -> None:
    paper = await listening(mails_per_sender=1)

    async with citizen(paper) as program:
        await program.sendmail(RINA, [LAPOR], MAIL)
        with pytest.raises(SMTPSenderRefused) as refusal:
            await program.sendmail(RINA.upper(), [LAPOR], MAIL)
        await program.sendmail("budi@contoh.example", [LAPOR], MAIL)

    assert refusal.value.code == 450


def test_an_hour_later_a_sender_may_write_again() -> None:
    now = 0.0
    senders = Senders(2, lambda: now)

    assert [senders.allows("a"), senders.allows("a"), senders.allows("a")] == [True, True, False]
    assert senders.allows("b")
    now = 3_601.0
    assert senders.allows("a")


def test_senders_are_forgotten_before_they_fill_the_memory() -> None:
    senders = Senders(1, lambda: 0.0)
    for number in range(30_000):
        senders.allows(str(number))

    assert len(senders._seen) <= 10_000
    assert not senders.allows("29999")


async def test_a_mail_under_way_at_the_end_is_kept_and_acknowledged() -> None:
    adapter = Adapter("main", Settings(listen_port=0))
    paper = Paper(adapter)
    reached, may_commit = asyncio.Event(), asyncio.Event()

    async def commit() -> None:
        reached.set()
        await may_commit.wait()

    paper.before = commit
    await adapter.listen(paper)
    async with citizen(paper) as program:
        sending = asyncio.create_task(program.sendmail(RINA, [LAPOR], MAIL))
        await reached.wait()
        closing = asyncio.create_task(adapter.close())
        may_commit.set()
        await closing
        _, reply = await sending

    assert reply.startswith("2.0.0")
    assert len(paper.kept) == 1


async def test_a_sender_who_hangs_up_while_it_is_kept_does_not_cut_the_commit(
    listening: Listening,
) -> None:
    paper = await listening()
    reached, may_commit, kept = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def commit() -> None:
        reached.set()
        try:
            await may_commit.wait()
        finally:
            kept.set()

    paper.before = commit
    async with citizen(paper) as program:
        sending = asyncio.create_task(program.sendmail(RINA, [LAPOR], MAIL))
        await reached.wait()
        program.close()
        with pytest.raises(SMTPServerDisconnected):
            await sending
    may_commit.set()
    await kept.wait()
    await paper.adapter.close()

    assert len(paper.kept) == 1


async def test_nothing_of_a_mail_is_logged(
    listening: Listening, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("mail.log", "flufl.bounce", "imapclient", "imapclient.imaplib"):
        assert not logging.getLogger(name).isEnabledFor(logging.CRITICAL)
    paper = await listening()

    async with citizen(paper) as program:
        await program.sendmail(RINA, [LAPOR], MAIL)
        await program.execute_command(b"rahasia-warga")

    assert RINA not in caplog.text
    assert "Kemang" not in caplog.text
    assert "rahasia" not in caplog.text


async def test_a_taken_port_is_named(listening: Listening) -> None:
    paper = await listening()
    second = Adapter("main", Settings(listen_port=paper.adapter.port))

    with pytest.raises(Misconfigured, match=r"channels\.email\.listen_port"):
        await second.listen(Paper(second))


async def test_certificate_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.pem"
    adapter = Adapter("main", Settings(listen_port=0, starttls_cert=nothing, starttls_key=nothing))

    with pytest.raises(Misconfigured, match="starttls_cert"):
        await adapter.listen(Paper(adapter))


async def test_starttls(listening: Listening, tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    self_signed(cert, key)
    paper = await listening(starttls_cert=cert, starttls_key=key)
    context = ssl.create_default_context(cafile=str(cert))

    async with citizen(paper) as program:
        await program.starttls(tls_context=context, server_hostname="kanal.localhost")
        await program.sendmail(RINA, [LAPOR], MAIL)

    assert len(paper.kept) == 1


PASSWORD = "kata-sandi-mta"


async def test_who_must_log_in_hands_on_nothing_before(
    listening: Listening, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("KANAL_EMAIL_LISTEN_PASSWORD", PASSWORD)
    paper = await listening(listen_user="mta")

    async with citizen(paper) as program:
        with pytest.raises(SMTPSenderRefused) as refusal:
            await program.sendmail(RINA, [LAPOR], MAIL)
        for user, password in (("mta", "salah"), ("lain", PASSWORD)):
            with pytest.raises(SMTPAuthenticationError) as wrong:
                await program.login(user, password)
        await program.login("mta", PASSWORD)
        await program.sendmail(RINA, [LAPOR], MAIL)

    assert (refusal.value.code, wrong.value.code) == (530, 535)
    assert len(paper.kept) == 1
    assert PASSWORD not in caplog.text + repr(paper.adapter._login())


async def test_passwords_are_not_guessed_without_end(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KANAL_EMAIL_LISTEN_PASSWORD", PASSWORD)
    paper = await listening(listen_user="mta")

    async with citizen(paper) as program:
        await program.ehlo()
        replies = [await program.execute_command(b"AUTH", b"PLAIN", b"AG10YQB4") for _ in range(7)]

    assert [reply.code for reply in replies] == [535] * 6 + [421]


async def test_a_password_comes_by_starttls_where_there_is_a_certificate(
    listening: Listening, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KANAL_EMAIL_LISTEN_PASSWORD", PASSWORD)
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    self_signed(cert, key)
    paper = await listening(listen_user="mta", starttls_cert=cert, starttls_key=key)
    context = ssl.create_default_context(cafile=str(cert))

    async with citizen(paper) as program:
        await program.ehlo()
        offered_in_clear = program.supports_extension("auth")
        await program.starttls(tls_context=context, server_hostname="kanal.localhost")
        await program.login("mta", PASSWORD)
        await program.sendmail(RINA, [LAPOR], MAIL)

    assert not offered_in_clear
    assert len(paper.kept) == 1


async def test_a_missing_password_of_the_listener_is_named(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KANAL_EMAIL_LISTEN_PASSWORD", raising=False)
    with pytest.raises(Misconfigured, match="KANAL_EMAIL_LISTEN_PASSWORD"):
        await listening(listen_user="mta")


async def test_it_can_be_left_closed() -> None:
    adapter = Adapter("main", Settings(listen=False))
    await adapter.listen(Paper(adapter))

    assert adapter._server is None
    assert adapter.where == f"mail to {LAPOR}"


def self_signed(cert: Path, key: Path, name: str = "kanal.localhost") -> None:
    peer("openssl", available=bool(shutil.which("openssl")), install="apt-get install -y openssl")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
         "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True,
    )  # fmt: skip


async def test_where_names_address_and_port(listening: Listening) -> None:
    paper = await listening()

    assert paper.adapter.where == f"mail to {LAPOR} at 127.0.0.1:{paper.adapter.port}"
