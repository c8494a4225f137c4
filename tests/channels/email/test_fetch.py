"""Attachments come out of the journal's bytes."""

from __future__ import annotations

import email.policy
from email.message import EmailMessage

import pytest

from channels.adapter import Raw
from channels.email.adapter import Adapter, Settings
from channels.errors import Refused
from channels.message import MediaKind, MediaRef
from tests.channels.email.conftest import AT, RINA

PHOTO = bytes(range(256)) * 4_000


async def fetched(media: MediaRef, raw: Raw) -> list[bytes]:
    return [chunk async for chunk in Adapter("main", Settings()).fetch(media, raw)]


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
async def test_an_attachment_comes_as_it_was_sent(encoding: str) -> None:
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"] = RINA
    mail.set_content("lihat foto")
    for content in (b"kecil", PHOTO):
        mail.add_attachment(content, maintype="image", subtype="jpeg", cte=encoding)
    raw = Raw(body=mail.as_bytes(), received_at=AT)

    (message,) = Adapter("main", Settings()).parse(raw).messages
    small, large = [await fetched(media, raw) for media in message.media]

    assert b"".join(small) == b"kecil"
    assert b"".join(large) == PHOTO
    assert len(large) > 1


async def test_a_mail_that_is_nothing_but_a_photo_is_one() -> None:
    raw = Raw(body=f"From: {RINA}\nContent-Type: image/jpeg\n\nJPEG".encode(), received_at=AT)

    (message,) = Adapter("main", Settings()).parse(raw).messages

    assert b"".join(await fetched(message.media[0], raw)) == b"JPEG"


async def test_what_does_not_stand_in_the_mail_is_refused() -> None:
    raw = Raw(body=f"From: {RINA}\n\nx".encode(), received_at=AT)

    with pytest.raises(Refused, match="no such part"):
        await fetched(MediaRef(ref="7", kind=MediaKind.PHOTO), raw)
