"""Mail that is made to keep us busy: 200 kB of whatever a reader could stumble over.

A second is many times what the slowest takes; time that grows with the square takes far longer.
"""

from __future__ import annotations

import time

import pytest

from channels.adapter import Raw
from channels.email.ours import Us
from channels.email.payload import Trust, parse
from channels.errors import Malformed
from tests.channels.email.conftest import AT, LAPOR, RINA

US = Us(account="main", address=LAPOR, key=b"k" * 32)
TRUST = Trust(authserv_id="mx", reply_to=True)
LENGTH = 200_000
PATIENCE_S = 3.0  # of processor time

FLOWED = "Content-Type: text/plain; format=flowed"
HTML = "Content-Type: text/html; charset=utf-8"
PLAIN = "Content-Type: text/plain; charset=utf-8"
MIXED = "Content-Type: multipart/mixed; boundary=x"
BOUNCE = f"Return-Path: <>\r\nIn-Reply-To: {US.id_of('k')}"


def many(piece: str) -> str:
    return (piece * (LENGTH // len(piece) + 1))[:LENGTH]


BODIES = [
    (PLAIN, many("a")), (PLAIN, many("> ")), (PLAIN, "On " + many("1 <") + " wrote"),
    (PLAIN, many("Pada 1 ")), (PLAIN, many("On 1 Jan 2026, a\n")), (PLAIN, many("<a@b>\n")),
    (PLAIN, "dikirim dari " + many("iphone ")), (PLAIN, many("- ") + "forwarded message"),
    (PLAIN, many("Dari: x\nTanggal: y\n")), (PLAIN, many("* ") + ":"), (PLAIN, many(" ") + "x"),
    (PLAIN, many("2026-01-01 10:10 @>:\n")), (PLAIN, many("--- original message ")),
    (PLAIN, "x\n" + many("--\n")), (PLAIN, "a" + many("\u0301\u0323")), (PLAIN, many("\n")),
    (FLOWED, many("a \n")), (FLOWED, many("> \n")),
    (HTML, many("<")), (HTML, many("<a ")), (HTML, many("<a class='")), (HTML, many("&")),
    (HTML, "&#" + many("1")), (HTML, many("<!--")), (HTML, many("<div class=gmail_quote>")),
    (HTML, many("<script>")), (HTML, many('<p style="')), (HTML, "<p " + many("class ") + ">"),
    (HTML, many("<p> ")), (HTML, many("<br>")), (HTML, many("&nbsp;")),
    (MIXED, many("--x\r\n")), (MIXED, many(f"--x\r\n{MIXED}\r\n\r\n")), (MIXED, many("--xa\r\n")),
    (f"{BOUNCE}\r\n{MIXED}", many("Message-ID: <")), (BOUNCE, many("\r\n<a@b>:\r\n")),
    (BOUNCE, many(" ") + "x"),
]  # fmt: skip
FIELDS = [
    "Subject: " + many("Re: "), "Subject: " + many("=?utf-8?q?a?= "), "Subject: " + many("=?"),
    "Subject: a" + many("\r\n b"), "To: " + many("lapor+re.a@kanal.localhost, "),
    "To: " + many('\\"'), "To: " + many("<"), "To: " + many("a@"), "References: " + many("<a@b> "),
    "References: " + many("<a"), "Date: " + many("1 "), "Reply-To: " + many("<a@b> "),
    "Content-Type: text/plain; " + many("filename*0*=a; "),
    "Content-Type: text/plain; " + many(";"),
    'Content-Disposition: attachment; filename="' + many("=?"), many("A: b\r\n"), many("ab "),
    "Authentication-Results: mx; " + many("dmarc="),
    "Authentication-Results: mx; spf=pass " + many("smtp.mailfrom="),
    "Return-Path: " + many("<"), "Content-Language: " + many(" "),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["", "In-Reply-To: <a@b>\r\n", "Subject: Fwd: x\r\n"])
@pytest.mark.parametrize(("head", "body"), BODIES, ids=lambda one: repr(one[:40]))
def test_a_body_takes_no_time(kind: str, head: str, body: str) -> None:
    assert seconds(f"{kind}{head}", body) < PATIENCE_S


@pytest.mark.parametrize("field", FIELDS, ids=lambda one: repr(one[:40]))
def test_a_field_takes_no_time(field: str) -> None:
    assert seconds(field, "x") < PATIENCE_S


def seconds(head: str, body: str) -> float:
    """How long the processor was busy with a mail."""
    mail = f"From: {RINA}\r\n{head}\r\n\r\n{body}".encode()
    raw = Raw(body=mail, received_at=AT)
    began = time.process_time()
    try:
        received = parse(raw, US, TRUST)
    except Malformed:
        pytest.fail("it has a sender")
    took = time.process_time() - began
    assert received.messages or received.ignored or received.receipts
    return took
