"""Whose word counts on who wrote a mail."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.adapter import Raw
from channels.email.fields import read_fields
from channels.email.ours import Us
from channels.email.payload import Trust, parse
from channels.email.verdict import verdict
from tests.channels.email.conftest import AT, LAPOR, RINA

MX = "mx.kanal.localhost"


GOOD = f"Authentication-Results: {MX}; dmarc=pass header.from=contoh.example"


def said(*results: str, sender: str = RINA) -> str:
    head = "\n".join(f"Authentication-Results: {one}" for one in results)
    return verdict(read_fields(head.encode()), MX, sender)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        # RFC 8601, appendix B.3 to B.6, with our names
        ((f"{MX}; dmarc=pass header.from=contoh.example",), "pass"),
        ((f"{MX} 1; dmarc=fail (p=reject) header.from=contoh.example",), "fail"),
        ((f"{MX}; none",), ""),
        (
            (f"{MX}; auth=pass (cram-md5) smtp.auth=x; spf=pass smtp.mailfrom=contoh.example",),
            "pass",
        ),
        ((f"{MX}; spf=pass smtp.mailfrom=rina@contoh.example",), "pass"),
        ((f"{MX}; dkim=pass (good signature) header.d=contoh.example",), "pass"),
        ((f"{MX}; dkim=pass header.i=@contoh.example header.b=abc",), "pass"),
        ((f"{MX}; spf=softfail smtp.mailfrom=contoh.example",), "fail"),
        ((f"{MX}; spf=neutral smtp.mailfrom=contoh.example",), ""),
        # somebody else's domain says nothing of the sender
        ((f"{MX}; spf=pass smtp.mailfrom=bulk.example; dkim=pass header.d=bulk.example",), ""),
        ((f"{MX}; dkim=pass header.d=anak.contoh.example",), ""),
        ((f"{MX}; dkim=pass header.d=ontoh.example",), ""),
        # DMARC is the last word, if it speaks of this sender
        ((f"{MX}; spf=pass smtp.mailfrom=contoh.example; dmarc=fail",), "fail"),
        ((f"{MX}; dmarc=pass header.from=lain.example",), ""),
        ((f"{MX}; dmarc=pass",), ""),
        ((f"{MX}; dmarc=none; spf=pass smtp.mailfrom=contoh.example",), "pass"),
        # others, and what the mail brought along below our mail server's word
        (("mx.lain.example; dmarc=pass",), ""),
        ((f"{MX}; dmarc=fail", f"{MX}; dmarc=pass"), "fail"),
        (("mx.lain.example; dmarc=pass", f"{MX}; dmarc=fail"), "fail"),
        (
            (
                f"{MX}; spf=fail smtp.mailfrom=contoh.example",
                f"{MX}; dmarc=pass header.from=contoh.example",
            ),
            "pass",
        ),
        # smuggled into a comment, a quoted word, an address
        ((f"{MX}; spf=fail (x; dmarc=pass) smtp.mailfrom=contoh.example",), "fail"),
        ((f'{MX}; spf=fail smtp.mailfrom="; dmarc=pass"@contoh.example',), "fail"),
        ((f"{MX} (c(omm)ent; dmarc=pass); dmarc=fail",), "fail"),
        ((f"({MX}; dmarc=pass) x; dmarc=pass",), ""),
        ((f'"{MX}"; DMARC=Pass header.from="Contoh.example"',), "pass"),
    ],
)
def test_verdicts(results: tuple[str, ...], expected: str) -> None:
    assert said(*results) == expected


def test_a_parent_domain_may_speak_for_the_sender() -> None:
    assert said(f"{MX}; dkim=pass header.d=contoh.example", sender="a@rt.contoh.example") == "pass"


def test_nobody_is_believed_unless_he_is_named() -> None:
    mail = f"{GOOD}\r\nFrom: {RINA}\r\n\r\nGelap\r\n".encode()
    us, raw = Us(account="main", address=LAPOR), Raw(body=mail, received_at=AT)
    (nobody,) = parse(raw, us).messages
    (named,) = parse(raw, us, Trust(authserv_id=MX)).messages

    assert "authenticated" not in nobody.thread
    assert named.thread["authenticated"] == "pass"


@pytest.mark.parametrize(
    ("stated", "believed"),
    [
        (f"From: {RINA}", "pass"),
        (f"From: Rina <{RINA}>", "pass"),
        (f'From: "Rina, RT 03 (ketua)" <{RINA}>', "pass"),
        (f"From: =?utf-8?Q?Rina?= <{RINA}>", "pass"),
        (f"From: {RINA}\r\nFrom: budi@contoh.example", ""),
        (f"From: {RINA}, budi@contoh.example", ""),
        (f"From: <{RINA}> <budi@contoh.example>", ""),
        (f"From: (<{RINA}>) budi@contoh.example", ""),
        (f"From: (<{RINA}> budi@contoh.example", ""),
        (f"From: warga: {RINA}, budi@contoh.example;", ""),
        ("From: Rina", ""),
    ],
)
def test_a_verdict_counts_for_a_sender_whom_all_take_for_the_same(
    stated: str, believed: str
) -> None:
    mail = f"{GOOD}\r\nReturn-Path: <{RINA}>\r\n{stated}\r\n\r\nGelap\r\n".encode()
    us, raw = Us(account="main", address=LAPOR), Raw(body=mail, received_at=AT)
    (one,) = parse(raw, us, Trust(authserv_id=MX)).messages

    assert one.thread.get("authenticated", "") == believed


@given(st.text(st.sampled_from('();="\\ \t@.dmarcpass1' + MX), max_size=200))
def test_no_field_raises(words: str) -> None:
    assert said(words) in {"pass", "fail", ""}


@pytest.mark.parametrize("hostile", ["(" * 200_000, "a=" * 100_000, ";" * 200_000, "\\" * 200_000])
def test_a_field_without_end_takes_no_time(hostile: str) -> None:
    began = time.process_time()
    said(*[f"{MX}; {hostile}"] * 30)

    assert time.process_time() - began < 3
