"""Reading mail: beyond the fixtures, what no single fixture can say."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.adapter import Raw, Received
from channels.email.ours import Us
from channels.email.payload import Trust, parse
from channels.errors import Malformed
from channels.message import InboundMessage, MediaKind, ReceiptStatus
from tests.channels.email.conftest import AT, LAPOR, RINA

US = Us(account="main", address=LAPOR)
TRUST = Trust(reply_to=True)
TEXT = "Content-Type: text/plain; charset=utf-8"
OURS = US.id_of("k")


def received(head: str, body: str | bytes = "Banjir", sender: str | None = RINA) -> Received:
    content = body if isinstance(body, bytes) else body.encode()
    mail = head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + content
    envelope = {} if sender is None else {"mail-from": sender, "rcpt-to": LAPOR}
    return parse(Raw(body=mail, received_at=AT, envelope=envelope), US, TRUST)


def message(head: str, body: str | bytes = "Banjir") -> InboundMessage:
    (one,) = received(f"From: Rina <{RINA}>\n{head}", body).messages
    return one


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("Auto-Submitted: auto-generated", "Auto-Submitted"),
        ("Auto-Submitted: auto-replied (vacation)", "Auto-Submitted"),
        ("AUTO-SUBMITTED: Auto-Notified; owner-email=a@b", "Auto-Submitted"),
        ("X-Auto-Response-Suppress: All", "X-Auto-Response-Suppress"),
        ("X-Autoreply: yes", "automatic"),
        ("X-Autorespond: out", "automatic"),
        ("Precedence: Bulk", "Precedence"),
        ("Precedence: junk", "Precedence"),
        ("Precedence: auto_reply", "Precedence"),
        ("List-Id: <a.b>", "list"),
        ("List-Unsubscribe: <mailto:a@b>", "list"),
        ("X-Kanal-Loop: lapor@kota-lain.example", "our own"),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=x", "report"),
    ],
)
def test_mail_of_machines_is_never_answered(head: str, reason: str) -> None:
    outcome = received(f"From: {RINA}\n{head}")

    assert outcome.messages == ()
    assert len(outcome.ignored) == 1
    assert reason in outcome.ignored[0]
    assert RINA not in outcome.ignored[0]


@pytest.mark.parametrize(
    "sender",
    ["MAILER-DAEMON@mx.example", "postmaster@mx.example", LAPOR, "Lapor+x@kanal.localhost",
     "no-reply@bank.example", "noreply@x.example", "donotreply@x.example", "tidak-dibalas@x.id"],
)  # fmt: skip
def test_mail_of_nobody_is_never_answered(sender: str) -> None:
    outcome = received(f"From: {sender}", sender=sender)

    assert outcome.messages == ()
    assert len(outcome.ignored) == 1


@pytest.mark.parametrize("path", ["", "<>"])
def test_null_sender_is_never_answered(path: str) -> None:
    assert received(f"From: {RINA}", sender=path).messages == ()
    assert received(f"Return-Path: {path}\nFrom: {RINA}", sender=None).messages == ()


@pytest.mark.parametrize(
    "head",
    ["Auto-Submitted: no", "Precedence: first-class", "X-Auto-Response-Suppress: RN, NRN, DR",
     "Importance: high\nX-Priority: 1", "Subject: Laporan otomatis"],
)  # fmt: skip
def test_mail_of_people_is_answered(head: str) -> None:
    assert len(received(f"From: {RINA}\n{head}").messages) == 1


def test_a_bounce_of_several_tellings_is_the_receipt_of_the_mail_that_it_returns() -> None:
    """Qmail's bounces have no MIME; the mail returned names earlier ones of ours beside it."""
    body = (
        "Hi. This is the qmail-send program at mx.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
        f"<{RINA}>:\n192.0.2.7 does not like recipient.\nGiving up on 192.0.2.7.\n\n"
        "--- Below this line is a copy of the message.\n\n"
        f"References: <a@b> {US.id_of('earlier')}\nMessage-ID:\n {OURS}\nSubject: Re: Banjir\n"
    )

    (receipt,) = received("From: MAILER-DAEMON@mx.example", body, sender="").receipts

    assert receipt.provider_id == OURS
    assert receipt.status is ReceiptStatus.FAILED


def test_a_person_who_quotes_our_id_makes_no_receipt() -> None:
    outcome = received(f"From: {RINA}", f"Message-ID: {OURS}\nAction: failed\nStatus: 5.1.1\n")

    assert outcome.receipts == ()
    assert len(outcome.messages) == 1


def test_the_same_mail_has_the_same_id_and_every_other_mail_another() -> None:
    def id_of(head: str, body: str = "Banjir") -> str:
        return received(head, body).messages[0].external_id

    one = id_of(f"From: {RINA}\nMessage-ID: <a@b>")
    relayed = id_of(f"Received: by mx.example\nFrom: Rina <{RINA.upper()}>\nMessage-ID: <a@b>")
    others = {
        id_of(f"From: {RINA}\nMessage-ID: <c@b>"),
        id_of("From: budi@contoh.example\nMessage-ID: <a@b>"),  # took a stranger's id
        id_of(f"From: {RINA}"),
        id_of(f"From: {RINA}", "Macet"),
    }

    assert relayed == one
    assert len(others | {one}) == 5
    assert id_of(f"From: {RINA}") in others


@pytest.mark.parametrize(
    ("head", "sender", "address", "name"),
    [
        ("From: RINA@Contoh.Example", RINA, RINA, ""),
        (f"From: {RINA} (Rina)", RINA, RINA, ""),
        (f'From: "Contoh, Rina" <{RINA}>', RINA, RINA, "Contoh, Rina"),
        (f'From: "lapor@kanal.localhost" <{RINA}>', RINA, RINA, "lapor@kanal.localhost"),
        (f"From: =?utf-8?B?UsOpbsOp?= <{RINA}>", RINA, RINA, "Réné"),
        (f"From: {RINA}, budi@contoh.example", RINA, RINA, ""),
        (f"From: {RINA}\nReply-To: b@contoh.example", RINA, "b@contoh.example", ""),
        (f"From: {RINA}\nReply-To: b@contoh.example, c@contoh.example", RINA, RINA, ""),
        (f"From: {RINA}\nReply-To: nonsense", RINA, RINA, ""),
        ("From: Rina", RINA, RINA, ""),
        ("Subject: x", RINA, RINA, ""),
    ],
)
def test_who_wrote_and_where_he_wants_the_answer(
    head: str, sender: str, address: str, name: str
) -> None:
    (one,) = received(head).messages

    assert (one.sender, one.address, one.sender_name) == (sender, address, name)


def test_nobody_to_answer_is_malformed() -> None:
    with pytest.raises(Malformed, match="no address"):
        received("From: Rina", sender=None)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Thu, 1 Jan 2026 08:15:00 +0700", "2026-01-01T01:15:00+00:00"),
        ("Thu, 1 Jan 2026 08:15:00 -0000", "2026-01-01T08:15:00+00:00"),
        ("1 Jan 26 08:15 WIB", "2026-01-01T08:15:00+00:00"),
        ("Fri, 1 Jan 2038 00:00:00 +0000", AT.isoformat()),
        ("kemarin", AT.isoformat()),
        ("Thu, 99 Jan 2026 99:99:99 +9999", AT.isoformat()),
    ],
)
def test_when_it_was_written(date: str, expected: str) -> None:
    assert message(f"Date: {date}").sent_at.isoformat() == expected


@pytest.mark.parametrize(
    ("subject", "body", "expected"),
    [
        ("Banjir di Kemang", "tolong", ("Banjir di Kemang", "tolong")),
        ("Laporan saya", "ya", ("Laporan saya", "ya")),
        ("Banjir!", "BANJIR, di Kemang", ("", "BANJIR, di Kemang")),
        ("Re: Laporan Anda", "ya", ("", "ya")),
        ("RE: Bls: Laporan Anda", "", ("", "")),
        ("Fwd: Macet di Kuningan", "tolong", ("Macet di Kuningan", "tolong")),
        ("Reklame roboh", "", ("", "Reklame roboh")),
        ("STOP", "", ("", "STOP")),
        ("(tanpa subjek)", "halo", ("", "halo")),
        ("...", "halo", ("", "halo")),
        ("test Mon, 23 Nov 2026 22:35:14 +0000", "halo", ("", "halo")),
        ("", "\x00halo\x1b[31m", ("", "halo[31m")),
    ],
)
def test_a_subject_is_said_once(subject: str, body: str, expected: tuple[str, str]) -> None:
    read = message(f"Subject: {subject}\n{TEXT}", body)
    assert (read.subject, read.text) == expected
    assert read.words == "\n".join(filter(None, expected))


def test_a_mail_of_thirty_megabytes_is_read() -> None:
    photo = base64.encodebytes(bytes(22_000_000)).replace(b"\n", b"\r\n")
    body = (
        b"--x\r\nContent-Type: text/plain\r\n\r\nBanjir di Kemang\r\n--x\r\n"
        b"Content-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + photo
        + b"\r\n--x--\r\n"
    )

    one = message("Content-Type: multipart/mixed; boundary=x", body)

    assert one.text == "Banjir di Kemang"
    assert one.media[0].kind is MediaKind.PHOTO
    assert one.media[0].size == pytest.approx(22_000_000, rel=0.01)


def test_a_long_text_is_kept_up_to_a_hundred_thousand_characters() -> None:
    words = "kata " * 20_000

    assert message(TEXT, words).text == words.strip()
    assert len(message(TEXT, words * 50).text) <= 100_000


@pytest.mark.parametrize("depth", [40, 59, 200, 5_000])
def test_nested_parts_are_read_as_deep_as_makes_sense(depth: int) -> None:
    head = "Content-Type: multipart/mixed; boundary=b0"
    body = "".join(
        f"--b{level}\nContent-Type: multipart/mixed; boundary=b{level + 1}\n\n"
        for level in range(depth - 1)
    )
    body += f"--b{depth - 1}\n{TEXT}\n\nGenangan di underpass\n--b{depth - 1}--\n"

    text = message(head, body).text

    assert "Genangan di underpass" in text or depth == 5_000
    assert (text == "Genangan di underpass") == (depth < 60)


def test_parts_without_number_are_read_up_to_a_limit() -> None:
    body = "--x\nContent-Type: image/png\n\nP\n" * 20_000

    one = message("Content-Type: multipart/mixed; boundary=x", body)

    assert len(one.media) == 100


def test_references_in_the_thread_are_bounded() -> None:
    many = " ".join(f"<{number}@contoh.example>" for number in range(1_000))
    thread = message(f"Message-ID: <a@b>\nReferences: {many} <{'x' * 400}@y>").thread

    assert thread["references"].split()[-1] == "<999@contoh.example>"
    assert len(thread["references"].split()) == 20


def test_the_mail_answered_is_named() -> None:
    assert message(f"In-Reply-To: {OURS}").reply_to == OURS
    assert message(f"References: <a@b> {OURS}").reply_to == OURS
    assert message("In-Reply-To: Your message of Monday").reply_to == ""


def test_language_of_the_mail_is_a_hint() -> None:
    assert message("Content-Language: en-GB").locale == "en"
    assert message("Accept-Language: id-ID, en-US").locale == "id"
    assert message("Accept-Language: !").locale == ""


HEADS = st.sampled_from(
    ["From", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
     "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-ID"]
)  # fmt: skip
VALUES = st.one_of(
    st.binary(max_size=80),
    st.sampled_from(
        [b"=?utf-8?q?=ff?=", b"=?x?b?a?=", b"a@b", b"<a@b>", b"multipart/mixed; boundary=x",
         b"message/rfc822", b"text/html; charset=utf-16", b"text/plain; charset=idna", b"base64",
         b"quoted-printable", b"text/plain; format=flowed; delsp=yes", b"x; filename*0*=a''%FF",
         b"x; filename*99999999999=a", b"text/plain; charset*=utf-8'x", b"multipart/alternative"]
    ),
)  # fmt: skip


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(
    fields=st.lists(st.tuples(HEADS, VALUES), max_size=12),
    body=st.lists(
        st.one_of(st.binary(max_size=60), st.sampled_from([b"\r\n--x\r\n", b"\n--x--\n", b"\n\n",
                  b"Content-Type: multipart/mixed; boundary=x\n\n", b"<p class=gmail_quote>",
                  b"Content-Type: text/html\r\n\r\n", b"On 1 a wrote:\n> b\n", b"-- \n", b"&#99"])),
        max_size=15,
    ),
)  # fmt: skip
def test_whatever_comes_is_read_or_malformed(
    fields: list[tuple[str, bytes]], body: list[bytes]
) -> None:
    head = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in fields)
    raw = Raw(body=head + b"\r\n" + b"".join(body), received_at=AT, envelope={"mail-from": RINA})

    for one in parse(raw, US).messages:
        known = (one.text, one.subject, one.sender, one.address, one.sender_name)
        for word in (*known, *one.thread.values()):
            word.encode()
            assert "\x00" not in word
        for item in one.media:
            assert "\n" not in item.name
