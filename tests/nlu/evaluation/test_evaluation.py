from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlu.baseline import KeywordEngine
from nlu.evaluation import EvaluationError, evaluate, macro, per_class, read, share


def test_wilson_interval_by_hand() -> None:
    figure = share([True] * 9 + [False])
    assert (figure.value, figure.n) == (0.9, 10)
    assert figure.low == pytest.approx(0.596, abs=0.001)
    assert figure.high == pytest.approx(0.982, abs=0.001)
    assert share([]).high == 1


def test_macro_f1_counts_labels_with_enough_texts() -> None:
    pairs = [("a", "a")] * 4 + [("b", "b")] * 2 + [("b", "a")] * 2 + [("rare", "a")]
    figure = macro(pairs)
    # a: 2*4/(4+7) = 0.727; b: 2*2/(4+2) = 0.667; rare has one text and is left out
    assert figure.value == pytest.approx((8 / 11 + 4 / 6) / 2)
    assert figure.low <= figure.value <= figure.high
    assert figure.n == 2


def test_per_class_by_hand() -> None:
    (row,) = per_class([("a", "a"), ("a", "b")])
    assert (row.n, row.precision, row.recall) == (2, 1.0, 0.5)


def test_either_annotator_counts(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    lines = [
        {"text": "banjir", "label": "saluran_air", "labels": ["saluran_air", "banjir"]},
        {"text": "macet total", "label": "macet", "intent": "report"},
    ]
    path.write_text("\n".join(map(json.dumps, lines)) + "\n\n", encoding="utf-8")
    report = evaluate(KeywordEngine().read, read(path))
    assert report.figures["accuracy"].value == 0.5
    assert report.figures["accuracy_either"].value == 1
    assert report.figures["intent_accuracy"].value == 1
    assert report.confusions == [("saluran_air", "banjir", 1)]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "no JSON object"),
        ('{"id": 1}', "no JSON object"),
        ('{"text": 7}', "no JSON object"),
        ('["text"]', "no JSON object"),
        ('{"text": "x", "label": "macett"}', "unknown category 'macett' .did you mean 'macet'"),
        ('{"text": "x", "labels": "macet"}', "is a list"),
        ('{"text": "x", "intent": "rapport"}', "unknown intent"),
        ('{"text": "x", "place": ""}', "write a name"),
        ('{"text": "x", "place": [NaN, 106.8]}', "write a name"),
        ('{"text": "x", "place": {"city": "Bogor"}}', "write a name"),
        ('{"text": "x", "names": "Tebet"}', "lists of names"),
        ('{"text": "x", "depth_cm": [50, 20]}', "centimetres"),
        ('{"text": "x", "depth_cm": "deep"}', "centimetres"),
        ('{"text": "x", "emergency": "yes"}', "true or false"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text('{"text": "x"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match=rf"texts.jsonl:2: .*{says}"):
        read(path)
