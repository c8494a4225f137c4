"""Telegram updates to messages, messages to requests: pure.

Source: Bot API 9.x, https://core.telegram.org/bots/api, sections "Update", "Message",
"CallbackQuery", "ChatMemberUpdated". What is not documented there is Malformed; what is documented
and not for us is ignored with a reason.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from channels.adapter import Raw, Received
from channels.errors import Malformed
from channels.message import InboundMessage, Moved, Part
from channels.telegram.content import Content, Json, read_content
from channels.text import tidy

NAME = "telegram"
_LARGEST = 2**63  # ids have at most 52 significant bits (Bot API, "Chat"); stores hold 63
_KIND = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Me:
    """Whom the updates are for."""

    account: str
    scope: str  # the bot's number, or the account while no token is known: begins external ids
    username: str = ""  # without @; "" until it is known: nobody in a group can address us then


@dataclass(frozen=True, kw_only=True, slots=True)
class _Head:
    """What every message says beside its content."""

    number: int
    chat: int
    private: bool
    sender: int
    sent_at: datetime
    name: str
    locale: str


def parse(raw: Raw, me: Me) -> Received:
    """Read one update. Raises Malformed."""
    match load(raw.body):
        case {"message": dict(message)}:
            return _message(message, me)
        case {"edited_message": dict(message)}:
            return _edited(message, me)
        case {"callback_query": dict(query)}:
            return _pressed(query, raw.received_at, me)
        case {"my_chat_member": {"new_chat_member": {"status": str(status)}}}:
            return Received(ignored=(_membership(status),))
        case {"channel_post": _} | {"edited_channel_post": _}:
            return Received(ignored=("channel post",))
        case {"message": _} | {"edited_message": _} | {"callback_query": _}:
            raise Malformed("update whose content is no object")
        case {"update_id": int(), **rest}:
            return Received(ignored=(f"update of kind {_kind(rest)}",))
        case _:
            raise Malformed("no update")


def load(body: bytes) -> Any:
    """Read JSON whose numbers fit into 64 bits. Raises Malformed."""
    try:
        return json.loads(
            body, parse_int=_whole_number, parse_float=_fraction, parse_constant=_fraction
        )
    except (ValueError, RecursionError):
        # The reason alone: the decoder's own words quote the text.
        raise Malformed("not JSON, or a number out of range") from None


def _whole_number(digits: str) -> int:
    number = int(digits)
    if abs(number) >= _LARGEST:
        raise ValueError
    return number


def _fraction(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError
    return number


def _message(message: Json, me: Me) -> Received:
    """Read a new message, or an album's photo as a part of one."""
    if moved := _moved(message, me):
        return Received(moved=(moved,))
    if reason := _not_for_us(message, me):
        return Received(ignored=(reason,))
    head = _head(message)
    content = read_content(message)
    if isinstance(content, str):
        return Received(ignored=(content,))
    read = _inbound(head, content, message, me)
    match message:
        case {"media_group_id": str(group)}:
            key = f"{me.scope}:{head.chat}:{tidy(group)}"
            return Received(parts=(Part(key=key, index=head.number, total=None, message=read),))
        case _:
            return Received(messages=(read,))


def _moved(message: Json, me: Me) -> Moved | None:
    """Read that a group has become a supergroup: both chats are told so, the new one last."""
    match message:
        case {"chat": {"id": int(old)}, "migrate_to_chat_id": int(new)}:
            return Moved(channel=NAME, account=me.account, old=str(old), new=str(new))
        case {"chat": {"id": int(new)}, "migrate_from_chat_id": int(old)}:
            return Moved(channel=NAME, account=me.account, old=str(old), new=str(new))
        case _:
            return None


def _edited(message: Json, me: Me) -> Received:
    """Read an edit: another event of the same message, named by its `edit_date`."""
    match message:
        case {"location": _}:
            return Received(ignored=("live location moved",))
        case {"edit_date": int(edited_at)}:
            if reason := _not_for_us(message, me):
                return Received(ignored=(reason,))
            content = read_content(message)
            if isinstance(content, str):
                return Received(ignored=(content,))
            read = _inbound(_head(message), content, message, me, version=str(edited_at))
            return Received(messages=(read,))
        case _:
            raise Malformed("edited_message without edit_date")


def _pressed(query: Json, at: datetime, me: Me) -> Received:
    """Read a pressed button. A press has no time of its own: the delivery's is taken."""
    match query:
        case {
            "id": str(press),
            "from": {"id": int(sender), **writer},
            "data": str(choice),
            "message": {"message_id": int(number), "chat": {"id": int(chat)}, **shown},
        }:
            message = InboundMessage(
                channel=NAME,
                account=me.account,
                external_id=f"{me.scope}:{chat}:press:{tidy(press)}",
                sender=str(sender),
                address=_address(chat, sender),
                text="",
                sent_at=at,
                choice=tidy(choice),
                reply_to=f"{chat}:{number}",
                sender_name=_name(writer),
                locale=_locale(writer),
                thread={"press": tidy(press), **_topic(shown)},
            )
            return Received(messages=(message,))
        case {"id": str(), "from": {"id": int()}}:
            return Received(ignored=("button without data or message",))
        case _:
            raise Malformed("callback_query without id or sender")


def _not_for_us(message: Json, me: Me) -> str:
    """Say why a message is nobody's complaint to us; "" when it is."""
    match message:
        case {"chat": {"type": "channel"}}:
            return "channel post"
        case {"from": {"is_bot": True}}:
            return "written by a bot or an anonymous administrator"
        case {"chat": {"type": "private"}}:
            return ""
        case {"chat": {"type": "group" | "supergroup"}} if not _addressed(message, me):
            return "group chat, not addressed to the bot"
        case _:
            return ""


def _addressed(message: Json, me: Me) -> bool:
    """Tell whether a group's message names the bot or answers one of its messages."""
    match message:
        case {"reply_to_message": {"from": {"is_bot": True, "username": str(name)}}} if me.username:
            if name.casefold() == me.username.casefold():
                return True
    words = message.get("text", message.get("caption"))
    return isinstance(words, str) and bool(me.username and _mention(me).search(words))


def _mention(me: Me) -> re.Pattern[str]:
    return re.compile(rf"@{re.escape(me.username)}\b", re.IGNORECASE)


def _head(message: Json) -> _Head:
    match message:
        case {
            "message_id": int(number),
            "date": int(date),
            "chat": {"id": int(chat), "type": str(kind)},
            "from": {"id": int(sender), **writer},
        }:
            return _Head(
                number=number,
                chat=chat,
                private=kind == "private",
                sender=sender,
                sent_at=_moment(date),
                name=_name(writer),
                locale=_locale(writer),
            )
        case _:
            raise Malformed("message without id, date, chat or sender")


def _inbound(
    head: _Head, content: Content, message: Json, me: Me, *, version: str = ""
) -> InboundMessage:
    words = content.text if head.private else _mention(me).sub("", content.text)
    external_id = f"{me.scope}:{head.chat}:{head.number}"
    return InboundMessage(
        channel=NAME,
        account=me.account,
        external_id=f"{external_id}:{version}" if version else external_id,
        sender=str(head.sender),
        address=_address(head.chat, head.sender),
        text=tidy(words),
        sent_at=head.sent_at,
        location=content.location,
        media=content.media,
        reply_to=_reply_to(message, head.chat),
        edited=bool(version),
        sender_name=head.name,
        locale=head.locale,
        thread=_thread(head, message),
    )


def _address(chat: int, sender: int) -> str:
    """Say where to answer: the private chat, or the group's chat and whom we answer in it.

    So two people who write in one group have a conversation each. A group's id is negative, a
    private chat's is its citizen's (Bot API, "Chat").
    """
    return str(chat) if chat > 0 else f"{chat}:{sender}"


def _reply_to(message: Json, chat: int) -> str:
    match message:
        case {"reply_to_message": {"message_id": int(number)}}:
            return f"{chat}:{number}"
        case _:
            return ""


def _thread(head: _Head, message: Json) -> dict[str, str]:
    """What the answer quotes: in a group the message, as long as the group keeps its id."""
    here = {} if head.private else {"chat": str(head.chat)}
    return {"message_id": str(head.number), **here, **_topic(message)}


def _topic(message: Json) -> dict[str, str]:
    """Name the forum topic of a supergroup, so that the answer stays in it."""
    match message:
        case {"is_topic_message": True, "message_thread_id": int(topic)}:
            return {"topic": str(topic)}
        case _:
            return {}


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise Malformed("date out of range") from None


def _name(writer: Json) -> str:
    names = (writer.get("first_name"), writer.get("last_name"))
    return tidy(" ".join(name for name in names if isinstance(name, str)))


def _locale(writer: Json) -> str:
    match writer:
        case {"language_code": str(code)}:
            return tidy(code.partition("-")[0].lower())
        case _:
            return ""


def _membership(status: str) -> str:
    match status:
        case "kicked":
            return "the citizen blocked the bot, or a group removed it"
        case "left":
            return "the bot left a group"
        case _:
            return "the bot was unblocked, or joined a group"


def _kind(update: Json) -> str:
    """Name an update's kind: its first key, if it looks like one."""
    return next((key for key in update if _KIND.fullmatch(key)), "unknown")
