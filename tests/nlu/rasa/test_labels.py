"""What Rasa's labels mean."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.engines.breaker import Breaker
from nlu.engines.labels import NonsenseError, Reading, reading_of


def said(**labels: float) -> dict[str, Any]:
    ranking = [
        {"name": name.replace("__", "+"), "confidence": confidence}
        for name, confidence in labels.items()
    ]
    return {"intent": ranking[0], "intent_ranking": ranking}


def test_a_category_has_the_sum_of_its_labels() -> None:
    reading = reading_of(
        said(report__macet=0.4, report__banjir__macet=0.3, report__banjir=0.2, thanks=0.1)
    )
    assert reading.intent == "report"
    assert reading.intent_confidence == 0.9
    assert [(one.category, one.confidence) for one in reading.candidates] == [
        ("macet", 0.505),  # 0.35 of the label that names it second
        ("banjir", 0.5),
        ("bukan_aduan", 0.1),
    ]
    assert reading.categories == ("macet",)


def test_two_complaints_in_one_text() -> None:
    reading = reading_of(said(report__banjir__macet=0.9, report__banjir=0.1))
    assert reading.categories == ("banjir", "macet")
    assert reading.candidates[0].confidence == 1.0


@pytest.mark.parametrize(
    ("label", "intent", "category"),
    [
        ("thanks", "thanks", "bukan_aduan"),
        ("stop", "stop", "bukan_aduan"),
        ("status", "status", "tidak_jelas"),
        ("dispute", "dispute", "tidak_jelas"),
        ("dispute__sampah", "dispute", "sampah"),
        ("report__bukan_aduan", "other", "bukan_aduan"),
        ("report__tidak_jelas", "report", "tidak_jelas"),
    ],
)
def test_intent_and_category_do_not_contradict_each_other(
    label: str, intent: str, category: str
) -> None:
    reading = reading_of(said(**{label: 0.9}))
    assert (reading.intent, reading.candidates[0].category) == (intent, category)


def test_there_are_three_candidates_where_rasa_names_one() -> None:
    reading = reading_of(said(report__banjir=0.9))
    assert len({one.category for one in reading.candidates}) == 3


def test_a_pipeline_that_decides_nothing() -> None:
    reading = reading_of({"text": "", "intent": {"name": None, "confidence": 0.0}, "entities": []})
    assert reading.intent == "other"
    assert reading.candidates[0].category == "tidak_jelas"


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text()
    | st.sampled_from(["report+banjir", "thanks", "name", "confidence"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["intent", "intent_ranking", "name", "confidence", "x"]), inner
    ),
)  # fmt: skip


@given(_JSON)
def test_anything_is_a_reading_or_nonsense(answer: Any) -> None:
    try:
        reading = reading_of(answer)
    except NonsenseError:
        return
    assert isinstance(reading, Reading)


def test_a_breaker_lets_one_through_at_a_time() -> None:
    now = 0.0
    breaker = Breaker(failures=2, wait_s=5, clock=lambda: now)
    breaker.failed()
    assert breaker.allow()
    breaker.failed()
    assert not breaker.allow()
    now = 5.0
    assert breaker.allow()
    assert not breaker.allow()  # the first one's fate is not known yet
    now = 10.0
    assert breaker.allow()  # it never told: another one may try
    breaker.succeeded()
    assert breaker.allow()
    assert breaker.allow()
