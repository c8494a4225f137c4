"""Answers as mail: what a mail program shows, and what nobody can smuggle in."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.adapter import Raw, WirePart
from channels.email.ours import Us
from channels.email.payload import parse
from channels.email.render import compose, render
from channels.message import OutboundMessage
from tests.channels.email.conftest import AT, LAPOR, RINA

US = Us(account="main", address=LAPOR, name="Lapor, Kota Contoh")
THREAD = {"message_id": "<t2@contoh.example>", "references": "<t1@contoh.example>"}


def answer(text: str = "Di mana?", **more: Any) -> OutboundMessage:
    words = {"address": RINA, "key": "k", "in_reply_to": "main:1", **more}
    return OutboundMessage(channel="email", account="main", text=text, **words)


def mail_of(part: WirePart) -> EmailMessage:
    content = compose(part, AT, US).replace(b"\r\n", b"\n")
    mail = email.message_from_bytes(content, policy=email.policy.default)
    return cast("EmailMessage", mail)


def sent(text: str = "Di mana?", **more: Any) -> EmailMessage:
    (part,) = render(answer(text, **more), US)
    return mail_of(part)


def test_an_answer_stands_under_the_mail_that_it_answers() -> None:
    mail = sent(thread={**THREAD, "subject": "Banjir di Kemang – RW 03"})

    assert mail["From"] == '"Lapor, Kota Contoh" <lapor@kanal.localhost>'
    assert mail["Reply-To"] == LAPOR
    assert mail["To"] == RINA
    assert mail["Subject"] == "Re: Banjir di Kemang – RW 03"
    assert mail["In-Reply-To"] == "<t2@contoh.example>"
    assert mail["References"] == "<t1@contoh.example> <t2@contoh.example>"
    assert mail["Date"].datetime == AT
    assert mail["Content-Language"] == "id"


def test_an_answer_says_that_a_machine_wrote_it_and_is_never_answered_by_us() -> None:
    for asked, said in (("main:1", "auto-replied"), ("", "auto-generated")):
        (part,) = render(answer(in_reply_to=asked), US)
        content = compose(part, AT, US)
        back = parse(Raw(body=content, received_at=AT, envelope={"mail-from": RINA}), US)

        assert mail_of(part)["Auto-Submitted"] == said
        assert back.ignored == ("our own mail",)


def test_text_and_page_say_the_same() -> None:
    mail = sent("Nomor <b>JKT</b> & co.\n\nLihat https://lapor.example/t/1?a=1&b=2.\nTerima kasih")
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))

    assert mail.get_content_type() == "multipart/alternative"
    assert plain is not None
    assert page is not None
    assert plain.get_content().startswith("Nomor <b>JKT</b> & co.\n\nLihat")
    assert "Nomor &lt;b&gt;JKT&lt;/b&gt; &amp; co.</p>" in page.get_content()
    assert '<a href="https://lapor.example/t/1?a=1&amp;b=2">' in page.get_content()
    assert ".<br>\nTerima kasih</p>" in page.get_content()


def test_the_same_key_has_the_same_message_id_and_another_another() -> None:
    ids = [render(answer(key=key), US)[0].body["message_id"] for key in ("a", "a", "b")]

    assert ids[0] == ids[1] != ids[2]
    assert US.is_our_id(ids[0])
    assert not US.is_our_id(ids[0].replace("kanal.localhost", "evil.example"))
    assert not US.is_our_id("<t1@kanal.localhost>")


def test_a_text_beyond_measure_becomes_several_mails() -> None:
    words = " ".join(f"kata{number:06}" for number in range(20_000))
    parts = render(answer(words), US)

    assert len(parts) == 3
    assert " ".join(part.body["text"] for part in parts) == words
    assert len({part.body["message_id"] for part in parts}) == 3
    assert mail_of(parts[0])["Message-ID"] == US.id_of("k")


@pytest.mark.parametrize(
    ("subject", "locale", "expected"),
    [
        ("Banjir", "id", "Re: Banjir"),
        ("RE: Banjir", "id", "RE: Banjir"),
        ("Bls: Banjir", "id", "Bls: Banjir"),
        ("", "id", "Laporan Anda"),
        ("", "en", "Your report"),
        ("a\r\nBcc: x@evil.example", "id", "Re: a Bcc: x@evil.example"),
    ],
)
def test_subject(subject: str, locale: str, expected: str) -> None:
    assert sent(thread={"subject": subject}, locale=locale)["Subject"] == expected


WILD = st.text(st.sampled_from("a:<>@ \r\n\t\x00,;\"'é\u2028\u0085"), max_size=40)


@given(subject=WILD, references=WILD, message_id=WILD, name=WILD, text=WILD)
def test_nothing_adds_a_field(
    subject: str, references: str, message_id: str, name: str, text: str
) -> None:
    thread = {"subject": subject, "references": references, "message_id": message_id}
    us = Us(account="main", address=LAPOR, name=" ".join(name.split()).replace("\x00", ""))
    for part in render(answer(f"x{text}", thread=thread), us):
        fields = {name.lower() for name in mail_of(part)}

        assert fields <= {
            "from", "to", "reply-to", "subject", "date", "message-id", "in-reply-to", "references",
            "auto-submitted", "x-auto-response-suppress", "x-kanal-loop", "content-language",
            "mime-version", "content-type",
        }  # fmt: skip


@pytest.mark.parametrize(
    "address",
    ["rina@contoh.example\r\nBcc: x@evil.example", "a@b, c@d", "", "rina", "a b@c", "<a@b>",
     "a@b\x00", "@b", "a@", "x" * 65 + "@b", "a@b" + "c" * 300],
)  # fmt: skip
def test_an_address_that_is_none_is_no_mail(address: str) -> None:
    (part,) = render(answer(address=address), US)

    with pytest.raises(ValueError, match="address"):
        compose(part, AT, US)


def test_an_address_in_another_script_is_written_in_utf8() -> None:
    (part,) = render(answer(address="riná@contoh.example"), US)

    assert "To: riná@contoh.example\r\n" in compose(part, AT, US).decode()
