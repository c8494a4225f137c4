"""A flow is read whole, and a mistake in it is named with its remedy."""

import re
from datetime import timedelta

import pytest

from dialogs.flow import FlowError, flow, read

GOOD = """
flow: file_complaint
most_questions: 3
ask:
  - {slot: location, phrase: ask_location, accept: [address], retries: 1, else: incomplete}
  - {slot: extras}
confirm: {phrase: confirm, options: ["yes", change]}
then: file
sure_from: 0.5
advert_from: 0.7
plausible_from: 0.1
twin_from: 0.3
sure_place_from: 0.7
remind_after: {hours: 1}
expire_after: {days: 1}
---
extras:
  - {slot: plate, phrase: ask_plate, accept: [words]}
"""


def test_reads_questions_in_order_with_a_category_s_own_in_their_place() -> None:
    found = read(GOOD, "x.yml")
    assert [one.slot for one in found.questions(("plate",))] == ["location", "plate"]
    assert [one.slot for one in found.questions(())] == ["location"]
    assert found.expire_after == timedelta(days=1)


def test_the_shipped_flow_is_whole() -> None:
    slots = [one.slot for one in flow("file_complaint").ask]
    assert slots == ["text", "category", "location", "place", "area", "extras", "photo"]


@pytest.mark.parametrize(
    ("wrong", "right", "complaint"),
    [
        (
            "accept: [address]",
            "accept: [adress]",
            "ask[0].accept: `adress` is not known; did you mean `address`?",
        ),
        (
            "phrase: ask_location",
            "phrase: ask_locatoin",
            "ask[0]: phrase `ask_locatoin` is not in dialogs/phrases/id.yml",
        ),
        ("retries: 1", "retries: 2", "ask[0].retries: 0 or 1"),
        ("else: incomplete", "else: panic", "ask[0].else: `panic` is not known"),
        ("then: file", "then: fly", "then: `fly`"),
        ("sure_from: 0.5\n", "", "`sure_from` is missing"),
        (
            "remind_after: {hours: 1}",
            "remind_after: soon",
            "remind_after: a time such as {hours: 1}",
        ),
        (
            "slot: location, ",
            "slot: location, slto: x, ",
            "ask[0]: `slto` is not known; did you mean `slot`?",
        ),
        ("flow: file_complaint", "flow: [", "not valid YAML"),
    ],
)
def test_a_mistake_is_named(wrong: str, right: str, complaint: str) -> None:
    with pytest.raises(FlowError, match=re.escape(complaint)):
        read(GOOD.replace(wrong, right), "x.yml")


def test_a_flow_that_is_not_there_is_named() -> None:
    with pytest.raises(FlowError, match=r"nonesuch\.yml: no such flow"):
        flow("nonesuch")
