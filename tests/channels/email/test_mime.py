"""Taking mail apart by position gives what the standard library gives, where that can be read."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage, Message
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email import mime
from channels.email.fields import decode, decoded, read_fields

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=200)
LINES = st.lists(WORDS, max_size=6).map("\n".join)


@st.composite
def mails(draw: st.DrawFn) -> EmailMessage:
    """A mail as the standard library writes it: texts, pages, files, mails in mails."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"] = "rina@contoh.example"
    mail["Subject"] = draw(WORDS.map(lambda words: " ".join(words.split())))
    mail.set_content(draw(LINES), cte=draw(st.sampled_from(["base64", "quoted-printable"])))
    if draw(st.booleans()):
        mail.add_alternative("<p>x</p>", subtype="html")
    for content in draw(st.lists(st.binary(max_size=300), max_size=3)):
        mail.add_attachment(
            content, maintype="image", subtype="jpeg", filename=draw(st.sampled_from(NAMES))
        )
    return mail


NAMES = ["a.jpg", "foto lubang.jpg", "jalan – berlubang.heic", 'a"b.png', "x" * 200 + ".jpg"]


@settings(max_examples=120, deadline=None, derandomize=True, database=None)
@given(mail=mails())
def test_parts_are_those_that_the_standard_library_finds(mail: EmailMessage) -> None:
    source = mail.as_bytes()
    theirs: Message[Any, Any] = email.message_from_bytes(source, policy=email.policy.default)
    ours = mime.read(source)

    assert [part.kind for part in ours.walk()] == [
        part.get_content_type() for part in theirs.walk()
    ]
    for one, other in zip(ours.walk(), theirs.walk(), strict=True):
        if not one.children:
            content = other.get_payload(decode=True)
            assert isinstance(content, bytes)
            assert b"".join(one.chunks()) == one.content(len(source)) == content
        if other.get_filename():
            assert one.fields.file_name == other.get_filename()
    assert ours.fields.words("subject") == " ".join(str(theirs["subject"]).split())


def test_every_part_is_found_by_its_path() -> None:
    inner = "--b\nContent-Type: text/plain\n\nc\n--b--\n"
    source = (
        "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/plain\n\nx\n--a\n"
        f"Content-Type: multipart/mixed; boundary=b\n\n{inner}--a--\n"
    ).encode()

    assert [part.path for part in mime.read(source).walk()] == ["0", "1", "2", "2.1"]
    found = mime.find(source, "2.1")
    assert found is not None
    assert found.content(10) == b"c"
    assert mime.find(source, "3") is None
    assert mime.find(source, "") is None


@pytest.mark.parametrize(
    "encoded",
    [b"QUJD", b"QUJD\r\n", b"Q U J D", b"QUJD====", b"QU\nJD", b"\xffQUJ!D", b"QUJD" + b"A"],
)
def test_base64_is_read_as_it_comes(encoded: bytes) -> None:
    mail = mime.read(b"Content-Transfer-Encoding: BASE64\n\n" + encoded)

    assert b"".join(mail.chunks()) == b"ABC"


def test_base64_longer_than_a_piece_is_read_whole() -> None:
    mail = EmailMessage(policy=email.policy.SMTP)
    content = bytes(range(256)) * 1_000
    mail.set_content(content, maintype="image", subtype="png")

    assert b"".join(mime.read(mail.as_bytes()).chunks()) == content


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?utf-8?Q?Banjir_di_Kem=C3?= =?UTF-8?q?=A9?=", "Banjir di Kemé"),
        ("=?utf-8?B?w6k=?=\t =?iso-8859-1?Q?=E9?= x", "éé x"),
        ("=?utf-8*id?Q?a=20b?=", "a b"),
        ("=?tidak-ada?Q?a=E9?=", "aé"),
        ("=?utf-8?B?!!!?=", ""),
        ("=?utf-8?B?YQ?=", "a"),
        ("=?utf-8?Q?tidak selesai", "=?utf-8?Q?tidak selesai"),
        ("biasa = ? saja", "biasa = ? saja"),
    ],
)
def test_encoded_words(written: str, read: str) -> None:
    assert decoded(written) == read


@pytest.mark.parametrize(
    ("content", "charset", "read"),
    [
        ("é".encode(), "", "é"),
        ("é".encode(), "us-ascii", "é"),
        ("é".encode(), "iso-8859-1", "é"),
        (b"\xe9", "utf-8", "é"),
        (b"\x93a\x94", "iso-8859-1", "“a”"),
        (b"\x81", "", "\x81"),
        ("я".encode("koi8-r"), "KOI8-R", "я"),
        ("é".encode("utf-16"), '"UTF-16"', "é"),
        (b"abc", "idna", "abc"),
        (b"616263", "hex", "616263"),
        (b"abc", "\x00", "abc"),
    ],
)
def test_charsets(content: bytes, charset: str, read: str) -> None:
    assert decode(content, charset) == read


def test_fields_are_read_around_what_is_none() -> None:
    fields = read_fields(b"From: a@b\r\nno field\r\n: none\r\nX Y: z\r\nSubject:a\r\n\tb\r\n")

    assert fields.pairs == (("from", "a@b"), ("subject", "a\tb"))
    assert fields.words("subject") == "a b"
