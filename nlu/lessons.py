"""From examples to lessons: what the heads are taught by each text, and with what weight.

A street name must not predict a complaint. So every example with an annotated place is taught a
second time with the place of another example: names become noise, the words around them stay.
Nor must courtesy: "mohon segera ditindaklanjuti" stands alone in `tidak_jelas` and beside anything
in real reports, so every complaint is taught once more with the words of a vague one beside it; and
with a third of its own left out, for no single word must be needed.
Nor must the thing tell a complaint from what is none: "pohon tumbang sudah dievakuasi" is none for
what is said of the tree. So the head of intents is told each text of other things too.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache

from nlu.corpus import Example
from nlu.engines.joint import ABOUT_A_COMPLAINT, CATEGORIES
from nlu.engines.mask import without_places
from nlu.keywords import keywords
from nlu.normalise import normalise
from nlu.places.resolve import resolve

SECOND_SHARE = 0.35  # of a text with two complaints; the main one has the rest
KEYWORD_WEIGHT = 1.0  # of a phrase of keywords.yml against an example
TOPICLESS_SHARE = 0.3  # of "halo" and "ya" against an example of bukan_aduan: there are many
VAGUE_WEIGHT = 0.5  # of an example with a vague one beside it, against the example
LEFT_OUT = 0.35  # of its words there, where it has WORDS_TO_SPARE
WORDS_TO_SPARE = 4
NO_REPORT_WEIGHT = 0.15  # of an example of bukan_aduan against one of "other": there are many
AFTER = 0.6  # how often it follows
VAGUE_CHARS = 70  # what is longer is a report of its own
_GROUP_BITS = 30
ALWAYS = -1  # the group of lessons that every fold may know
_THANKS = re.compile(r"\bterima kasih\b|\bapresiasi\b|\bsalut\b|\bmantap\b|\bthank")
_TOPICLESS = frozenset(
    {"thanks", "greet", "help", "affirm", "deny", "skip", "cancel", "stop", "other"}
)
_ABOUT_AN_OLD_ONE = ABOUT_A_COMPLAINT - {"report"}
_THINGS = tuple(
    slug
    for slug in CATEGORIES
    if slug not in {"tidak_jelas", "bukan_aduan", "lainnya", "pelayanan_publik"}
)


@dataclass(frozen=True, slots=True)
class Lesson:
    """One normalised text for the heads."""

    text: str
    intent: str | None  # None: teaches the head of categories only
    categories: dict[str, float]  # share by slug; empty: teaches the head of intents only
    weight: float
    group: int  # lessons of one example share it, so that no fold is asked what it was told
    original: bool  # the text as its citizen wrote it
    danger: bool | None = None  # to life, now; None: teaches the head of danger nothing


def lessons(
    examples: Sequence[Example], *, seed: int, looked_at: Collection[str] = ()
) -> list[Lesson]:
    """All lessons of a corpus, in its order.

    An example tells of no danger, unless it is among the texts that somebody has `looked_at`: those
    teach the head of danger by themselves (`of_danger`).

    Each example has a chance of its own, from its text: what one more adds does not draw anew for
    all others, so two models differ by what they were taught, not by luck.
    """
    places = sorted(
        {
            entity.value
            for example in examples
            for entity in example.entities
            if entity.entity == "location"
        }
    )
    vague = [
        example.text
        for example in examples
        if example.categories == ("tidak_jelas",) and len(example.text) < VAGUE_CHARS
    ]
    taught = []
    for example in examples:
        chance = random.Random(f"{seed} {example.text}")
        group = chance.getrandbits(_GROUP_BITS)
        texts = [example.text, *_elsewhere(example, places, chance)]
        for at, text in enumerate(texts):
            taught.append(
                Lesson(
                    text=normalise(without_places(text, resolve(text))),
                    intent=_intent(example),
                    categories=_categories(example),
                    weight=1 / len(texts),
                    group=group,
                    original=at == 0,
                    danger=None if at or example.text in looked_at else False,
                )
            )
        own = taught[-len(texts) :]
        if example.categories == ("bukan_aduan",):
            taught += [_no_report(one) for one in (*own, *_of_others(own[0], chance))]
        elif vague and _is_complaint(example):
            taught.append(_among_vague(own[0], chance.choice(vague), chance))
        if example.intent in _ABOUT_AN_OLD_ONE:
            taught += _of_others(own[0], chance)
    return [*taught, *_from_keywords()]


def of_danger(dangers: Sequence[Example], *, seed: int) -> list[Lesson]:
    """The lessons of texts that tell of danger to life, or only sound like it."""
    return [
        Lesson(
            text=normalise(without_places(example.text, resolve(example.text))),
            intent=None,
            categories={},
            weight=1.0,
            group=random.Random(f"{seed} {example.text}").getrandbits(_GROUP_BITS),
            original=True,
            danger=example.intent == "danger",
        )
        for example in dangers
    ]


def _of_others(lesson: Lesson, chance: random.Random) -> list[Lesson]:
    """The lesson with other things in place of its own, if any, for the head of intents only."""
    if not _names_a_topic(lesson.text):
        return []
    things = [phrase for slug in _THINGS for phrase in keywords()[slug]]
    text = _topics().sub(lambda _: chance.choice(things), lesson.text)
    return [replace(lesson, text=text, categories={}, original=False)]


def _no_report(lesson: Lesson) -> Lesson:
    """The lesson of a text that is no complaint, for the head of intents only.

    Were it not told, it would take "got sudah dikuras" for a report and outvote the other head.
    """
    intent = "thanks" if _THANKS.search(lesson.text) else "other"
    weight = NO_REPORT_WEIGHT * lesson.weight
    return replace(lesson, intent=intent, categories={}, weight=weight, original=False)


def _is_complaint(example: Example) -> bool:
    return example.intent == "report" and "bukan_aduan" not in example.categories


def _among_vague(lesson: Lesson, vague: str, chance: random.Random) -> Lesson:
    """Most of the lesson, a vague complaint before or after it: for the head of categories only."""
    plain = normalise(without_places(vague, resolve(vague)))
    own = _most_of(lesson.text, chance)
    parts = (own, plain) if chance.random() < AFTER else (plain, own)
    return replace(lesson, text=" ".join(parts), intent=None, weight=VAGUE_WEIGHT, original=False)


def _most_of(text: str, chance: random.Random) -> str:
    words = text.split()
    if len(words) < WORDS_TO_SPARE:
        return text
    return " ".join([word for word in words if chance.random() >= LEFT_OUT] or words)


def _from_keywords() -> list[Lesson]:
    return [
        Lesson(
            text=phrase,
            intent=None,
            categories={slug: 1.0},
            weight=KEYWORD_WEIGHT,
            group=ALWAYS,
            original=False,
        )
        for slug, phrases in keywords().items()
        for phrase in phrases
    ]


def _intent(example: Example) -> str | None:
    # What is no complaint may be thanks, a greeting or something else: the corpus of intents says.
    return None if example.categories[:1] == ("bukan_aduan",) else example.intent


def _categories(example: Example) -> dict[str, float]:
    if not example.categories:
        if example.intent in _TOPICLESS:
            return {"bukan_aduan": TOPICLESS_SHARE}
        # "Not solved!", "again!" without a word of what: a complaint, but of what?
        vague = example.intent in ABOUT_A_COMPLAINT and not _names_a_topic(example.text)
        return {"tidak_jelas": 1.0} if vague else {}
    main, *others = example.categories
    shares = {slug: SECOND_SHARE / len(others) for slug in others}
    return {main: 1 - sum(shares.values()), **shares}


@cache
def _topics() -> re.Pattern[str]:
    phrases = [phrase for slug, known in keywords().items() if slug in _THINGS for phrase in known]
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, phrases))})\b")


def _names_a_topic(text: str) -> bool:
    return bool(_topics().search(normalise(text)))


def _elsewhere(example: Example, places: list[str], chance: random.Random) -> list[str]:
    spans = [entity for entity in example.entities if entity.entity == "location"]
    if not spans:
        return []
    text = example.text
    for span in reversed(spans):
        text = text[: span.start] + chance.choice(places) + text[span.end :]
    return [text]
