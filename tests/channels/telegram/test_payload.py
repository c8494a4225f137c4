"""Reading updates: beyond the fixtures, what no single fixture can say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from channels.adapter import Raw, Received
from channels.errors import Malformed
from channels.message import MediaKind, OutboundMessage
from channels.telegram.adapter import Adapter, Settings
from channels.telegram.payload import Me, parse

ME = Me(account="main", scope="7000001", username="LaporContohBot")
CHAT = {"id": 5501, "type": "private"}
RINA = {"id": 5501, "is_bot": False, "first_name": "Rina"}
GROUP = {"id": -100990, "type": "supergroup", "title": "RW 03"}


def read(update: dict[str, Any], me: Me = ME) -> Received:
    body = json.dumps({"update_id": 1, **update}).encode()
    return parse(Raw(body=body, received_at=datetime(2026, 1, 2, tzinfo=UTC)), me)


def message(number: int = 1, **content: Any) -> dict[str, Any]:
    return {"message_id": number, "date": 1767225600, "chat": CHAT, "from": RINA, **content}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_largest_size_of_a_photo_is_taken_wherever_it_stands(order: tuple[int, ...]) -> None:
    sizes = [
        {"file_id": "thumb", "width": 90, "height": 67},
        {"file_id": "full", "width": 2560, "height": 1920},
        {"file_id": "screen", "width": 800, "height": 600},
    ]

    received = read({"message": message(photo=[sizes[index] for index in order])})

    assert [item.ref for item in received.messages[0].media] == ["full"]


def test_same_update_has_the_same_id_and_every_other_event_another() -> None:
    events = [
        {"message": message(1, text="a")},
        {"message": message(2, text="a")},
        {"message": message(1, text="a", chat={"id": 5502, "type": "private"})},
        {"edited_message": message(1, text="b", edit_date=1767225700)},
        {"edited_message": message(1, text="c", edit_date=1767225701)},
        {"callback_query": {"id": "1", "from": RINA, "data": "x", "message": message(1)}},
        {"callback_query": {"id": "2", "from": RINA, "data": "x", "message": message(1)}},
    ]
    ids = [read(event).messages[0].external_id for event in events]

    assert len(set(ids)) == len(events)
    assert ids == [read(event).messages[0].external_id for event in events]


def test_another_bot_counts_its_own_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new bot's chat with the same citizen begins at message 1 again: no duplicates."""
    raw = Raw(
        body=json.dumps({"update_id": 1, "message": message(text="banjir")}).encode(),
        received_at=datetime(2026, 1, 2, tzinfo=UTC),
    )
    ids = []
    for token in ("7000001:invented", "7000002:invented", ""):
        monkeypatch.setenv("KANAL_TELEGRAM_TOKEN", token)
        ids.append(Adapter("main", Settings()).parse(raw).messages[0].external_id)

    assert ids == ["7000001:5501:1", "7000002:5501:1", "main:5501:1"]


def test_each_edit_is_an_event_of_its_own() -> None:
    (edit,) = read({"edited_message": message(text="b", edit_date=1767225700)}).messages

    assert edit.edited
    assert edit.external_id == "7000001:5501:1:1767225700"
    with pytest.raises(Malformed):
        read({"edited_message": message(text="b")})


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        ({"animation": {"file_id": "f"}, "document": {"file_id": "f"}}, [MediaKind.VIDEO]),
        ({"video_note": {"file_id": "f"}}, [MediaKind.VIDEO]),
        ({"audio": {"file_id": "f"}}, [MediaKind.VOICE]),
        ({"document": {"file_id": "f", "mime_type": "image/png"}}, [MediaKind.PHOTO]),
        ({"document": {"file_id": "f", "mime_type": "application/zip"}}, [MediaKind.DOCUMENT]),
        ({"dice": {"emoji": "🎲", "value": 3}}, "message of kind dice"),
        ({"pinned_message": message(3)}, "message of kind pinned_message"),
        ({"paid_media": {"star_count": 1}}, "message of kind paid_media"),
        ({"Not A Kind": 1}, "message of kind unknown"),
        ({}, "message of kind unknown"),
    ],
)
def test_every_content_of_a_message_is_read_or_ignored_with_its_name(
    content: dict[str, Any], kinds: list[MediaKind] | str
) -> None:
    received = read({"message": message(**content)})

    if isinstance(kinds, str):
        assert received == Received(ignored=(kinds,))
    else:
        assert [item.kind for item in received.messages[0].media] == kinds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/start", "start"),
        ("/start rahasia-dari-tautan", "start"),
        ("/START@LaporContohBot", "start"),
        ("/status@LaporContohBot JKT-4K7P-2Q9X", "status JKT-4K7P-2Q9X"),
        ("/bantuan", "bantuan"),
        ("lihat /start", "lihat /start"),
        ("/ 5 meter", "/ 5 meter"),
        ("/home/budi", "/home/budi"),
    ],
)
def test_a_command_is_read_as_its_words(text: str, expected: str) -> None:
    assert read({"message": message(text=text)}).messages[0].text == expected


@pytest.mark.parametrize(
    ("content", "heard"),
    [
        ({"text": "@laporcontohbot banjir"}, ["banjir"]),
        ({"text": "banjir, @LaporContohBot!"}, ["banjir, !"]),
        ({"text": "/lapor@LaporContohBot banjir"}, ["lapor banjir"]),
        ({"caption": "banjir @LaporContohBot", "photo": [{"file_id": "f"}]}, ["banjir"]),
        ({"text": "@LaporContohBotLain banjir"}, []),
        ({"text": "/lapor banjir"}, []),
        ({"text": "banjir"}, []),
        ({"new_chat_members": [RINA]}, []),
    ],
)
def test_in_a_group_only_what_is_addressed_is_heard(
    content: dict[str, Any], heard: list[str]
) -> None:
    received = read({"message": message(**{"chat": GROUP, **content})})

    assert [each.text for each in received.messages] == heard
    assert bool(received.ignored) is not bool(heard)


def test_members_of_a_group_have_a_conversation_each_and_are_answered_in_the_group() -> None:
    adapter = Adapter("main", Settings(username="LaporContohBot"))
    words = {"chat": GROUP, "text": "@LaporContohBot banjir"}
    heard = [
        read({"message": message(**{**words, "from": {**RINA, "id": who}})}) for who in (5501, 5502)
    ]
    addresses = [received.messages[0].address for received in heard]
    answers = [
        OutboundMessage(channel="telegram", account="main", address=address, key="k", text="Ya.")
        for address in addresses
    ]

    assert addresses == ["-100990:5501", "-100990:5502"]
    assert {adapter.render(answer)[0].body["chat_id"] for answer in answers} == {-100990}


def test_in_a_group_nobody_addresses_a_bot_without_a_name() -> None:
    nameless = Me(account="main", scope="main")

    assert read({"message": message(chat=GROUP, text="@ banjir")}, nameless).messages == ()


@pytest.mark.parametrize(
    "update",
    [
        {"message": "text"},
        {"message": message(date=10**17, text="x")},
        {"message": message(date=-(10**17), text="x")},
        {"message": message(text="x", chat={"id": 2**63, "type": "private"})},
        {"message": message(location={"latitude": 91, "longitude": 0})},
        {"message": message(photo=[])},
        {"message": message(voice={"duration": 3})},
        {"callback_query": {"data": "x"}},
    ],
)
def test_what_the_bot_api_does_not_document_is_malformed(update: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        read(update)


def test_a_reason_tells_nothing_of_the_citizen() -> None:
    body = b'{"update_id": 1, "message": {"text": "nama saya Rina'

    with pytest.raises(Malformed) as caught:
        parse(Raw(body=body, received_at=datetime(2026, 1, 2, tzinfo=UTC)), ME)

    assert "Rina" not in f"{caught.value!r}{caught.value.__cause__!r}"
