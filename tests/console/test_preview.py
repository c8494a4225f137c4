"""A message before it is sent: as the channel's own adapter cuts it, and the room that is left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import septets
from channels.adapter import Caps, may_write
from channels.email.adapter import CAPS as MAIL
from channels.email.ours import Us
from channels.email.render import render as mail
from channels.message import OutboundMessage
from channels.telegram.render import CAPS as TELEGRAM
from channels.telegram.render import render as telegram
from channels.twitter.render import IN_PUBLIC
from channels.twitter.render import render as post
from channels.webchat.payload import CAPS as CHAT
from channels.webchat.payload import render as chat
from console.answer.preview import preview

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def to(address: str = "1", **more: str) -> OutboundMessage:
    return OutboundMessage(
        channel="paper", account="main", address=address, key="k", text="", thread=more
    )


def by_mail(message: OutboundMessage):
    return mail(message, Us(account="main", address="lapor@kota.example", name="", recipients=()))


@pytest.mark.parametrize(
    ("message", "caps", "render"),
    [
        (to("4711"), TELEGRAM, telegram),
        (to("chat-1"), CHAT, chat),
        (to("ani@mail.example"), MAIL, by_mail),
        (to("t:7", post="1"), IN_PUBLIC, post),
    ],
    ids=["telegram", "webchat", "email", "twitter"],
)
def test_the_words_are_those_of_the_wire(message, caps, render) -> None:
    found = preview("Besok kami ke sana.", message, caps, render)
    assert [one.removeprefix("@") for one in found.parts] == ["Petugas: Besok kami ke sana."]
    assert found.left == caps.text_limit - len(found.parts[0])
    longer = "satu dua tiga empat " * (caps.text_limit // 10)
    cut = preview(longer, message, caps, render)
    assert cut.count > 1
    assert "".join("".join(cut.parts).split()) == f"Petugas:{''.join(longer.split())}"


def test_under_a_post_whom_it_is_for_stands_before_it() -> None:
    found = preview("Ya.", to("t:7", username="ani"), IN_PUBLIC, post)
    assert found.parts == ("@ani Petugas: Ya.",)


def test_nothing_typed_is_no_message() -> None:
    found = preview(" \n", to(), TELEGRAM, telegram)
    assert (found.parts, found.left) == ((), 4096)


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "parts", "room"),
    [
        ("", "gsm", 0, 1, 160),
        ("a" * 160, "gsm", 160, 1, 0),
        ("a" * 161, "gsm", 161, 2, 145),  # 2 * 153 - 161
        ("€" * 80, "gsm", 160, 1, 0),  # an escape before each
        ("a" * 152 + "€" + "b" * 9, "gsm", 163, 2, 142),  # the escape is not cut off
        ("é" * 70, "gsm", 70, 1, 90),
        ("ó" * 70, "ucs2", 70, 1, 0),  # not in the alphabet
        ("ó" * 71, "ucs2", 71, 2, 63),  # 2 * 67 - 71
        ("🙏" * 35, "ucs2", 70, 1, 0),  # a pair of units each
        ("a" * 66 + "🙏" + "b" * 10, "ucs2", 78, 2, 55),  # the pair goes whole into the second
    ],
)
def test_an_sms_is_counted_as_phones_do(
    text: str, alphabet: str, units: int, parts: int, room: int
) -> None:
    found = septets.measure(text)
    assert (found.alphabet, found.units, found.parts, found.room) == (alphabet, units, parts, room)


@given(st.text(max_size=400))
def test_the_room_is_what_still_fits(text: str) -> None:
    found = septets.measure(text)
    letter = "a" if found.alphabet == "gsm" else "ó"
    full = septets.measure(text + letter * found.room)
    assert (full.parts, full.room) == (found.parts, 0)
    if found.parts > 1:
        assert septets.measure(text + letter * (found.room + 1)).parts == found.parts + 1


def test_an_sms_names_what_makes_it_dear() -> None:
    caps = Caps(text_limit=160, text_unit="septets")
    found = preview("Besok pagi", to(), caps, None)
    assert (found.unit, found.count, found.left) == ("septets", 1, 160 - len("Petugas: Besok pagi"))
    dear = preview("Besok “pagi” 🙏", to(), caps, None)
    assert (dear.unit, dear.dear) == ("ucs2", ("“", "”", "🙏"))


def test_an_sms_of_two_parts_is_two_messages() -> None:
    caps = Caps(text_limit=160, text_unit="septets")
    assert preview("", to(), caps, None).count == 0
    two = preview("a" * 160, to(), caps, None)
    assert (two.count, two.left) == (2, 2 * 153 - 160 - len("Petugas: "))


@pytest.mark.parametrize(
    ("caps", "heard", "may"),
    [
        (Caps(text_limit=9), None, True),
        (Caps(text_limit=9, unasked=False), NOW, False),
        (Caps(text_limit=9, reply_window=timedelta(hours=24)), None, False),
        (Caps(text_limit=9, reply_window=timedelta(hours=24)), NOW - timedelta(hours=23), True),
        (Caps(text_limit=9, reply_window=timedelta(hours=24)), NOW - timedelta(hours=24), False),
    ],
)
def test_a_window_is_open_or_shut(caps: Caps, heard: datetime | None, may: bool) -> None:  # noqa: FBT001
    assert may_write(caps, heard, NOW) is may
