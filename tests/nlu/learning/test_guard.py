"""Vandalism and disagreement: who is heard, who is held out, and that honest people never are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from nlu.learning.correction import Correction
from nlu.learning.guard import at_least, hear

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LABELS = ("banjir", "macet", "sampah", "pohon", "trotoar", "lampu_jalan")


def said(number: int, actor: str, label: str, intent: str | None = None) -> Correction:
    return Correction(
        id=number,
        at=NOON + timedelta(minutes=number),
        actor=actor,
        plain="",
        categories=(label,) if label else (),
        intent=intent,
    )


def test_one_text_gives_one_lesson() -> None:
    heard = hear([said(n, f"m{n % 3}", "banjir") for n in range(10_000)], [7] * 10_000, None)
    assert [word.categories for word in heard.words] == [("banjir",)]
    assert heard.sizes == (10_000,)
    assert heard.repeated == 9_999


def test_the_majority_of_persons_decides_not_of_clicks() -> None:
    loud = [said(n, "budi", "macet") for n in range(20)]
    others = [said(100, "ani", "banjir"), said(101, "cici", "banjir")]
    heard = hear([*others, *loud], [1] * 22, None)
    assert [word.categories[0] for word in heard.words] == ["banjir"]
    assert heard.outvoted == 20


def test_at_a_tie_the_newest_decides() -> None:
    heard = hear([said(1, "ani", "banjir"), said(2, "budi", "macet")], [1, 1], None)
    assert [word.categories[0] for word in heard.words] == ["macet"]


def test_who_changes_his_mind_counts_once() -> None:
    words = [said(1, "ani", "banjir"), said(2, "ani", "macet"), said(3, "ani", "sampah")]
    heard = hear(words, [1, 1, 1], None)
    assert [word.categories[0] for word in heard.words] == ["sampah"]


def test_a_moderator_comes_before_rules_and_citizens() -> None:
    words = [said(1, "ani", "banjir"), said(2, "citizen", "macet"), said(3, "auto:rule", "macet")]
    heard = hear(words, [1, 1, 1], None)
    assert [word.categories[0] for word in heard.words] == ["banjir"]


def test_a_category_and_an_intent_by_two_people_are_joined() -> None:
    words = [said(1, "ani", "banjir"), said(2, "budi", "", "repeat"), said(3, "cici", "", "thanks")]
    heard = hear(words[:2], [1, 1], None)
    assert (heard.words[0].categories, heard.words[0].intent) == (("banjir",), "repeat")
    heard = hear([words[0], words[2]], [1, 1], None)  # thanks is no complaint: not joined
    assert (heard.words[0].categories, heard.words[0].intent) == (("banjir",), None)


def crowd(
    seed: int, wrong: float, strange: float, others: int = 3
) -> tuple[list[Correction], list[int], list[frozenset[str]]]:
    """30 texts: `x` is wrong in a share of them, and that is strange to the model in a share."""
    chance = Random(seed)
    words, group, plausible = [], [], []
    for text in range(30):
        gold = chance.choice(LABELS)
        near = frozenset({gold, chance.choice(LABELS)})
        for who in ["x", *(f"m{n}" for n in range(others))]:
            label = gold
            if who == "x" and chance.random() < wrong:
                far = [one for one in LABELS if one not in near]
                close = [one for one in near if one != gold] or [gold]
                label = chance.choice(far if chance.random() < strange else close)
            elif who != "x" and chance.random() < 0.1:
                label = chance.choice(LABELS)
            words.append(said(len(words), who, label))
            group.append(text)
            plausible.append(near)
    return words, group, plausible


@pytest.mark.parametrize("seed", range(10))
def test_a_vandal_is_held_out_and_told_with_figures(seed: int) -> None:
    heard = hear(*crowd(seed, wrong=0.95, strange=0.95))
    assert [one.actor for one in heard.held_out] == ["x"]
    (out,) = heard.held_out
    assert (out.corrections, out.judged, out.shared) == (30, 30, 30)
    assert out.strange > 15
    assert out.apart > 15
    assert all(word.actor != "x" for word in heard.words)
    assert len(heard.words) == 30


@pytest.mark.parametrize("seed", range(50))
def test_an_honest_person_never_is(seed: int) -> None:
    assert hear(*crowd(seed, wrong=0.2, strange=0.7)).held_out == ()


def test_to_contradict_the_model_alone_is_no_reason() -> None:
    words = [said(n, who, "pohon") for n, who in enumerate(["x", "m"] * 30)]
    group = [n // 2 for n in range(60)]
    strange = [frozenset({"banjir"})] * 60  # the model knows no trees, and all say tree
    assert hear(words, group, strange).held_out == ()
    alone = [said(n, "x", "pohon") for n in range(30)]  # nobody else has looked
    assert hear(alone, list(range(30)), [frozenset({"banjir"})] * 30).held_out == ()


def test_to_contradict_others_alone_is_no_reason() -> None:
    words, group, _ = crowd(1, wrong=1.0, strange=1.0)
    everything = [frozenset(LABELS)] * len(words)
    assert hear(words, group, everything).held_out == ()


def test_binomial_by_hand() -> None:
    assert at_least(0, 5, 0.3) == pytest.approx(1)
    assert at_least(5, 5, 0.5) == pytest.approx(1 / 32)
    assert at_least(4, 5, 0.5) == pytest.approx(6 / 32)
