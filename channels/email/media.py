"""The attachments of a mail, as references: where each stands, and what it is said to be. Pure.

Source: RFC 2183 (Content-Disposition), RFC 2392 (Content-ID), RFC 2387 (multipart/related).
"""

from __future__ import annotations

from collections.abc import Iterator

from channels.email.mime import Part
from channels.message import MediaKind, MediaRef
from channels.text import tidy

MOST = 100  # attachments of one mail
TINY = 4_096  # bytes; a picture within a text that is smaller is an ornament or counts readers
_KINDS = {"image": MediaKind.PHOTO, "audio": MediaKind.VOICE, "video": MediaKind.VIDEO}
_ENDINGS = {  # where the type says nothing
    MediaKind.PHOTO: (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".gif", ".bmp", ".tif"),
    MediaKind.VIDEO: (".mp4", ".mov", ".3gp", ".webm", ".mkv"),
    MediaKind.VOICE: (".ogg", ".opus", ".m4a", ".mp3", ".amr", ".wav"),
}
# Parts that belong to the mail and not to what the citizen says.
_LETTERHEAD = frozenset(
    [
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-keys",
        "text/calendar",
        "application/ics",
        "text/x-amp-html",
        "text/vcard",
        "text/x-vcard",
        "message/delivery-status",
        "message/disposition-notification",
        "text/rfc822-headers",
    ]
)


def attachments(mail: Part) -> tuple[MediaRef, ...]:
    """Every attachment, those of forwarded mails included, in the order in which they stand."""
    return tuple(_reference(part) for part in _attached(mail))[:MOST]


def is_attached(part: Part) -> bool:
    """Tell an attachment from a part of the text."""
    if part.kind not in {"text/plain", "text/html"}:
        return True
    if part.path == "0":
        return False  # the mail is nothing else
    return part.fields.disposition == "attachment" or bool(part.fields.file_name)


def _attached(mail: Part) -> Iterator[Part]:
    for part in mail.walk():
        if part.children or part.kind in _LETTERHEAD or not is_attached(part):
            continue
        if part.start >= part.end or (_is_within_text(part) and part.size < TINY):
            continue
        yield part


def _is_within_text(part: Part) -> bool:
    fields = part.fields
    inline = fields.disposition != "attachment" and bool(fields.first("content-id"))
    return inline and part.kind.startswith("image/")


def _reference(part: Part) -> MediaRef:
    return MediaRef(
        ref=part.path,
        kind=_kind(part),
        content_type=tidy(part.kind),
        size=part.size,
        name=part.fields.file_name,
    )


def _kind(part: Part) -> MediaKind:
    """What it is said to be, by type and where that says nothing by name."""
    if part.kind != "application/octet-stream":
        return _KINDS.get(part.kind.partition("/")[0], MediaKind.DOCUMENT)
    name = part.fields.file_name.lower()
    known = (kind for kind, endings in _ENDINGS.items() if name.endswith(endings))
    return next(known, MediaKind.DOCUMENT)
