from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from nlu.categories import categories
from nlu.corpus import INTENTS, CorpusError, read, read_file

SEED_SIX = ("macet", "banjir", "sampah", "joki_3in1", "parkir_liar", "pengemis")
HEAD = 'version: "3.1"\nnlu:\n'
GOOD = (
    HEAD
    + """  - intent: report+banjir+macet
    examples: |
      - banjir [selutut](depth_cm) di [Jl. Kemang Raya](location), macet
      - Jalan tergenang [sejak semalam](since)
  - intent: status
    examples: |
      - laporan saya?
"""
)


def test_examples_entities_and_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "banjir.yml"
    path.write_text(GOOD, encoding="utf-8")
    first, second, third = read_file(path)
    assert first.text == "banjir selutut di Jl. Kemang Raya, macet"
    assert (first.intent, first.categories) == ("report", ("banjir", "macet"))
    spans = [(e.entity, first.text[e.start : e.end]) for e in first.entities]
    assert spans == [("depth_cm", "selutut"), ("location", "Jl. Kemang Raya")]
    assert first.source == "banjir.yml:5"
    assert second.source == "banjir.yml:6"
    assert (third.intent, third.categories) == ("status", ())


@pytest.mark.parametrize(
    ("text", "line", "remedy"),
    [
        ("nlu: []", 1, 'the first line must be `version: "3.1"`'),
        ('version: "3.1"\n', 1, "no list `nlu:`"),
        (HEAD + "  - intent: status\n", 3, "no `examples: |`"),
        (HEAD + "  - intent: report+banjr\n    examples: |\n      - a\n", 3, "'banjir'"),
        (HEAD + "  - intent: stauts\n    examples: |\n      - a\n", 3, "'status'"),
        (HEAD + "  - intent: report\n    examples: |\n      - a\n", 3, "names its category"),
        (HEAD + "  - intent: status\n    examples: |\n      - a\n      b\n", 6, "begins with `- `"),
        (HEAD + "  - intent: status\n    examples: |\n      - [a](depht_cm)\n", 5, "'depth_cm'"),
        (
            HEAD + "  - intent: status\n    examples: |\n      - a](since) b\n",
            5,
            "broken annotation",
        ),
        (HEAD + "  - intent: status\n   examples: |\n  - x\n", 4, "not valid YAML"),
    ],
)
def test_a_mistake_names_file_line_and_remedy(
    tmp_path: Path, text: str, line: int, remedy: str
) -> None:
    path = tmp_path / "wrong.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        read_file(path)
    assert f"wrong.yml:{line}:" in str(caught.value)
    assert remedy in str(caught.value)


def test_an_empty_folder_is_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no \*.yml under"):
        read(tmp_path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CorpusError, match="UTF-8"):
        read(tmp_path)


def test_every_category_and_intent_has_examples() -> None:
    examples = read()
    assert {e.intent for e in examples} == set(INTENTS)
    assert {e.categories[0] for e in examples if e.categories} == set(categories())


def test_no_category_and_no_intent_is_thin() -> None:
    examples = read()
    topics = Counter(example.categories[0] for example in examples if example.categories)
    floor = {slug: 300 if slug in SEED_SIX else 120 for slug in categories()}
    assert {slug: topics[slug] for slug, least in floor.items() if topics[slug] < least} == {}
    intents = Counter(example.intent for example in examples)
    assert {intent: intents[intent] for intent in INTENTS if intents[intent] < 60} == {}


def test_annotations_lie_where_they_say() -> None:
    for example in read():
        for entity in example.entities:
            assert example.text[entity.start : entity.end] == entity.value
