"""A message, dressed as requests of the Bot API. Pure.

Source: Bot API, "sendMessage", "sendPhoto", "ReplyKeyboardMarkup", "InlineKeyboardMarkup",
"answerCallbackQuery".
"""

from __future__ import annotations

from typing import Any

from channels.adapter import Caps, WirePart
from channels.message import Choice, OutboundMessage
from channels.text import cut, whole

CAPS = Caps(
    text_limit=4096,  # "1-4096 characters after entities parsing", counted in UTF-16 code units
    text_unit="utf16",
    photos_out=True,
    location=True,
    buttons=100,
    # Bots FAQ, "My bot is hitting limits": about 30 messages a second in all, one a second in a
    # chat, where short bursts go through.
    per_second=30,
    burst=30,
    per_address_s=1,
    per_address_burst=3,
)
CALLBACK_LIMIT = 64  # bytes of callback_data
_LOCATION_LABELS = {"id": "📍 Kirim lokasi saya", "en": "📍 Send my location"}


def render(message: OutboundMessage) -> list[WirePart]:
    """Cut the text and hang the keyboard on its last piece. A blank message is no request."""
    pieces = cut(_text(message), CAPS)
    parts = [WirePart(method="sendMessage", body=_body(message, piece)) for piece in pieces]
    if parts:
        parts[0] = WirePart(method="sendMessage", body={**parts[0].body, **_answered(message)})
        parts[-1] = WirePart(method="sendMessage", body={**parts[-1].body, **_markup(message)})
    # Before the words, so that the keyboard stands below all of it.
    parts = [*_photos(message), *parts] if parts else []
    if press := message.thread.get("press"):
        # First, so that the button stops spinning and the outcome kept is the message's.
        parts.insert(0, WirePart(method="answerCallbackQuery", body={"callback_query_id": press}))
    return parts


def _photos(message: OutboundMessage) -> list[WirePart]:
    """A request a photo: an album would come without its outcome for each."""
    return [
        WirePart(method="sendPhoto", body={**_where(message), "photo": photo})
        for photo in message.photos
    ]


def _body(message: OutboundMessage, piece: str) -> dict[str, Any]:
    preview = {"link_preview_options": {"is_disabled": True}}
    return {**_where(message), "text": piece, **preview}


def _where(message: OutboundMessage) -> dict[str, Any]:
    body: dict[str, Any] = {"chat_id": _chat_id(message.address.partition(":")[0])}
    if topic := message.thread.get("topic"):
        body["message_thread_id"] = int(topic)
    return body


def _chat_id(chat: str) -> int | str:
    digits = chat.removeprefix("-")
    return int(chat) if digits.isascii() and digits.isdigit() else chat


def _answered(message: OutboundMessage) -> dict[str, Any]:
    """Quote the message answered where others talk too; unless the group has moved since."""
    number = message.thread.get("message_id", "")
    here = message.thread.get("chat") == message.address.partition(":")[0]
    if not (in_public(message.address) and here and number.isdigit()):
        return {}
    quoted = {"message_id": int(number), "allow_sending_without_reply": True}
    return {"reply_parameters": quoted}


def in_public(address: str) -> bool:
    """Tell a group: its id is negative, a private chat's is its citizen's (Bot API, "Chat")."""
    return address.startswith("-")


def _text(message: OutboundMessage) -> str:
    """Add the choices as a numbered list where one cannot be a button."""
    if not message.choices or _fit_buttons(message.choices):
        return message.text
    lines = [f"{number}. {choice.label}" for number, choice in enumerate(message.choices, 1)]
    return "\n".join([message.text, "", *lines])


def _fit_buttons(choices: tuple[Choice, ...]) -> bool:
    fits = all(0 < len(whole(choice.value).encode()) <= CALLBACK_LIMIT for choice in choices)
    return fits and len(choices) <= CAPS.buttons


def _markup(message: OutboundMessage) -> dict[str, Any]:
    """Choose the one keyboard that a message can carry.

    The location button exists in private chats only; beside it a choice is a plain key, and comes
    back as its label. Where there is nothing to press, an old location key is taken away.
    """
    private = not in_public(message.address)
    if message.ask_location and private:
        rows = [[{"text": _location_label(message.locale), "request_location": True}]]
        rows += [[{"text": whole(choice.label)}] for choice in message.choices]
        keyboard = {"keyboard": rows, "resize_keyboard": True, "one_time_keyboard": True}
        return {"reply_markup": keyboard}
    if message.choices and _fit_buttons(message.choices):
        buttons = [
            [{"text": whole(choice.label), "callback_data": whole(choice.value)}]
            for choice in message.choices
        ]
        return {"reply_markup": {"inline_keyboard": buttons}}
    return {"reply_markup": {"remove_keyboard": True}} if private else {}


def _location_label(locale: str) -> str:
    return _LOCATION_LABELS.get(locale, _LOCATION_LABELS["id"])
