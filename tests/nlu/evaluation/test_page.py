"""Curves, the page, and the corpus asked about itself."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import pytest
from PIL import Image

from nlu.baseline import KeywordEngine
from nlu.corpus import Example
from nlu.evaluation import EvaluationError, evaluate, plots, read
from nlu.evaluation.confidence import coverage, reliability
from nlu.evaluation.folds import cross_validate
from nlu.evaluation.page import html

EVIL = "<script>alert(1)</script> & got mampet \ud800"


@pytest.fixture
def texts(tmp_path):
    path = tmp_path / "texts.jsonl"
    lines = [{"text": f"banjir lagi di gang {n}", "label": "banjir"} for n in range(12)]
    lines += [{"text": EVIL, "label": "macet", "id": '"><img src=x>'}]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return read(path)


def picture(raw: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(raw))
    image.load()
    return image


def test_the_page_stands_alone_and_escapes_what_citizens_wrote(texts):
    report = evaluate(KeywordEngine().read, texts)
    page = html(report, texts, title="<b>engine</b>", subtitle="13 texts")
    assert "<script" not in page
    assert "<img src=x" not in page
    assert "<b>engine" not in page
    assert "&lt;script&gt;alert(1)" in page
    (source,) = re.findall(r'src="data:image/png;base64,([^"]+)"', page)
    assert picture(b64decode(source)).format == "PNG"
    assert re.findall(r'(?:src|href)="(?!data:)', page) == []
    page.encode("utf-8")


def test_the_page_of_texts_without_categories_has_no_curves(tmp_path):
    path = tmp_path / "texts.jsonl"
    path.write_text('{"text": "kebakaran", "emergency": true}')
    unlabelled = read(path)
    report = evaluate(KeywordEngine().read, unlabelled)
    assert "emergency_recall" in html(report, unlabelled, title="x", subtitle="y")
    with pytest.raises(EvaluationError, match="label"):
        plots.png(report, "x")


def test_curves_without_matplotlib_name_the_remedy(texts, monkeypatch):
    monkeypatch.setattr(plots, "find_spec", lambda _name: None)
    with pytest.raises(EvaluationError, match=r"kanal-warga\[train"):
        plots.png(evaluate(KeywordEngine().read, texts), "x")


def test_a_curve_has_two_halves_and_something_on_both(texts):
    image = picture(plots.png(evaluate(KeywordEngine().read, texts), "a title with $ and _"))
    width, height = image.size
    for half in ((0, 0, width // 2, height), (width // 2, 0, width, height)):
        colours = image.convert("RGB").crop(half).getcolors(maxcolors=1 << 20) or []
        assert (31, 95, 168) in {colour for _, colour in colours}


def test_coverage_and_reliability_by_hand():
    confidence = [0.9, 0.9, 0.6, 0.3]
    rows = coverage(confidence, [True, True, False, False])
    by_threshold = {row.threshold: row for row in rows}
    assert (by_threshold[0.5].coverage, by_threshold[0.5].accuracy.value) == (0.75, 2 / 3)
    assert by_threshold[0.9].accuracy.value == 1
    assert max(by_threshold) == 0.9
    assert [one.confidence for one in reliability(confidence, [True] * 4)] == [0.3, 0.6, 0.9, 0.9]


def test_the_corpus_is_asked_about_itself(monkeypatch):
    words = {"banjir": "air naik terus", "macet": "mobil tidak jalan", "sampah": "bau busuk sekali"}
    examples = [
        Example(
            text=f"{words[slug]} nomor {chr(97 + n)}",
            intent="report",
            categories=(slug,),
            entities=(),
            source=f"{slug}.yml:{n + 4}",
        )
        for slug in words
        for n in range(12)
    ]
    told = []
    report = cross_validate(examples, folds=3, tell=lambda what, at: told.append((what, at)))
    assert report.figures["accuracy"].n == 36
    assert report.figures["accuracy"].value > 0.9
    assert {row.name: row.n for row in report.classes} == dict.fromkeys(words, 12)
    assert told[-1] == ("scoring", 1.0)


def test_evaluating_without_curves_loads_no_drawing_library():
    script = (
        "import sys; import gateway.cli.nlu; from nlu.baseline import KeywordEngine;"
        "from nlu.evaluation import Labelled, evaluate;"
        "evaluate(KeywordEngine().read, [Labelled(id='1', text='macet', label='macet',"
        " labels=('macet',), intent=None)]);"
        "print(sorted({'matplotlib', 'sklearn', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
