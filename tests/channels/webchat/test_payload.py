"""Frames: what the page may say, how each is named, and what it says wrongly."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from channels.adapter import Raw
from channels.errors import Malformed
from channels.message import Choice, OutboundMessage
from channels.webchat import payload

AT = datetime(2026, 1, 2, tzinfo=UTC)


def frame(session: str = "s1", **said: Any) -> Raw:
    body = json.dumps(said).encode()
    return Raw(body=body, received_at=AT, envelope={"kind": "frame", "session": session})


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("", "not_json"),
        ("[" * 100_000, "not_json"),  # deeper than the reader goes
        ('{"id": "12345678", "pin": [1e999, 0]}', "not_json"),
        ('{"id": "12345678", "pin": [NaN, 0]}', "not_json"),
        ("[]", "unknown"),
        ("{}", "unknown"),
        ('{"got": 5}', "unknown"),
        ('{"got": "with space"}', "unknown"),
        ('{"id": "short", "text": "a"}', "unknown"),
        ('{"id": "has/a/slash", "text": "a"}', "unknown"),
        ('{"id": 12345678, "text": "a"}', "unknown"),
        ('{"id": "12345678"}', "unknown"),
        ('{"id": "12345678", "text": 5}', "unknown"),
        ('{"id": "12345678", "text": ""}', "empty"),
        ('{"id": "12345678", "text": " \\n\\u0000 "}', "empty"),
        ('{"id": "12345678", "choice": ""}', "unknown"),
        ('{"id": "12345678", "choice": "\\u0000"}', "unknown"),
        ('{"id": "12345678", "pin": []}', "bad_pin"),
        ('{"id": "12345678", "pin": [90.1, 0]}', "bad_pin"),
        ('{"id": "12345678", "pin": [0, -180.1]}', "bad_pin"),
        ('{"id": "12345678", "pin": ["0", "0"]}', "bad_pin"),
    ],
)
def test_what_a_frame_gets_wrong_has_a_name(said: str, code: str) -> None:
    with pytest.raises(payload.BadFrameError, match=code):
        payload.read(said)


@pytest.mark.parametrize(
    ("length", "taken"),
    [(payload.LONGEST, True), (payload.LONGEST + 1, False), (100_000, False)],
)
def test_a_text_has_a_limit(length: int, *, taken: bool) -> None:
    said = json.dumps({"id": "12345678", "text": "a" * length})

    if taken:
        assert payload.read(said) == payload.Said(id="12345678", text="a" * length)
    else:
        with pytest.raises(payload.BadFrameError, match="too_long"):
            payload.read(said)


@pytest.mark.parametrize(
    ("accuracy", "metres"),
    [(12, 12.0), (0, 0.0), (-1, None), (1e8, None), ("12", None), (None, None), (True, None)],
)
def test_a_radius_that_says_nothing_is_left_out(accuracy: Any, metres: float | None) -> None:
    said = json.dumps({"id": "12345678", "pin": [-6.2, 106.8], "accuracy": accuracy})
    read = payload.read(said)

    assert isinstance(read, payload.Said)
    assert read.location is not None
    assert read.location.accuracy_m == metres


def test_a_message_sent_again_has_the_same_id_and_every_other_another() -> None:
    def name(session: str, **said: Any) -> str:
        return payload.parse(frame(session, **said), "main").messages[0].external_id

    first = name("s1", id="aaaaaaaa", text="got mampet")

    assert name("s1", id="aaaaaaaa", text="got mampet") == first
    assert name("s1", id="bbbbbbbb", text="got mampet") != first  # said twice
    assert name("s2", id="aaaaaaaa", text="got mampet") != first  # by somebody else


@pytest.mark.parametrize(
    "envelope",
    [
        {},
        {"kind": "frame"},
        {"kind": "photo", "session": "s1"},
        {"kind": "photo", "session": "s1", "id": "a/b"},
        {"kind": "letter", "session": "s1"},
    ],
)
def test_a_delivery_that_does_not_say_what_it_is_is_malformed(envelope: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        payload.parse(Raw(body=b"{}", received_at=AT, envelope=envelope), "main")


@pytest.mark.parametrize(
    ("claimed", "kept"),
    [
        ("image/jpeg", "image/jpeg"),
        ("IMAGE/JPEG; name=ani.jpg", "image/jpeg"),
        ("", ""),
        ("image", ""),
        ("image/<b>", ""),
        ("image/" + "x" * 100, ""),
    ],
)
def test_a_claimed_kind_is_kept_when_it_is_one(claimed: str, kept: str) -> None:
    assert payload.content_type(claimed) == kept


def test_each_piece_of_an_answer_has_its_own_key_and_the_last_asks() -> None:
    message = OutboundMessage(
        channel="webchat",
        account="main",
        address="s1",
        key="7:answer",
        text="a " * 3000,
        choices=(Choice(value="yes", label="Ya"),),
        ask_location=True,
    )
    says = [part.body["say"] for part in payload.render(message)]

    assert [one["key"] for one in says] == ["7:answer.0", "7:answer.1"]
    assert [len(one["choices"]) for one in says] == [0, 1]
    assert [one["ask_location"] for one in says] == [False, True]
