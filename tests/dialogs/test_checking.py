"""`kanal flows check` finds what a citizen would stumble over; `kanal flows draw` is up to date."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dialogs import checking, drawing
from dialogs.flow import Question, flow
from nlu.categories import Category, categories

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "images" / "flows" / "file_complaint.svg"
FLOW = flow("file_complaint")
PLATE, DEPTH = FLOW.extras["plate"], FLOW.extras["depth_cm"]
ROW = Category(
    slug="x", name={"id": "X", "en": "X"}, agency=("pln",), radius_m=1, days=1, ask=("plate",)
)
SAID = {locale: {"agency_pln": {"say": "PLN"}} for locale in ("id", "en")}


def test_nothing_is_wrong_with_what_is_shipped() -> None:
    assert checking.problems() == []


def test_the_picture_is_what_the_flow_says_now() -> None:
    drawn = drawing.svg(FLOW, categories().values())
    assert PICTURE.read_text(encoding="utf-8") == drawn, "run: kanal flows draw"
    assert drawn == drawing.svg(FLOW, categories().values())


def test_the_picture_holds_every_question_and_no_foreign_thing() -> None:
    words = set(re.findall(r"<text[^>]*>([^<]*)</text>", PICTURE.read_text(encoding="utf-8")))
    slots = {one.slot for one in FLOW.ask if one.slot != "extras"} | set(FLOW.extras)
    assert slots <= words
    assert "href" not in PICTURE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"extras": {**FLOW.extras, "lamp": replace(PLATE, slot="lamp")}}, "leads to `lamp`"),
        ({"ask": (*FLOW.ask, FLOW.ask[0])}, "`text` stands there twice"),
        ({"ask": tuple(one for one in FLOW.ask if one.slot != "extras")}, "{slot: extras}"),
        ({"ask": (*FLOW.ask, Question(slot="y", phrase="ask_text"))}, "`y` accepts no answer"),
        (
            {
                "extras": {
                    "plate": replace(FLOW.extras["depth_cm"], slot="plate", accept=("words",))
                }
            },
            "has choices and does not accept `choice`",
        ),
        ({"most_questions": 0}, "nothing is ever asked"),
    ],
)
def test_a_step_that_cannot_be_reached_or_answered_is_named(changed, complaint) -> None:
    found = list(checking.steps(replace(FLOW, **changed), "x.yml", [*categories().values(), ROW]))
    assert [one for one in found if complaint in one], found


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (replace(ROW, ask=("plaet",)), "x.ask: `plaet` has no row under `extras`"),
        (replace(ROW, agency=("nobody",)), "id.yml: phrase `agency_nobody` is missing"),
        (replace(ROW, hint="unsaid"), "en.yml: phrase `unsaid` is missing"),
        (replace(ROW, name={"id": "X"}), "x.name: no `en`"),
    ],
)
def test_a_category_that_leads_nowhere_is_named(row, complaint) -> None:
    found = list(checking.of_categories(FLOW, [row], SAID))
    assert [one for one in found if complaint in one], found


@pytest.mark.parametrize(
    ("english", "complaint"),
    [
        ({}, "dialogs/phrases/en.yml: phrase `hello` is missing"),
        ({"hello": {"say": "Hello {name}"}}, "`hello` differs in variants or placeholders"),
        ({"hello": {"say": "Hello", "pin": "Hi"}}, "`hello` differs in variants or placeholders"),
    ],
)
def test_a_phrase_that_one_language_lacks_is_named(english, complaint) -> None:
    found = list(checking.languages({"id": {"hello": {"say": "Halo"}}, "en": english}))
    assert [one for one in found if complaint in one], found


PLAYED = """
from dialogs import checking
from dialogs.rehearsal import run
from dialogs.transcript import parse, write
from nlu.understanding import Candidate, Understanding

def read(texts):
    return [Understanding(intent="report", intent_confidence=0.9, category="pohon", confidence=0.9,
        candidates=(Candidate(category="pohon", confidence=0.9),), categories=("pohon",),
        entities=(), place=None, places=(), language="id", emergency=False, engine="on paper")
        for _ in texts]

assert checking.problems() == [], checking.problems()
rows = parse('''channel buttons=3 location=yes
citizen pohon mau tumbang
citizen [pin -6.2615,106.8106]
citizen 7
citizen lewati
''')
print(write(run(rows, read)))
"""


def test_a_newcomer_adds_a_question_with_yaml_alone(tmp_path: Path) -> None:
    for room in ("dialogs", "nlu"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    edits = {
        "dialogs/flows/file_complaint.yml": "  - {slot: trees, phrase: ask_trees, accept: [words]}",
        "dialogs/phrases/id.yml": 'ask_trees: "Berapa pohon?"\ndetail_trees: "Pohon: {value}"',
        "dialogs/phrases/en.yml": 'ask_trees: "How many trees?"\ndetail_trees: "Trees: {value}"',
    }
    for name, added in edits.items():
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write(f"\n{added}\n")
    rows = tmp_path / "nlu" / "categories.yml"
    text = rows.read_text(encoding="utf-8").replace(
        "agency: [distamhut], radius_m: 60,", "agency: [distamhut], radius_m: 60, ask: [trees],"
    )
    rows.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PLAYED], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Berapa pohon?" in done.stdout
    assert "Pohon: 7" in done.stdout
