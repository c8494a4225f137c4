"""Which card a question takes along, and when it is live no more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dialogs import cards, codec
from dialogs.conversation import Card, Conversation, Offer, Spot
from dialogs.phrasebook import phrases, say
from dialogs.render import compose
from tests.dialogs.turns import NOON, Talk, report

CARD = Card(id="one", expires_at=NOON + timedelta(hours=24))
OFFER = Offer(card=CARD, url="https://lapor.example/c/one")
PIN = Spot(lat=-6.26, lon=106.81, source="pin")


@pytest.mark.parametrize(
    ("hours", "by_card", "again"),
    [
        (0, "", True),
        (22.9, "", True),
        (23.1, "", False),  # less than an hour is left
        (30, "", False),
        (1, "one", False),  # it was just used
        (1, "another", True),
    ],
)
def test_a_live_card_is_offered_again(hours: float, by_card: str, *, again: bool) -> None:
    conversation = Conversation(waiting_for="location", card=CARD)
    found = cards.live(conversation, NOON + timedelta(hours=hours), by_card)
    assert found == (CARD if again else None)


def test_no_card_was_offered_yet() -> None:
    assert cards.live(Conversation(), NOON, "") is None


def test_the_question_names_the_page_and_the_conversation_the_card() -> None:
    talk = Talk()
    told = talk.say("lampu jalan mati", report("lampu_jalan"), offer=OFFER)
    assert OFFER.url in told
    assert talk.conversation.card == CARD
    assert codec.load(codec.dump(talk.conversation)).card == CARD
    reply = compose("id", talk.effects, talk.abilities)
    assert reply.link == (OFFER.url, say("id", "open_map", {}))


def test_without_an_offer_nothing_changes() -> None:
    talk = Talk()
    assert "http" not in talk.say("lampu jalan mati", report("lampu_jalan"))
    assert talk.conversation.card is None
    assert compose("id", talk.effects, talk.abilities).link is None


def test_where_strangers_read_along_the_card_takes_what_is_not_asked() -> None:
    talk = Talk(public=True)
    said = talk.say("lampu jalan mati", report("lampu_jalan"), offer=OFFER)
    assert OFFER.url in said
    assert "?" not in said
    assert talk.conversation.card == OFFER.card


def test_where_strangers_read_along_a_place_that_is_known_needs_no_card() -> None:
    talk = Talk(public=True)
    said = talk.say("lampu jalan mati di depan SD", report("lampu_jalan"), spot=PIN, offer=OFFER)
    assert "http" not in said
    assert talk.conversation.card is None


@pytest.mark.parametrize("locale", ["id", "en"])
def test_a_card_stands_on_a_line_of_its_own(locale: str) -> None:
    """So that no mark of a sentence clings to the address, and mail can make a button of it."""
    for key, variants in phrases(locale).items():
        if "card" in variants:
            assert "{card}" in variants["card"].splitlines(), key
