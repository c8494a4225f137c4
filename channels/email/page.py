"""The words of an HTML page, as a person would see them. Pure.

The page is read as a stream of tags, in linear time, and no tree is made of it: pages that
strangers write can grow, by the rules of HTML5, into trees of any size (nested blocks, formatting
that is opened and never closed).

Source: HTML Living Standard, sections 13.1 (syntax) and 4 (elements); what mail programs call the
mail that they quote.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

_SPACE = re.compile(r"[ \t\n\r\f]+")
_NAME = re.compile(r"/?[A-Za-z][^\s/>]{0,40}")
_ATTRIBUTE = re.compile(
    r"\b(class|id|style|type|hidden)\b(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?", re.IGNORECASE
)
_MOST_ATTRIBUTES = 4_000  # characters looked at in a tag
_ENDLESS_NUMBER = re.compile(r"&#[xX]?[0-9a-fA-F]{9,};?")

_RAW = frozenset({"script", "style", "title", "textarea", "xmp", "iframe", "noembed"})
_UNSEEN = frozenset({"head", "template", "noscript", "object", "svg", "math", "select"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
_BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt"),
        *("fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header"),
        *("hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul"),
    }
)
_QUOTES = ("gmail_quote", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote", "zmail_extra")
_SIGNATURES = ("gmail_signature", "moz-signature")
_OUTLOOK_QUOTES = frozenset({"divrplyfwdmsg", "appendonsend", "mail-editor-reference"})
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)

# Marks within a text under work, which holds no controls of its own.
_BLOCK, _PARAGRAPH = "\x01", "\x02"
_BREAKS = re.compile(r" *[\x01\x02][\x01\x02 ]*")
_MARKS = re.compile(r"[\x00-\x08]")
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class _Tag:
    """A tag: "div", or "/div" where it ends one."""

    name: str
    attributes: str = ""

    def said(self) -> dict[str, str]:
        """The attributes that decide whether a person sees it."""
        found = _ATTRIBUTE.findall(self.attributes[:_MOST_ATTRIBUTES])
        return {name.lower(): value.strip("\"'").lower() for name, value in reversed(found)}


def seen(page: str, *, quotes: bool, most: int) -> str:
    """Give about the first `most` characters that a person would see, a line for each block.

    Mails that the page quotes are left out, unless `quotes` asks for them.
    """
    words: list[str] = []
    length = 0
    for piece in _visible(_pieces(_MARKS.sub("", page)), quotes=quotes):
        words.append(_SPACE.sub(" ", _unescaped(piece)) if isinstance(piece, str) else _gap(piece))
        length += len(words[-1])
        if length > most:
            break
    return _laid_out("".join(words))


def _visible(pieces: Iterator[str | _Tag], *, quotes: bool) -> Iterator[str | _Tag]:
    """Leave out what no person sees, up to the end of its element."""
    hidden, depth = "", 0
    for piece in pieces:
        if isinstance(piece, str):
            if not hidden:
                yield piece
        elif hidden and piece.name != "body":  # the head's end tag may be missing
            depth += (piece.name == hidden) - (piece.name == f"/{hidden}")
            hidden = hidden if depth > 0 else ""
        else:
            hidden = ""
            said = piece.said() if piece.attributes else {}
            if not quotes and said.get("id") in _OUTLOOK_QUOTES:
                return  # the quote is what follows this element
            if piece.name not in _VOID and _is_unseen(piece.name, said, quotes=quotes):
                hidden, depth = piece.name, 1
            else:
                yield piece


def _is_unseen(name: str, said: dict[str, str], *, quotes: bool) -> bool:
    classes = said.get("class", "")
    return (
        name in _UNSEEN
        or "hidden" in said
        or _HIDDEN.search(said.get("style", "")) is not None
        or any(mark in classes for mark in _SIGNATURES)
        or (
            not quotes
            and (
                any(mark in classes for mark in _QUOTES)
                or (name == "blockquote" and said.get("type") == "cite")
            )
        )
    )


def _pieces(page: str) -> Iterator[str | _Tag]:
    """Cut a page into texts and tags; comments, declarations and scripts are passed over."""
    at, comments = 0, True
    while (opening := page.find("<", at)) >= 0:
        yield page[at:opening]
        if comments and page.startswith("<!--", opening):
            at = page.find("-->", opening + 2) + len("-->")
            if at > opening:
                continue
            comments = False  # none ends any more; asking again would take long
        name = _NAME.match(page, opening + 1)
        if name is None and page[opening + 1 : opening + 2] not in {"!", "?", "/"}:
            yield "<"
            at = opening + 1
            continue
        at = _tag_end(page, opening)
        if at < 0:
            return  # the page ends within a tag
        if name is not None:
            yield _Tag(name[0].lower(), page[name.end() : at - 1])
            at = _raw_end(page, name[0].lower(), at) if name[0].lower() in _RAW else at
    yield page[at:]


def _tag_end(page: str, opening: int) -> int:
    """Where the tag ends, its quoted attributes considered; -1 when it does not."""
    end = page.find(">", opening)
    for quote in ('"', "'"):
        if end >= 0 and page.count(quote, opening, end) % 2:
            closing = page.find(quote, end)
            end = page.find(">", closing) if closing >= 0 else end
            break
    return end + 1 if end >= 0 else -1


def _raw_end(page: str, name: str, start: int) -> int:
    """Where the end tag of an element stands whose content is no HTML."""
    found = re.compile(rf"</{name}\b", re.IGNORECASE).search(page, start)
    return found.start() if found else len(page)


def _unescaped(text: str) -> str:
    return html.unescape(_ENDLESS_NUMBER.sub("", text)) if "&" in text else text


def _gap(tag: _Tag) -> str:
    """What a tag puts between the words around it."""
    name = tag.name.removeprefix("/")
    if name == "br":
        return "\n"
    if name not in _BLOCKS:
        return " " if tag.name in {"/td", "/th"} else ""
    if tag.name == "/p":
        return _PARAGRAPH
    return _BLOCK + "- " * (tag.name == "li")


def _laid_out(text: str) -> str:
    """Make lines of what stands between the ends of blocks, and paragraphs where those end."""
    broken = _BREAKS.sub(lambda found: "\n\n" if _PARAGRAPH in found[0] else "\n", text)
    lines = (_SPACE.sub(" ", line).strip() for line in broken.replace("\xa0", " ").split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
