"""X's posts and direct messages become messages. Pure.

A delivery is `{"me": {"id", "username"}, "post" | "dm": {...}, "users": {...}, "media": {...},
"posts": {...}}` where we have polled (one item each, with what the API "includes" for it), or the
body of a webhook as the Account Activity API sends it, which `activity.py` brings into that shape.

Source: docs.x.com, "Post object", "DM event object", "Media object", "User object".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from channels.adapter import Raw, Received
from channels.errors import Malformed
from channels.message import (
    InboundMessage,
    Location,
    MediaKind,
    MediaRef,
    Receipt,
    ReceiptStatus,
)
from channels.text import tidy
from channels.twitter import activity

NAME = "twitter"
PUBLIC, PRIVATE = "post:", "dm:"  # what an address begins with; then the citizen's id
_LEADING = re.compile(r"^(?:\s*@\w{1,50}(?:\s+|$))+")  # whom a reply goes to, as X writes it
_KINDS = {"photo": MediaKind.PHOTO, "video": MediaKind.VIDEO, "animated_gif": MediaKind.VIDEO}
_URL = re.compile(r"https?://[!-~]+")
_USERNAME = re.compile(r"[A-Za-z0-9_]{1,50}")
_IDS = ("id", "author_id", "sender_id")
_LOCALES = {"in": "id", "id": "id", "en": "en"}  # X still calls Indonesian by its older code
_MEDIA_LINK = re.compile(r"/(?:status/\d+/(?:photo|video)|messages/media)/")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))  # the only three that X escapes


def parse(raw: Raw, account: str) -> Received:
    """Read one delivery. Raises Malformed when it is not what X documents."""
    try:
        said = json.loads(raw.body)
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error
    if not isinstance(said, dict):
        raise Malformed("not a JSON object")
    items = [said] if "me" in said else list(activity.items(said))
    messages, receipts, ignored, malformed = [], [], [], []
    for item in items:
        match _read(item, raw, account):
            case InboundMessage() as message:
                messages.append(message)
            case Receipt() as receipt:
                receipts.append(receipt)
            case ("ignored", why):
                ignored.append(why)
            case ("malformed", why):
                malformed.append(why)
    return Received(
        messages=tuple(messages),
        receipts=tuple(receipts),
        ignored=tuple(ignored),
        malformed=tuple(malformed),
    )


Read = InboundMessage | Receipt | tuple[str, str]


def _read(item: Mapping[str, Any], raw: Raw, account: str) -> Read:
    try:
        _check_ids(item)
        match item:
            case {"me": {"id": str(me)}, "post": {"id": str(), "author_id": str()} as post}:
                return _post(post, item, me, account)
            case {"me": {"id": str(me)}, "dm": {"id": str(), "sender_id": str()} as event}:
                return _dm(event, item, me, account)
            case {"me": {"id": str(me)}, "read": {"last": str(last)}}:
                return _receipt(me, last, raw, account)
            case {"ignored": str(why)}:
                return "ignored", why
            case _:
                return "malformed", "no post and no direct message"
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        return "malformed", f"an item cannot be read: {type(error).__name__}"


def _check_ids(item: Mapping[str, Any]) -> None:
    """Ids are digits: they name conversations and go into addresses. Raises ValueError."""
    said = item.get("post") or item.get("dm") or {}
    ids = (item.get("me", {}).get("id", "0"), *(said.get(n, "0") for n in _IDS))
    if not all(isinstance(one, str) and one.isascii() and one.isdigit() for one in ids):
        raise ValueError("an id that is no number")


def _receipt(me: str, last: str, raw: Raw, account: str) -> Receipt:
    """What the citizen has read up to. Raises ValueError."""
    int(last)
    return Receipt(
        channel=NAME,
        account=account,
        provider_id=f"{me}:{PRIVATE}{last}",
        status=ReceiptStatus.READ,
        at=raw.received_at,
    )


def _post(post: Mapping[str, Any], item: Mapping[str, Any], me: str, account: str) -> Read:
    author = post["author_id"]
    referenced = {one["type"]: str(one["id"]) for one in post.get("referenced_tweets") or ()}
    if author == me:
        return "ignored", "our own post"
    if "retweeted" in referenced:
        return "ignored", "repost"
    others = [_other(referenced.get(kind), item) for kind in ("quoted", "replied_to")]
    context = [one for one in others if one and one.get("author_id") != me]
    answered = referenced.get("replied_to", "")
    name = _name(item, author)
    return InboundMessage(
        channel=NAME,
        account=account,
        external_id=f"{me}:{PUBLIC}{post['id']}",
        sender=author,
        address=f"{PUBLIC}{author}",
        text=tidy(
            "\n\n".join(
                filter(
                    None,
                    [
                        _words(post, item, referenced.get("quoted", "")),
                        *(_quoted(one) for one in context),
                    ],
                )
            )
        ),
        sent_at=_when(post),
        location=_point(post),
        media=tuple(_media(post, item)) or tuple(m for one in context for m in _media(one, item)),
        reply_to=f"{me}:{PUBLIC}{answered}" if answered.isdecimal() else "",
        edited=len(post.get("edit_history_tweet_ids") or ()) > 1,
        sender_name=name,
        locale=_LOCALES.get(str(post.get("lang", "")), ""),
        thread={"post": str(post["id"]), "username": name},
    )


def _dm(event: Mapping[str, Any], item: Mapping[str, Any], me: str, account: str) -> Read:
    sender = event["sender_id"]
    if event.get("event_type", "MessageCreate") != "MessageCreate":
        return "ignored", str(event["event_type"])
    if sender == me:
        return "ignored", "our own message"
    conversation = str(event.get("dm_conversation_id", ""))
    if conversation and set(conversation.split("-")) != {me, sender}:
        return "ignored", "group conversation"
    return InboundMessage(
        channel=NAME,
        account=account,
        external_id=f"{me}:{PRIVATE}{event['id']}",
        sender=sender,
        address=f"{PRIVATE}{sender}",
        text=tidy(_linked(_unescaped(str(event.get("text", ""))), event)),
        sent_at=_when(event),
        media=tuple(_media(event, item)),
        sender_name=_name(item, sender),
        thread={"dm": sender},
    )


def _words(post: Mapping[str, Any], item: Mapping[str, Any], quoted: str) -> str:
    """A post's own words: long ones whole, without whom it is addressed to."""
    long = post.get("note_tweet") or {}
    said = long if long.get("text") else post
    text = _LEADING.sub("", _linked(_unescaped(str(said["text"])), said, quoted))
    own = item["me"].get("username")
    if own:
        text = re.sub(rf"\s*@{re.escape(own)}\b", "", text, flags=re.IGNORECASE)
    return text


def _unescaped(text: str) -> str:
    for written, meant in _ENTITIES:
        text = text.replace(written, meant)
    return text


def _linked(text: str, said: Mapping[str, Any], quoted: str = "") -> str:
    """The text with links as their writer gave them, but for those to its media and its quote."""
    for link in (said.get("entities") or {}).get("urls") or ():
        target = str(link.get("unwound_url") or link.get("expanded_url") or link["url"])
        own = "media_key" in link or bool(_MEDIA_LINK.search(target))
        own = own or bool(quoted and target.endswith(f"/status/{quoted}"))
        text = text.replace(str(link["url"]), "" if own else target)
    return text


def _quoted(post: Mapping[str, Any]) -> str:
    """What the citizen points at, in quotation marks: it is context, and not his own words."""
    words = _LEADING.sub("", _linked(_unescaped(str(post.get("text", ""))), post)).strip()
    return f"“{words}”" if words else ""


def _other(number: str | None, item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A post that this one refers to; None when it was deleted, or is protected."""
    found = (item.get("posts") or {}).get(number)
    return found if isinstance(found, Mapping) else None


def _name(item: Mapping[str, Any], number: str) -> str:
    """A citizen's @name, "" when it is not told or cannot be one."""
    match (item.get("users") or {}).get(number):
        case {"username": str(name)} if _USERNAME.fullmatch(name):
            return name
        case _:
            return ""


def _media(said: Mapping[str, Any], item: Mapping[str, Any]) -> Iterator[MediaRef]:
    for key in (said.get("attachments") or {}).get("media_keys") or ():
        media = (item.get("media") or {}).get(key)
        if not isinstance(media, Mapping):
            continue
        kind = _KINDS.get(str(media.get("type")), MediaKind.DOCUMENT)
        url = str(media.get("url") or media.get("preview_image_url") or "")
        if _URL.fullmatch(url):
            yield MediaRef(ref=_largest(url), kind=kind)


def _largest(url: str) -> str:
    """X's media host gives a smaller picture unless asked for the original.

    Source: docs.x.com, "Photo media URL formatting".
    """
    return f"{url}?name=orig" if "//pbs.twimg.com/media/" in url and "?" not in url else url


def _point(post: Mapping[str, Any]) -> Location | None:
    """An exact position, which only few posts have; a named place is no position."""
    match post.get("geo"):
        case {"coordinates": {"type": "Point", "coordinates": [lon, lat]}}:
            on_earth = abs(float(lat)) <= 90 and abs(float(lon)) <= 180  # noqa: PLR2004 - degrees
            return Location(lat=float(lat), lon=float(lon)) if on_earth else None
        case _:
            return None


def _when(said: Mapping[str, Any]) -> datetime:
    """ISO 8601 in UTC, with fractions of a second or without them."""
    at = datetime.fromisoformat(str(said["created_at"]))
    if at.tzinfo is None:
        raise ValueError("created_at without a zone")
    return at
