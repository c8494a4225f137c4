"""From corrections to lessons: masked, weighed, collapsed, never of the test set."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nlu.learning.correction import Correction, plain_of
from nlu.learning.curriculum import HUMAN, ONE_PERSON, Curriculum, curriculum, weight
from nlu.learning.likeness import ALIKE, grams, groups, jaccard
from nlu.slots.personal import masked

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def said(number: int, text: str, *labels: str, **more: Any) -> Correction:
    row: dict[str, Any] = {"at": NOON, "actor": "ani", "intent": None, **more}
    return Correction(id=number, plain=plain_of(text), categories=labels, **row)


def learnt(*words: Correction, **more: Any) -> Curriculum:
    return curriculum(words, **{"now": NOON, "corpus_weight": 1000.0, **more})


def test_nothing_personal_is_learnt() -> None:
    text = (
        "nama saya Budi Santoso hp 0812-3456-7890 nik 3171234567890123 plat B 1234 XYZ,"
        " surat budi@example.test, jalan berlubang di Jl. Kemang Raya"
    )
    hidden = masked(text)
    for personal in ("Budi", "Santoso", "3456", "3171234567890123", "1234 XYZ", "example"):
        assert personal not in hidden
    assert "jalan berlubang di Jl. Kemang Raya" in hidden
    plain = plain_of(text)
    assert "jalan berlubang" in plain
    for word in ("budi", "santoso", "xyz", "example", "kemang"):
        assert word not in plain
    assert masked("got mampet") == "got mampet"


def test_two_categories_and_an_intent_become_one_lesson() -> None:
    (lesson,) = learnt(
        said(1, "got mampet, banjir lagi", "saluran_air", "banjir", intent="repeat")
    ).lessons
    assert lesson.intent == "repeat"
    assert list(lesson.categories) == ["saluran_air", "banjir"]
    assert sum(lesson.categories.values()) == pytest.approx(1)
    assert lesson.categories["saluran_air"] > lesson.categories["banjir"]


@pytest.mark.parametrize(
    ("label", "before", "taught"),
    [
        ("banjir", "report", None),  # was right: teaches the category alone
        ("banjir", "thanks", "report"),  # ruled the category out
        ("bukan_aduan", "report", "other"),
        ("bukan_aduan", "thanks", None),
        ("banjir", None, "report"),
    ],
)
def test_an_intent_that_rules_the_category_out_is_corrected_too(
    label: str, before: str | None, taught: str | None
) -> None:
    (lesson,) = learnt(said(1, "air naik lagi nih", label, intent_before=before)).lessons
    assert lesson.intent == taught


def test_recent_and_human_words_weigh_more() -> None:
    def of(actor: str, days: int) -> float:
        return weight(said(1, "x", "banjir", actor=actor, at=NOON - timedelta(days=days)), NOON)

    assert of("ani", 0) == HUMAN
    assert of("ani", 365) == pytest.approx(HUMAN / 2)
    assert of("ani", 3650) == HUMAN / 4  # never forgotten
    assert of("ani", -3) == HUMAN  # a clock that runs ahead
    assert of("ani", 0) > of("citizen", 0) > of("auto:keywords", 0) > 0


def test_ten_thousand_identical_corrections_are_one_lesson() -> None:
    began = time.perf_counter()
    words = [said(1, "lampu mati depan gang", "lampu_jalan")]
    words += [
        Correction(id=n, at=NOON, actor=f"m{n % 9}", plain=words[0].plain,
                   categories=("lampu_jalan",), intent=None)
        for n in range(2, 10_001)
    ]  # fmt: skip
    found = learnt(*words)
    assert len(found.lessons) == 1
    assert found.lessons[0].weight == HUMAN
    assert (found.looked_at, found.repeated, found.newest) == (10_000, 9_999, 10_000)
    assert time.perf_counter() - began < 10


def test_one_person_gives_a_share_at_most() -> None:
    words = [
        said(n, " ".join(chr(97 + (n * k) % 26) * 5 for k in range(2, 9)), "banjir")
        for n in range(1, 26)
    ]
    found = learnt(*words, corpus_weight=100.0)
    assert sum(lesson.weight for lesson in found.lessons) == pytest.approx(ONE_PERSON * 100)
    assert found.capped == ("ani",)
    assert learnt(*words, corpus_weight=10_000.0).capped == ()


def test_the_frozen_test_set_is_never_taught(labelled: Any) -> None:
    rows = [row for row in labelled("categories") if len(row["text"]) > 40][:20]
    frozen = [plain_of(row["text"]) for row in rows]
    words = [said(n, row["text"].upper() + "!!", row["label"]) for n, row in enumerate(rows)]
    found = learnt(*words, said(99, "kucing di atap minta turun terus", "lainnya"), frozen=frozen)
    assert (found.frozen, len(found.lessons), found.ids) == (20, 1, (99,))


def test_texts_without_words_teach_nothing() -> None:
    found = learnt(said(1, "", "banjir"), said(2, "🙏", "banjir"), said(3, "0812", "banjir"))
    assert (found.lessons, found.empty) == ((), 3)
    assert learnt().lessons == ()
    assert learnt().newest == 0


def test_a_text_of_100_kb_is_read_to_a_limit() -> None:
    began = time.perf_counter()
    (lesson,) = learnt(said(1, "banjir selutut di depan pasar " * 4000, "banjir")).lessons
    assert len(lesson.text) < 10_000
    assert time.perf_counter() - began < 5


def test_likeness_finds_what_comparing_all_pairs_finds(labelled: Any) -> None:
    texts = [plain_of(row["text"]) for row in labelled("categories")[:120]]
    texts += [f"{text} pak" for text in texts[:40] if len(text) > 30]
    number = groups(texts)
    for left, a in enumerate(texts):
        for right in range(left):
            if jaccard(grams(a), grams(texts[right])) >= ALIKE:
                assert number[left] == number[right]
    assert len(set(number)) > 100
    assert groups([]) == []
