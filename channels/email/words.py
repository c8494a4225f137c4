"""What a citizen says in a mail: subject and text, without what mail programs add. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from channels.email import text
from channels.email.media import is_attached
from channels.email.mime import Part
from channels.email.quotes import Kind, has_words, own_words

_REPLY = re.compile(r"(re|bls|balas|balasan|tanggapan|aw|antw)(\[\d+\])?\s?:\s*", re.IGNORECASE)
_FORWARD = re.compile(r"(fwd?|trs|terusan|meneruskan|fw|wg)(\[\d+\])?\s?:\s*", re.IGNORECASE)
_NO_SUBJECT = frozenset({"no subject", "tanpa subjek", "tanpa judul", "tidak ada subjek", "none"})
_OF_SWAKS = re.compile(
    r"test \w{3}, \d\d \w{3} \d{4} [\d:]{8} [+-]\d{4}"
)  # its own, where none is given
_NO_LETTER = re.compile(r"[\W_]+")


def words_of(mail: Part, subject: str, *, has_media: bool) -> tuple[str, str]:
    """The subject and the text that a message holds, "" where they say nothing of its writer's.

    The subject is left out where the text says it as well, or where it is the one of a mail that
    is replied to; it is the text where there is no other.
    """
    bare, kind = _subject(subject, replies=bool(mail.fields.ids("in-reply-to")))
    body = _body(mail, kind)
    cut = own_words(body, kind)
    if not has_words(cut) and not (kind.reply and has_media):
        # A reply that is nothing but a photo and our own words says nothing. Any other mail has
        # something to say, in whatever looked like a quote.
        cut = own_words(_body(mail, Kind(forward=True)), Kind(forward=True)) or body
    cut = cut.strip()[: text.MOST_CHARACTERS]
    if kind.reply or _repeats(bare, cut):
        return "", cut
    return (bare, cut) if cut else ("", bare)


def _subject(subject: str, *, replies: bool) -> tuple[str, Kind]:
    """Take "Re:" and "Fwd:" off a subject, and say what they tell of the mail."""
    reply, forward = replies, False
    while found := (_REPLY.match(subject) or _FORWARD.match(subject)):
        if _FORWARD.match(subject):
            forward = True
        else:
            reply = True
        subject = subject[found.end() :]
    bare = _NO_LETTER.sub(" ", subject.lower()).strip()
    if bare in _NO_SUBJECT or _OF_SWAKS.fullmatch(subject):
        subject = ""
    return subject, Kind(reply=reply and not forward, forward=forward)


def _repeats(subject: str, body: str) -> bool:
    """Tell whether the body says what the subject says."""
    if not has_words(subject):
        return True
    return _NO_LETTER.sub("", subject.lower()) in _NO_LETTER.sub("", body.lower()[:20_000])


def _body(mail: Part, kind: Kind) -> str:
    """Join the texts of a mail; those of mails attached to it only when it has none."""
    own: list[str] = []
    attached: list[str] = []
    for part, inner in _texts(mail, inner=False):
        read = (
            text.html(part, quotes=kind.forward) if part.kind == "text/html" else text.plain(part)
        )
        if has_words(read):
            (attached if inner else own).append(read.strip("\n"))
    return "\n".join(own or attached)


def _texts(part: Part, *, inner: bool) -> Iterator[tuple[Part, bool]]:
    """Give the parts to be read, and whether they stand in an attached mail."""
    if part.kind == "multipart/alternative":
        yield from _alternative(part, inner=inner)
    elif part.kind == "message/rfc822":
        for child in part.children:
            yield from _texts(child, inner=True)
    elif part.children:
        for child in part.children:
            yield from _texts(child, inner=inner)
    elif part.kind in {"text/plain", "text/html"} and not is_attached(part):
        yield part, inner


def _alternative(part: Part, *, inner: bool) -> Iterator[tuple[Part, bool]]:
    """Choose the plain text, which the writer's program made for this; HTML if it says nothing."""
    found = [each for child in part.children for each in _texts(child, inner=inner)]
    plain = [each for each in found if each[0].kind == "text/plain"]
    if any(has_words(text.plain(each)) for each, _ in plain):
        yield from plain
    else:
        yield from (each for each in found if each[0].kind == "text/html")
