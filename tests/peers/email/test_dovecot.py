"""A mailbox at Dovecot: read once, never lost, whatever the connection and the folders do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from imapclient import IMAPClient

from channels.adapter import Outcome, Raw, Sent
from channels.email.adapter import Mail, MailWithBox
from channels.email.box import Mailbox
from channels.errors import ChannelError, Malformed, Misconfigured, Unreachable
from channels.message import OutboundMessage
from gateway.app import open_gateway
from gateway.pull import pull_once
from gateway.running import Gateway
from gateway.settings import Settings as AllSettings
from tests.channels.email.conftest import RINA, Listening, citizen
from tests.channels.email.conftest import listening as listening  # noqa: PLC0414 - a fixture
from tests.channels.email.test_listener import self_signed
from tests.peers.email.conftest import Mailbox as Maildir
from tests.peers.email.conftest import Postfix, swaks
from tests.peers.email.dovecot import Dovecot, dovecot
from tests.peers.email.reading import WORDS, mail, pulled, reader, settings, subjects

pytestmark = [pytest.mark.peer("dovecot"), pytest.mark.usefixtures("_password")]


async def test_a_mail_is_taken_once_and_marked_when_the_store_has_it(box: Dovecot) -> None:
    box.deliver(mail(1))
    async with reader(box) as adapter:
        first, moved = await pulled(adapter, None)
        again, _ = await pulled(adapter, None)  # T1 failed: the cursor did not move
        before = box.seen()
        box.deliver(mail(2))
        second, _ = await pulled(adapter, moved)
        after = box.seen()

    assert subjects(first) == subjects(again) == ["Subject: Lampu 1"]
    assert subjects(second) == ["Subject: Lampu 2"]
    assert (before, after) == ([], [1])
    (message,) = adapter.parse(first[0]).messages
    assert (message.sender, message.words) == (RINA, f"Lampu 1\n{WORDS}")
    assert first[0].envelope == {"folder": "INBOX", "uid": "1"}


async def test_nothing_is_marked_where_it_is_not_wanted(box: Dovecot) -> None:
    box.deliver(mail(1))
    async with reader(box, mark_seen=False) as adapter:
        _, moved = await pulled(adapter, None)
        box.deliver(mail(2))
        await pulled(adapter, moved)

        assert box.seen() == []


async def test_old_mail_is_left_alone_unless_it_is_wanted(box: Dovecot) -> None:
    box.deliver(mail(1))
    async with reader(box, read_old=False) as adapter:
        old, cursor = await pulled(adapter, None)
        box.deliver(mail(2))
        new, _ = await pulled(adapter, cursor)

    assert old == []
    assert subjects(new) == ["Subject: Lampu 2"]


async def test_a_folder_made_anew_is_read_again_and_nothing_is_filed_twice(
    box: Dovecot, model_var: Path, tmp_path: Path
) -> None:
    with box.client("Laporan") as person:
        for number in (1, 2):
            person.append("Laporan", mail(number))
    async with gateway(box, model_var, tmp_path, folders=["Laporan"]) as opened:
        before = await outcomes(opened)
        with box.client() as person:
            person.delete_folder("Laporan")
        with box.client("Laporan") as person:  # another UIDVALIDITY, other UIDs
            for number in (3, 2, 1):
                person.append("Laporan", mail(number))
        after = await outcomes(opened)

    assert before == [Outcome.WRITTEN] * 2
    assert sorted(after) == [Outcome.DUPLICATE] * 2 + [Outcome.WRITTEN]


async def test_one_mail_by_both_ways_is_one(
    box: Dovecot, listening: Listening, model_var: Path, tmp_path: Path
) -> None:
    bare = (
        b"From: Rina <rina@contoh.example>\r\nDate: Thu, 1 Jan 2026 08:15:00 +0700\r\n\r\nGelap\r\n"
    )
    async with gateway(box, model_var, tmp_path, listen=True, listen_port=0) as opened:
        adapter = opened.accounts["email", "main"]
        assert isinstance(adapter, Mail)
        await adapter.listen(opened.doors["email", "main"])
        for one in (mail(1), bare):
            async with citizen(adapter) as program:
                await program.sendmail(RINA, ["lapor@kanal.localhost"], one)
            box.deliver(one)
        by_mailbox = await outcomes(opened)
        await adapter.close()

    assert by_mailbox == [Outcome.DUPLICATE] * 2


async def test_several_folders_are_read_and_a_missing_one_is_named(box: Dovecot) -> None:
    with box.client("Laporan/Banjir") as person:
        person.append("Laporan/Banjir", mail(1))
    box.deliver(mail(2))
    names = ["INBOX", "Laporan/Banjir", "Tidak ada"]
    async with reader(box, folders=names) as adapter:
        found, cursor = await pulled(adapter, None)
        with pytest.raises(Misconfigured, match=r"'Tidak ada'.*It has: INBOX"):
            await pulled(adapter, cursor)

    assert sorted(subjects(found)) == ["Subject: Lampu 1", "Subject: Lampu 2"]


async def test_a_mail_too_large_is_a_dead_letter_and_the_next_is_read(box: Dovecot) -> None:
    box.deliver(mail(1, body="x" * 70 + "\n" + ("y" * 70 + "\n") * 3_000))
    box.deliver(mail(2))
    async with reader(box, max_bytes=100_000) as adapter:
        (large, small), moved = await pulled(adapter, None)
        box.deliver(mail(3))
        await pulled(adapter, moved)

        assert box.seen() == [2]  # who reads the mailbox finds the large one unread
    with pytest.raises(Malformed, match="larger than 0 MB: left in the mailbox"):
        adapter.parse(large)
    assert b"Subject: Lampu 1" in large.body
    assert len(large.body) < 1_000
    assert len(adapter.parse(small).messages) == 1


async def test_a_mail_deleted_between_search_and_fetch_is_passed_over(
    box: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        box.deliver(mail(number))
    sizes = Mailbox._sizes

    def delete_in_between(self: Mailbox, client: Any, uids: list[int]) -> dict[int, int | None]:
        found = sizes(self, client, uids)
        with box.client() as person:
            person.delete_messages([2])
            person.expunge()
        return found

    monkeypatch.setattr(Mailbox, "_sizes", delete_in_between)
    async with reader(box) as adapter:
        found, moved = await pulled(adapter, None)

    assert subjects(found) == ["Subject: Lampu 1", "Subject: Lampu 3"]
    assert moved is not None
    assert '"uid":3' in moved


async def test_a_mail_that_breaks_the_talk_is_passed_over_in_the_end(
    box: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a server does that dies of one mail: the connection ends whenever it is asked for."""
    for number in (1, 2, 3):
        box.deliver(mail(number))
    fetch = IMAPClient.fetch

    def broken(self: IMAPClient, messages: list[int], what: list[str]) -> Any:
        if list(messages) == [2]:
            raise ConnectionResetError
        return fetch(self, messages, what)

    monkeypatch.setattr(IMAPClient, "fetch", broken)
    async with reader(box) as adapter:
        first, cursor = await pulled(adapter, None)
        for _ in range(2):
            with pytest.raises(Unreachable):
                await pulled(adapter, cursor)
        rest, _ = await pulled(adapter, cursor)
    raws = [*first, *rest]

    assert subjects(first) == ["Subject: Lampu 1"]
    assert subjects(rest) == ["Subject: Lampu 3"]
    with pytest.raises(Malformed, match="cannot give"):
        adapter.parse(raws[1])


async def test_what_is_no_mail_stops_nothing(box: Dovecot, model_var: Path, tmp_path: Path) -> None:
    with box.client() as person:
        for content in (b"\r\n", b"\x01\xff" * 500, b"From: \r\n\r\n\xf0\x9f\r\n", mail(1)):
            person.append("INBOX", content)
    async with gateway(box, model_var, tmp_path) as opened:
        assert await outcomes(opened) == [Outcome.DEAD] * 3 + [Outcome.WRITTEN]


async def test_one_sender_fills_no_mailbox(box: Dovecot) -> None:
    for number in range(4):
        box.deliver(mail(number))
    box.deliver(mail(9, sender="budi@contoh.example"))
    async with reader(box, mails_per_sender=2) as adapter:
        found, _ = await pulled(adapter, None)
    kept = [
        len(adapter.parse(raw).messages) if "unread" not in raw.envelope else 0 for raw in found
    ]

    assert kept == [1, 1, 0, 0, 1]
    with pytest.raises(Malformed, match="too many mails of one sender"):
        adapter.parse(found[2])


async def test_a_mail_that_is_taken_again_counts_once(box: Dovecot) -> None:
    for number in range(2):
        box.deliver(mail(number))
    async with reader(box, mails_per_sender=2) as adapter:
        for _ in range(3):  # the store is away: the cursor does not move
            found, _ = await pulled(adapter, None)

    assert [len(adapter.parse(raw).messages) for raw in found] == [1, 1]


async def test_check_says_what_works_and_what_does_not(
    box: Dovecot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    where = {"maildir": str(tmp_path / "mail")}
    async with reader(box, **where) as adapter:
        assert (await adapter.check()).endswith("; reads INBOX of lapor at 127.0.0.1")
    async with reader(box, **where, folders=["Kosong"]) as adapter:
        with pytest.raises(Misconfigured, match=r"folders: there is no 'Kosong'"):
            await adapter.check()
    async with reader(box, **{**where, "imap": "imap://127.0.0.1:1"}) as adapter:
        with pytest.raises(Unreachable, match="does not answer"):
            await adapter.check()
    monkeypatch.setenv("KANAL_EMAIL_IMAP_PASSWORD", "salah-sekali")
    async with reader(box, **where) as adapter:
        with pytest.raises(Misconfigured, match=r"KANAL_EMAIL_IMAP_PASSWORD: .* not accept") as bad:
            await adapter.check()
    assert "salah-sekali" not in repr(bad.value) + str(bad.value.__cause__)
    monkeypatch.delenv("KANAL_EMAIL_IMAP_PASSWORD")
    async with reader(box, **where) as adapter:
        with pytest.raises(Misconfigured, match="no password for the mailbox"):
            await adapter.pull(None)


async def test_a_certificate_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    self_signed(cert, key, "localhost")
    async with dovecot(certificate=(cert, key)) as box:
        box.deliver(mail(1))
        over = {"imap": f"imaps://localhost:{box.tls_port}"}
        async with reader(box, **over) as adapter:
            with pytest.raises(Misconfigured, match="certificate of localhost is not trusted"):
                await adapter.pull(None)
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
        async with reader(box, **over) as adapter:
            found, _ = await pulled(adapter, None)

    assert len(found) == 1


async def test_a_complaint_from_the_mailbox_is_answered(
    box: Dovecot, model_var: Path, tmp_path: Path
) -> None:
    (tmp_path / "models").symlink_to(model_var / "models")
    said = {
        "var": tmp_path,
        "dialogs": {"gather_s": 0},
        "channels": {"email": settings(box)},
    }
    async with (
        open_gateway(AllSettings.model_validate(said)) as opened,
        opened.running(doors=False),
    ):
        box.deliver(mail(1))
        answer = await Maildir(tmp_path / "email" / "mail").next()

    assert answer["To"] == RINA
    assert answer["In-Reply-To"] == "<1@contoh.example>"
    assert str(answer["Reply-To"]).startswith("lapor+re.")


@pytest.mark.peer("postfix")
@pytest.mark.usefixtures("client")
async def test_an_answer_goes_out_by_postfix_and_its_reply_comes_in_by_dovecot(
    box: Dovecot, postfix: Callable[..., Awaitable[Postfix]]
) -> None:
    """Reply-To is the signed address: with a plus sign and a dot it passes two mail servers."""
    server = await postfix(1, way=f"lmtp:inet:127.0.0.1:{box.lmtp_port}")
    async with reader(box, relay=f"smtp://127.0.0.1:{server.port}") as adapter:
        adapter.use_key(b"k" * 32)
        await adapter.start()
        said = await adapter.check()
        part, *_ = adapter.render(answer(RINA))
        await adapter.send(part)
        asked = await server.rina.next()
        for sender in (RINA, "budi@contoh.example"):
            await swaks(
                server.port, "--header", f"In-Reply-To: {asked['Message-ID']}",
                "--header", f"Message-Id: <{sender}>", "--body", "Jl. Sabang",
                sender=sender, to=asked["Reply-To"],
            )  # fmt: skip
        raws, cursor = [], None
        while len(raws) < 2:
            found, cursor = await pulled(adapter, cursor)
            raws += found
    read = {one.sender: one for raw in raws for one in adapter.parse(raw).messages}

    assert said == "answers by 127.0.0.1; reads INBOX of lapor at 127.0.0.1"
    assert (read[RINA].thread["reply"], read[RINA].reply_to) == ("signed", asked["Message-ID"])
    assert read["budi@contoh.example"].reply_to == ""
    assert "reply" not in read["budi@contoh.example"].thread


@pytest.mark.peer("postfix")
async def test_a_bounce_that_comes_into_the_mailbox_is_a_receipt(
    box: Dovecot, postfix: Callable[..., Awaitable[Postfix]], listening: Listening
) -> None:
    refusing = await listening()  # knows nobody of this domain: 550
    server = await postfix(refusing.adapter.port, way=f"lmtp:inet:127.0.0.1:{box.lmtp_port}")
    async with reader(box, relay=f"smtp://127.0.0.1:{server.port}") as adapter:
        part, *_ = adapter.render(answer("rina@mati.example"))
        outcome = await adapter.send(part)
        raws, cursor = [], None
        while not raws:
            raws, cursor = await pulled(adapter, cursor)
    (receipt,) = adapter.parse(raws[0]).receipts

    assert isinstance(outcome, Sent)
    assert (receipt.provider_id, receipt.detail) == (outcome.provider_id, "returned: 5.1.1")


def answer(address: str) -> OutboundMessage:
    return OutboundMessage(
        channel="email", account="main", address=address, key="k", text="Di mana?"
    )


@asynccontextmanager
async def gateway(
    box: Dovecot, model_var: Path, tmp_path: Path, **more: Any
) -> AsyncIterator[Gateway]:
    """A gateway that pulls when a test tells it to."""
    (tmp_path / "models").symlink_to(model_var / "models")
    said = {"var": tmp_path, "channels": {"email": settings(box, **more)}}
    async with open_gateway(AllSettings.model_validate(said)) as opened:
        yield opened
        await opened.accounts["email", "main"].close()


async def outcomes(opened: Gateway) -> list[Outcome]:
    """Pull once; what T1 did with each mail, in the order in which they lie in the mailbox."""
    door = opened.doors["email", "main"]
    told: dict[int, tuple[Outcome, ...]] = {}

    class Noting:
        channel, account = door.channel, door.account

        async def __call__(self, raw: Raw) -> None:
            told[int(raw.envelope["uid"])] = (await door(raw)).outcomes

    adapter = opened.accounts["email", "main"]
    assert isinstance(adapter, MailWithBox)
    with suppress(ChannelError):
        await pull_once(Noting(), adapter, opened.database)  # type: ignore[arg-type]
    return [one for _, each in sorted(told.items()) for one in each]
