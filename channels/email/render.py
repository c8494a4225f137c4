"""A message, dressed as a mail: plain text, and the same as HTML for a small screen. Pure.

Source: RFC 5322 section 3.6.4 (threads), RFC 3834 section 3.1 (how an automatic answer says so).
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Any

from channels.adapter import Caps, WirePart
from channels.email.ours import LOOP_HEADER, Us, is_address
from channels.message import Link, OutboundMessage
from channels.text import cut, tidy

CAPS = Caps(text_limit=100_000, photos_out=True, receipts=True, forgeable=True)
_SUBJECTS = {"id": "Laporan Anda", "en": "Your report"}
_ANSWERS = re.compile(r"\s*(re|bls|balas)\s?:", re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")
_BUTTON = (  # large enough for a thumb; white on green is readable in the dark as well
    '<a href="{0}" style="display:inline-block;margin:6px 0;padding:12px 22px;border-radius:24px;'
    'background:#0b5d57;color:#ffffff;font-weight:600;text-decoration:none">{1}</a>'
)
_IDS = re.compile(r"<[^<>\s]{1,255}>")
_PAGE = """\
<!DOCTYPE html>
<html lang="{locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
</head>
<body style="margin:0;padding:16px;font:17px/1.5 system-ui,'Segoe UI',Roboto,sans-serif">
<div style="max-width:36em;margin:0 auto;overflow-wrap:anywhere">
{paragraphs}
</div>
</body>
</html>
"""


def render(message: OutboundMessage, us: Us) -> list[WirePart]:
    """Make the mails of a message: one, but for texts beyond measure. A blank one makes none."""
    pieces = cut(tidy(message.text), CAPS)
    return [
        WirePart(method="smtp", body=_body(message, piece, number, us))
        for number, piece in enumerate(pieces, 1)
    ]


def _body(message: OutboundMessage, piece: str, number: int, us: Us) -> dict[str, Any]:
    thread = message.thread
    answered = _ids(thread.get("message_id", ""))[-1:]
    references = [*_ids(thread.get("references", "")), *answered]
    return {
        "to": message.address,
        "from": us.address,
        "from_name": us.name,
        "subject": _subject(message),
        "message_id": us.id_of(message.key if number == 1 else f"{message.key}/{number}"),
        "in_reply_to": "".join(answered),
        "references": " ".join(dict.fromkeys(references)),
        "auto_submitted": "auto-replied" if message.in_reply_to else "auto-generated",
        "locale": message.locale,
        "text": piece,
        "html": _page(piece, message.locale, message.link),
        **({"photos": list(message.photos)} if message.photos and number == 1 else {}),
    }


def _ids(value: str) -> list[str]:
    """Message ids that may stand in a field again."""
    return [each for each in _IDS.findall(value) if each.isascii() and each.isprintable()]


def _subject(message: OutboundMessage) -> str:
    """Answer under the citizen's own subject."""
    said = " ".join(tidy(message.thread.get("subject", "")).split())[:200]
    if not said:
        return _SUBJECTS.get(message.locale, _SUBJECTS["id"])
    return said if _ANSWERS.match(said) else f"Re: {said}"


def _page(text: str, locale: str, button: Link | None) -> str:
    paragraphs = "\n".join(
        f'<p style="margin:0 0 1em">{_with_links(paragraph, button)}</p>'
        for paragraph in re.split(r"\n{2,}", text)
    )
    return _PAGE.format(locale="en" if locale == "en" else "id", paragraphs=paragraphs)


def _with_links(text: str, button: Link | None) -> str:
    words, at = [], 0
    for found in _LINK.finditer(text):
        words += [html.escape(text[at : found.start()]), _link(found[0], button)]
        at = found.end()
    return "".join([*words, html.escape(text[at:])]).replace("\n", "<br>\n")


def _link(url: str, button: Link | None) -> str:
    link = html.escape(url)
    if button is not None and button.url == url:
        return _BUTTON.format(link, html.escape(button.label))
    return f'<a href="{link}">{link}</a>'


def compose(part: WirePart, at: datetime, us: Us, photos: Sequence[bytes] = ()) -> bytes:
    """Write the mail that a wire part stands for, with JPEGs attached.

    The signed address comes in here, so that no trace of the wire part holds it.

    Raises: ValueError for what no mail can hold.
    """
    body = part.body
    if not is_address(body["to"]):
        raise ValueError("the address is none")
    wide = not body["to"].isascii()
    mail = EmailMessage(policy=policy.SMTPUTF8 if wide else policy.SMTP)
    mail["From"] = (
        formataddr((body["from_name"], body["from"])) if body["from_name"] else body["from"]
    )
    mail["To"] = body["to"]
    mail["Reply-To"] = us.signed(body["to"])
    mail["Subject"] = body["subject"]
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = body["message_id"]
    for field in ("In-Reply-To", "References"):
        if value := body[field.lower().replace("-", "_")]:
            mail[field] = value
    mail["Auto-Submitted"] = body["auto_submitted"]
    mail["X-Auto-Response-Suppress"] = "All"  # Exchange answers with "out of office" otherwise
    mail[LOOP_HEADER.title()] = body["from"]
    mail.set_content(body["text"])
    mail.add_alternative(body["html"], subtype="html")
    for number, photo in enumerate(photos, 1):
        mail.add_attachment(photo, "image", "jpeg", filename=f"foto-{number}.jpg")
    mail["Content-Language"] = body["locale"]
    return mail.as_bytes()
