"""What a post or a direct message becomes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import channels.twitter
from channels.adapter import Raw
from channels.twitter.payload import parse
from tests.conformance.folders import RECEIVED_AT

FIXTURES = Path(channels.twitter.__file__).parent / "fixtures"


def read(name: str):
    return parse(
        Raw(body=(FIXTURES / f"{name}.in.json").read_bytes(), received_at=RECEIVED_AT), "a"
    )


def one(name: str):
    (message,) = read(name).messages
    return message


def test_a_post_has_one_id_whichever_way_it_came() -> None:
    assert one("mention").external_id == one("webhook_mention").external_id
    assert one("direct_message").external_id == one("webhook_direct_message").external_id
    assert one("direct_message") == one("webhook_direct_message")


def test_other_events_have_other_ids() -> None:
    ids = [one(name).external_id for name in ("mention", "direct_message", "reply_to_us")]
    assert len(set(ids)) == 3


def test_an_edit_is_an_event_of_its_own() -> None:
    assert one("edited_post").edited
    assert one("edited_post").external_id != one("mention").external_id


def test_a_photo_is_asked_for_in_its_original_size() -> None:
    assert [ref.ref for ref in one("mention_with_photo").media] == [
        "https://pbs.twimg.com/media/Contoh77.jpg?name=orig"
    ]


def test_a_talk_in_public_and_one_in_private_are_two() -> None:
    public, private = one("mention"), one("direct_message")
    assert (public.address, private.address) == ("post:9001", "dm:9001")
    assert public.sender == private.sender


def test_what_is_pointed_at_is_read_as_context() -> None:
    assert one("reply_to_another_with_context").text == (
        "ini tolong dibantu\n\n“got meluap di Jl. Contoh Raya”"
    )
    assert len(one("reply_to_another_with_context").media) == 1
    assert one("quote_of_a_deleted_post").text == "lihat ini"


def test_our_own_question_is_no_context() -> None:
    assert one("reply_to_us").text == "di Jl. Contoh Raya No. 3"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("name", ["mention_with_photo", "quote_with_context", "webhook_long_post"])
@given(value=JSON, data=st.data())
def test_a_strange_value_anywhere_is_refused_and_not_raised(name: str, value, data) -> None:
    """Any field of a delivery replaced by anything: read, ignored or malformed, never an error."""
    said = json.loads((FIXTURES / f"{name}.in.json").read_text())
    spot = said
    while True:
        keys = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(spot[key], dict | list) and spot[key] and data.draw(st.booleans()):
            spot = spot[key]
            continue
        spot[key] = value
        break
    received = parse(Raw(body=json.dumps(said).encode(), received_at=RECEIVED_AT), "a")
    assert received.messages or received.ignored or received.malformed or received.receipts


@given(st.permutations(range(4)))
def test_any_merge_of_deliveries_gives_the_same_messages(order: list[int]) -> None:
    events = [
        event
        for name in ("webhook_two_mentions_and_a_like", "webhook_long_post", "webhook_reply")
        for event in json.loads((FIXTURES / f"{name}.in.json").read_text())["tweet_create_events"]
    ]
    merged = {"for_user_id": "1708", "tweet_create_events": [events[i] for i in order]}
    together = parse(Raw(body=json.dumps(merged).encode(), received_at=RECEIVED_AT), "a").messages
    apart = [
        message
        for i in order
        for message in parse(
            Raw(
                body=json.dumps(
                    {"for_user_id": "1708", "tweet_create_events": [events[i]]}
                ).encode(),
                received_at=RECEIVED_AT,
            ),
            "a",
        ).messages
    ]
    assert list(together) == apart
