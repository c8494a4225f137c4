"""What counts as a right place, a right depth, a seen emergency: by hand, on answers by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nlu.evaluation import Report, evaluate, read
from nlu.places.place import Place
from nlu.understanding import Candidate, Entity, Understanding

TEBET = Place(
    name="Stasiun Tebet", kelurahan=None, kecamatan="Tebet", kota="Jakarta Selatan",
    lat=-6.2261, lon=106.8583, radius_m=200, confidence=0.85, boundary="nearest centre",
)  # fmt: skip
SAID = Understanding(
    intent="report", intent_confidence=0.9, category="banjir", confidence=0.8,
    candidates=tuple(Candidate(category=c, confidence=0.3) for c in ("banjir", "macet", "sampah")),
    categories=("banjir",), entities=(), place=None, places=(), language="id", emergency=False,
    engine="by hand",
)  # fmt: skip


def scored(tmp_path: Path, rows: list[dict[str, Any]], answers: list[Understanding]) -> Report:
    path = tmp_path / "texts.jsonl"
    path.write_text("\n".join(json.dumps({"text": "x", **row}) for row in rows), encoding="utf-8")
    return evaluate(lambda _texts: answers, read(path))


def at(place: Place | None, *candidates: Place) -> Understanding:
    return replace(SAID, place=place, places=candidates)


def deep(*ranges: list[int]) -> Understanding:
    found = [Entity(entity="depth_cm", value=range_, start=0, end=1) for range_ in ranges]
    return replace(SAID, entities=tuple(found))


@pytest.mark.parametrize(
    ("place", "right"),
    [
        ("stasiun tebet", True),
        ("TEBET", True),
        ("Jakarta Selatan", True),
        ("Menteng", False),
        ({"kecamatan": "Tebet"}, True),
        ({"kecamatan": "Tebet", "kelurahan": "Manggarai"}, False),
        ([-6.2301, 106.8583], True),  # 445 m to the south
        ([-6.2301, 106.8583, 400], False),
        ([-6.3261, 106.8583], False),
        (None, False),
        ("?", False),
    ],
)
def test_a_place_is_right_when_what_is_annotated_agrees(tmp_path, place, right):
    report = scored(tmp_path, [{"place": place}], [at(TEBET)])
    assert report.figures["place_precision"].value == right


def test_precision_is_of_what_is_told_and_recall_of_what_could_be(tmp_path):
    rows = [{"place": "Tebet"}] * 3 + [{"place": None}, {"place": "?"}, {}]
    answers = [at(TEBET), at(None), at(replace(TEBET, name="x", kecamatan="Menteng"))]
    answers += [at(TEBET), at(None, TEBET, TEBET), at(TEBET)]
    figures = scored(tmp_path, rows, answers).figures
    assert (figures["place_precision"].value, figures["place_precision"].n) == (1 / 3, 3)
    assert (figures["place_recall"].value, figures["place_recall"].n) == (1 / 3, 3)
    assert figures["place_asked"].value == 1


def test_the_fields_of_our_own_texts_are_read(tmp_path):
    rows = [
        {"text": "banjir di kel. Klender", "names": ["Klender"], "kelurahan": "Klender"},
        {"names": [], "optional": [], "asks": False, "kelurahan": None},
        {"text": "macet di Menteng", "names": ["Menteng"], "asks": True},
        {"text": "macet di Tebet", "names": ["Menteng"], "optional": []},
    ]
    klender = replace(TEBET, kelurahan="Klender")
    figures = scored(tmp_path, rows, [at(klender), at(None), at(None), at(TEBET)]).figures
    assert (figures["place_precision"].value, figures["place_precision"].n) == (1, 1)
    assert (figures["place_recall"].value, figures["place_recall"].n) == (1, 1)
    assert (figures["place_asked"].value, figures["place_asked"].n) == (0, 1)
    assert figures["name_precision"].value == pytest.approx(2 / 3)
    assert figures["name_recall"].value == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("wanted", "answer", "right"),
    [
        ([35, 55], deep([35, 55]), True),
        ([35, 55], deep([40, 60]), True),
        ([35, 55], deep([35, 61]), False),  # 55 may be off by 5.5
        ([35, 55], deep(), False),
        ([35, 55], deep([35, 55], [80, 105]), False),
        (45, deep([35, 55]), True),
        (62, deep([35, 55]), False),
        (200, deep([180, 180]), True),
        (None, deep(), True),
        (None, deep([35, 55]), False),
    ],
)
def test_a_depth_is_right_within_5_cm_or_a_tenth(tmp_path, wanted, answer, right):
    report = scored(tmp_path, [{"depth_cm": wanted}], [answer])
    assert report.figures["depth_right"].value == right


def test_emergencies(tmp_path):
    rows = [{"emergency": True}] * 2 + [{"emergency": False}] * 4 + [{}]
    alarm, quiet = replace(SAID, emergency=True), SAID
    answers = [alarm, quiet, alarm, quiet, quiet, quiet, alarm]
    figures = scored(tmp_path, rows, answers).figures
    assert (figures["emergency_recall"].value, figures["emergency_recall"].n) == (0.5, 2)
    assert (figures["emergency_false_alarms"].value, figures["emergency_false_alarms"].n) == (
        0.25,
        4,
    )


def test_two_complaints(tmp_path):
    rows = [{"label": "banjir", "labels": labels} for labels in
            (["banjir", "macet"], ["banjir", "sampah"], ["banjir"])]  # fmt: skip
    both = replace(SAID, categories=("banjir", "macet"))
    figures = scored(tmp_path, rows, [both, SAID, both]).figures
    # 2 + 1 + 1 hits; 5 labels and 5 answers
    assert figures["multi_label_f1"].value == pytest.approx(8 / 10)
    assert figures["two_found"].value == 0.5
    assert figures["two_where_one"].value == 1


def test_what_is_not_labelled_is_not_scored(tmp_path):
    report = scored(tmp_path, [{}], [SAID])
    assert report.figures == {}
    assert report.coverage == report.reliability == report.classes == []
