"""A mail to messages: pure.

Source: RFC 5322 (format), RFC 2045 to 2049 (MIME), RFC 3676 (flowed), RFC 3834 (what is not
answered), RFC 8601 (what the mail server found out). Nothing is Malformed but a mail to which
nobody could be answered, and one that was left in the mailbox: all else is read as far as it goes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import islice

from channels.adapter import Raw, Received
from channels.email import machines
from channels.email.fields import Fields, decoded
from channels.email.media import attachments
from channels.email.mime import Part, read
from channels.email.ours import NAME, UNREAD, Us, is_address
from channels.email.verdict import FAIL, verdict
from channels.email.words import words_of
from channels.errors import Malformed
from channels.message import InboundMessage
from channels.text import tidy

_QUOTE = re.compile(r'\\.|"')
_ANGLE = re.compile(r"<\s*([^<>\s]{3,254})\s*>")
_BARE = re.compile(r"[^\s<>,;:()\"]{1,64}@[^\s<>,;:()\"]{1,190}")
_PLAIN_FROM = re.compile(
    r"(?:[^<>()@,;:\"\\]*<\s*[^<>\s]+\s*>|\s*[^\s<>()@,;:\"\\]+@[^\s<>()@,;:\"\\]+)\s*"
)
_LANGUAGE = re.compile(r"\s*([A-Za-z]{2})\b")
_AHEAD = timedelta(days=1)  # a clock that is further ahead is wrong
_LONGEST_ID = 255
_MOST_REFERENCES = 20
_HEAD_BYTES = 65_536
_MOST_RECIPIENTS = 50  # of a mail, that are looked at
_RECIPIENTS = ("delivered-to", "x-original-to", "to", "cc")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Writer:
    """Who wrote, and where he wants the answer."""

    sender: str
    address: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Trust:
    """What in a mail is believed, by config.yml.

    What was found out stands in a message's `thread`: `authenticated` is "pass" or "fail" where
    the mail server has a verdict on the sender's domain, `reply` is "signed" where the mail came
    to the address that was signed for its writer.
    """

    authserv_id: str = ""  # whose Authentication-Results count; "" is nobody's
    reply_to: bool = False  # answers go to Reply-To, and the talk is with whoever has that address


def parse(raw: Raw, us: Us, trust: Trust = Trust()) -> Received:
    """Read one mail. Raises Malformed."""
    if reason := raw.envelope.get(UNREAD):
        raise Malformed(reason)
    mail = read(raw.body)
    return_path = _return_path(raw, mail.fields)
    sent_at = _sent_at(mail.fields, raw.received_at)
    writer = _writer(mail.fields, return_path or "", trust)
    if reason := machines.machine(mail.fields, writer.sender, return_path, us):
        return machines.bounce(mail, us, sent_at) or Received(ignored=(reason,))
    if machines.takes_no_answer(writer.address):
        return Received(ignored=("an address that takes no answer",))
    if not writer.address:
        raise Malformed("no address to answer to: neither From nor the envelope names one")
    thread = _thread(mail.fields)
    vouched = verdict(mail.fields, trust.authserv_id, writer.sender)
    if vouched and (vouched == FAIL or _is_plain(mail.fields)):
        thread["authenticated"] = vouched
    if _is_signed(raw, mail.fields, us, writer):
        thread["reply"] = "signed"
    return Received(messages=(_message(mail, us, writer, sent_at, thread),))


def sender_of(mail: bytes) -> str:
    """Who a mail says that he is, "" where it does not say; for counting before it is read."""
    fields = read(mail[:_HEAD_BYTES]).fields
    return _writer(fields, fields.first("return-path"), Trust()).sender


def _message(
    mail: Part, us: Us, writer: _Writer, sent_at: datetime, thread: dict[str, str]
) -> InboundMessage:
    fields = mail.fields
    media = attachments(mail)
    whole = tidy(fields.words("subject"))[:500]
    subject, text = words_of(mail, whole, has_media=bool(media))
    return InboundMessage(
        channel=NAME,
        account=us.account,
        external_id=_external_id(mail, us.account, writer.sender),
        sender=writer.sender,
        address=writer.address,
        text=tidy(text),
        sent_at=sent_at,
        subject=subject.strip(),
        media=media,
        reply_to=_answered(fields, us, signed="reply" in thread),
        sender_name=writer.name,
        locale=_locale(fields),
        thread=thread,
    )


def _external_id(mail: Part, account: str, sender: str) -> str:
    """Name the mail by its Message-ID, which counts only together with its writer.

    Otherwise a stranger could take a citizen's id, and make his mail a duplicate. Without one it
    is named by what its writer wrote. Fields that mail servers add (Received, Return-Path) do not
    count, nor how lines end: by SMTP, from a mailbox and from one made anew it is the same mail.
    """
    fields = mail.fields
    own = next(iter(fields.ids("message-id")), "")
    if own:
        known = f"{sender} {own}".encode()
    else:
        stated = " ".join((sender, fields.first("date"), fields.first("subject")))
        body = mail.source[mail.start : mail.end].replace(b"\r\n", b"\n").rstrip()
        known = stated.encode() + b"\n" + body
    return f"{account}:{hashlib.sha256(known).hexdigest()[:32]}"


def _answered(fields: Fields, us: Us, *, signed: bool) -> str:
    """Which mail of ours he answers, "" where he answers none or must not say so.

    Where addresses are signed, only the mail that came to his own signed address continues
    anything: a stranger may have got our mail by a forward, its id included.
    """
    if us.key and not signed:
        return ""
    answered = [*fields.ids("in-reply-to"), *reversed(fields.ids("references"))]
    return next((tidy(each) for each in answered if us.is_our_id(each)), "")


def _is_signed(raw: Raw, fields: Fields, us: Us, writer: _Writer) -> bool:
    """Tell whether it came to the address that we have signed for its writer."""
    stated = [raw.envelope.get("rcpt-to", ""), *map(fields.first, _RECIPIENTS)]
    named = (each for value in stated for each in islice(_addresses(value), _MOST_RECIPIENTS))
    return any(us.is_signed_for(each, writer.address) for each in named)


def _thread(fields: Fields) -> dict[str, str]:
    """What the answer needs to stand under the mail in every mail program (RFC 5322, 3.6.4)."""
    own = next(iter(_short(fields.ids("message-id"))), "")
    references = _short([*fields.ids("references")] or fields.ids("in-reply-to"))
    thread = {
        "message_id": own,
        "references": " ".join(references[-_MOST_REFERENCES:]),
        "subject": tidy(fields.words("subject"))[:200].strip(),
    }
    return {name: value for name, value in thread.items() if value}


def _short(ids: list[str]) -> list[str]:
    """Leave out ids that no mail system made: ours go into header fields again."""
    short = (each for each in ids if len(each) <= _LONGEST_ID)
    return [each for each in short if each.isascii() and each.isprintable()]


def _return_path(raw: Raw, fields: Fields) -> str | None:
    """The envelope's sender, "" for the null sender, None where nobody told."""
    stated = raw.envelope.get("mail-from")
    if stated is None and fields.all("return-path"):
        stated = fields.first("return-path")
    return None if stated is None else stated.strip().strip("<>").strip()


def _writer(fields: Fields, return_path: str, trust: Trust) -> _Writer:
    """From, else the envelope; answers go to Reply-To where that is wanted and one address."""
    sender = next(_addresses(fields.first("from")), "") or next(_addresses(return_path), "")
    reply_to = list(_addresses(fields.first("reply-to"))) if trust.reply_to else []
    return _Writer(
        sender=sender,
        address=reply_to[0] if len(reply_to) == 1 else sender,
        name=_display_name(fields.first("from")),
    )


def _addresses(value: str) -> Iterator[str]:
    """Give the addresses of a field, in lower case: nobody is two people by his capitals."""
    bare = _unquoted(value)
    found = _ANGLE.findall(bare) or _BARE.findall(bare)
    yield from (each.lower() for each in map(tidy, found) if is_address(each))


def _is_plain(fields: Fields) -> bool:
    """Tell a sender whom every reader of the mail takes for the same one.

    A verdict is on whom the mail server took for the sender: with two of them, or one within a
    comment, that may be another.
    """
    stated = fields.all("from")
    return len(stated) == 1 and _PLAIN_FROM.fullmatch(_unquoted(stated[0])) is not None


def _unquoted(value: str) -> str:
    """Leave out what stands in quotes, in one pass; a quote that never ends is none."""
    pieces, at, opened = [], 0, -1
    for found in _QUOTE.finditer(value):
        if found[0] != '"':
            continue
        if opened < 0:
            opened = found.start()
        else:
            pieces.append(value[at:opened])
            at, opened = found.end(), -1
    return "".join([*pieces, value[at:]])


def _display_name(value: str) -> str:
    name = value.partition("<")[0] if "<" in value else ""
    name = " ".join(decoded(re.sub(r"\\(.)", r"\1", name).replace('"', "")).split())
    return tidy(name)[:100].strip()


def _sent_at(fields: Fields, received_at: datetime) -> datetime:
    """When the writer says that he wrote, if that can be."""
    try:
        sent = parsedate_to_datetime(fields.first("date")[:200])
        sent = (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return received_at
    return received_at if sent > received_at + _AHEAD else sent


def _locale(fields: Fields) -> str:
    found = _LANGUAGE.match(fields.first("content-language") or fields.first("accept-language"))
    return found[1].lower() if found else ""
