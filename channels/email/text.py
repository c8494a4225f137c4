"""The text of a mail: plain, format=flowed or HTML, chosen and read. Pure.

Source: RFC 2046 section 5.1.4 (alternatives), RFC 3676 (format=flowed).
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from channels.email.fields import decode
from channels.email.mime import Part

MOST_BYTES = 4_000_000  # of one text, encoded: no citizen writes more
MOST_CHARACTERS = 100_000  # of all texts together
_SPACE = re.compile(r"[ \t\n\r\f]+")
# Marks within a text under work, which holds no controls of its own.
_BLOCK, _PARAGRAPH = "\x01", "\x02"
_BREAKS = re.compile(r" *[\x01\x02][\x01\x02 ]*")
_MARKS = re.compile(r"[\x00-\x08]")
_BLANK_LINES = re.compile(r"\n{3,}")
_HTML_CHARSET = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE
)
_UNSEEN = frozenset({"head", "script", "style", "template", "title", "noscript", "object", "svg"})
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tr",
        "ul",
    ]
)
_QUOTES = ("gmail_quote", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote", "zmail_extra")
_SIGNATURES = ("gmail_signature", "moz-signature")
_QUOTE_IDS = frozenset(
    {"divrplyfwdmsg", "appendonsend", "replybodyforward", "mail-editor-reference"}
)
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)


def plain(part: Part) -> str:
    """Read a text/plain part."""
    fields = part.fields
    text = decode(part.content(MOST_BYTES), fields.parameter("content-type", "charset"))
    text = text.replace("\r\n", "\n").replace("\r", "\n")[: MOST_CHARACTERS * 2]
    if fields.parameter("content-type", "format").lower() == "flowed":
        text = unflowed(text, delsp=fields.parameter("content-type", "delsp").lower() == "yes")
    return text


def unflowed(text: str, *, delsp: bool) -> str:
    """Join the lines that were broken for display (RFC 3676, section 4)."""
    joined: list[str] = []
    before, open_line = 0, False
    for line in text.split("\n"):
        words = line.lstrip(">")
        depth = len(line) - len(words)
        words = words.removeprefix(" ")
        soft = words.endswith(" ") and words != "-- "
        if soft and delsp:
            words = words[:-1]
        if open_line and depth == before and words != "-- ":
            joined[-1] += words
        else:
            joined.append(f"{'>' * depth} {words}" if depth else words)
        before, open_line = depth, soft
    return "\n".join(joined)


def html(part: Part, *, quotes: bool = False) -> str:
    """Read a text/html part as a person would see it; the mails quoted in it on request."""
    content = part.content(MOST_BYTES)
    named = part.fields.parameter("content-type", "charset")
    if not named and (found := _HTML_CHARSET.search(content, 0, 4_096)):
        named = found[1].decode()
    return seen(decode(content, named), quotes=quotes)


def seen(page: str, *, quotes: bool) -> str:
    """Give the words of a page that a person would see, a line for each block."""
    words: list[str] = []
    length = 0
    body = LexborHTMLParser(_MARKS.sub("", page)).body
    stack: list[LexborNode | str] = [body] if body is not None else []
    while stack and length <= MOST_CHARACTERS * 2:  # no recursion: pages nest as deep as they like
        node = stack.pop()
        if isinstance(node, str):
            words.append(node)
            continue
        if not quotes and _is_outlook_quote(node):
            continue  # it and what follows it
        if node.next is not None and node is not body:
            stack.append(node.next)
        if node.tag == "-text":
            words.append(_SPACE.sub(" ", node.text_content or ""))
            length += len(words[-1])
        elif not _is_unseen(node, quotes=quotes):
            words.append(_before(node.tag or ""))
            stack.append(_after(node.tag or ""))
            if node.child is not None:
                stack.append(node.child)
    return _laid_out("".join(words))


def _laid_out(text: str) -> str:
    """Make lines of what stands between the ends of blocks, and paragraphs where those end."""
    broken = _BREAKS.sub(lambda found: "\n\n" if _PARAGRAPH in found[0] else "\n", text)
    lines = (_SPACE.sub(" ", line).strip() for line in broken.replace("\xa0", " ").split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def _before(tag: str) -> str:
    if tag == "br":
        return "\n"
    return _BLOCK + "- " * (tag == "li") if tag in _BLOCKS else ""


def _after(tag: str) -> str:
    if tag in {"td", "th"}:
        return " "
    return (_PARAGRAPH if tag == "p" else _BLOCK) if tag in _BLOCKS else ""


def _is_unseen(node: LexborNode, *, quotes: bool) -> bool:
    tag = node.tag or ""
    if tag in _UNSEEN or tag.startswith("-"):
        return True
    said = node.attributes
    classes = (said.get("class") or "").lower()
    if "hidden" in said or _HIDDEN.search(said.get("style") or ""):
        return True
    if any(name in classes for name in _SIGNATURES):
        return True
    return not quotes and (
        any(name in classes for name in _QUOTES)
        or (tag == "blockquote" and (said.get("type") or "").lower() == "cite")
    )


def _is_outlook_quote(node: LexborNode) -> bool:
    """Tell Outlook's mark: the quote is what follows it, not what it holds."""
    return (node.id or "").lower() in _QUOTE_IDS
