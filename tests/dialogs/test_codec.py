"""A conversation goes through JSON unchanged, and outlives an upgrade."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs import codec
from dialogs.conversation import Conversation, Draft, Spot
from nlu.places.place import Place
from nlu.understanding import Candidate

numbers = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(max_size=12)
places = st.builds(
    Place, name=texts, kelurahan=st.none() | texts, kecamatan=st.none() | texts,
    kota=st.none() | texts, lat=st.none() | numbers, lon=st.none() | numbers,
    radius_m=st.none() | st.integers(0, 9999), confidence=numbers, boundary=texts,
)  # fmt: skip
spots = st.builds(
    Spot, lat=st.none() | numbers, lon=st.none() | numbers, words=texts, place=st.none() | places,
    source=st.sampled_from(["pin", "words", "exif", "card"]),
)  # fmt: skip
json_values = (
    st.none() | st.booleans() | st.integers() | texts | st.lists(st.integers(), max_size=3)
)
candidates = st.builds(Candidate, category=texts, confidence=numbers)
drafts = st.builds(
    Draft,
    texts=st.lists(texts, max_size=3).map(tuple),
    category=st.none() | texts,
    confidence=numbers,
    candidates=st.lists(candidates, max_size=3).map(tuple),
    engine=texts,
    spot=st.none() | spots,
    photos=st.lists(texts, max_size=3).map(tuple),
    slots=st.dictionaries(texts, json_values, max_size=3),
    skipped=st.lists(texts, max_size=2).map(tuple),
    exif=st.none() | spots,
    twin=st.booleans(),
    emergency=st.booleans(),
    begun_at=st.none() | st.datetimes(timezones=st.just(UTC)),
)  # fmt: skip
conversations = st.builds(
    Conversation,
    locale=st.sampled_from(["id", "en"]),
    flow=st.none() | texts,
    waiting_for=st.none() | texts,
    asked=st.dictionaries(texts, st.integers(), max_size=3),
    draft=st.none() | drafts,
    queue=st.lists(drafts, max_size=2).map(tuple),
    places=st.lists(places, max_size=2).map(tuple),
    about=texts,
    offered=st.lists(texts, max_size=3).map(tuple),
    misunderstood=st.integers(0, 3),
    handed_over=st.booleans(),
    stopped=st.booleans(),
    greeted=st.booleans(),
)


@given(conversations)
def test_goes_through_json_unchanged(conversation: Conversation) -> None:
    assert codec.load(codec.dump(conversation)) == conversation


def test_a_fresh_conversation_takes_no_room() -> None:
    assert codec.dump(Conversation()) == '{"version":1}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", Conversation()),  # older: fields are missing
        ('{"mood": "good", "locale": "en"}', Conversation(locale="en")),  # newer: unknown field
        ('{"misunderstood": "often"}', Conversation()),  # a type that changed
        ('{"places": [{"name": "x"}]}', Conversation()),  # a place of another shape
        (
            '{"draft": {"texts": ["a", 5], "begun_at": "then"}}',
            Conversation(draft=Draft(texts=("a",))),
        ),
        (
            '{"draft": {"spot": {"lat": 1, "lon": 2}}}',
            Conversation(draft=Draft(spot=Spot(lat=1, lon=2))),
        ),
    ],
)
def test_reads_what_another_version_wrote(text: str, expected: Conversation) -> None:
    assert codec.load(text) == expected


@pytest.mark.parametrize("text", ["", "[]", "null", "{"])
def test_refuses_what_is_no_conversation(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        codec.load(text)


def test_writes_times_as_iso() -> None:
    draft = Draft(begun_at=datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    written = json.loads(codec.dump(Conversation(draft=draft)))
    assert written["draft"]["begun_at"] == "2026-11-23T08:00:00+00:00"
