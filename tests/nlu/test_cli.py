from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import nlu
from gateway.cli.nlu import PLACE_FIELDS, app
from nlu import corpus
from tests.small_kanal import small

KEYS = {
    "id",
    "intent",
    "intent_confidence",
    "category",
    "confidence",
    "candidates",
    "entities",
    "place",
    "language",
}
HEAD = Path(str(nlu.__file__)).parent / "frozen" / "categories.jsonl"


@pytest.fixture(autouse=True)
def _of_a_var(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KANAL_VAR", str(var))


def run(*args: str, said: bytes | str = "") -> Any:
    return CliRunner().invoke(app, list(args), input=said)


def test_a_text_is_read_as_json() -> None:
    done = run("parse", "banjir selutut depan SDN 03 Menteng")
    assert done.exit_code == 0
    reading = json.loads(done.stdout)
    assert reading.keys() >= KEYS
    assert reading["category"] == "banjir"
    assert set(reading["candidates"][0]) == {"category", "confidence"}
    assert reading["place"] is None or set(reading["place"]) == set(PLACE_FIELDS)
    depth = [entity for entity in reading["entities"] if entity["entity"] == "depth_cm"]
    assert depth == [{"entity": "depth_cm", "value": [35, 55], "start": 7, "end": 14}]


def test_a_name_that_may_mean_several_places_and_one_beyond_the_city_are_told() -> None:
    lines = ["macet di Cipete", "banjir di Depok", "banjir di Klender"]
    rows = "".join(json.dumps({"text": text}) + "\n" for text in lines)
    done = run("parse", "--jsonl", said=rows)
    several, beyond, one = [json.loads(line) for line in done.stdout.splitlines()]
    assert several["place"] is None
    assert [place["kelurahan"] for place in several["places"]] == ["Cipete Utara", "Cipete Selatan"]
    assert set(several["places"][0]) == set(PLACE_FIELDS)
    assert (beyond["place"], beyond["outside"], beyond["outside_name"]) == (None, True, "Depok")
    assert (one["places"], one["outside"], one["outside_name"]) == ([], False, "")
    assert json.loads(run("parse", "macet di Cipete").stdout)["places"] == several["places"]


def test_lines_are_answered_in_order_and_bad_ones_lose_nothing() -> None:
    lines = [
        b'{"id": "a", "text": "sampah menumpuk"}',
        b"{",
        b"",
        b'{"id": "b", "text": 7}',
        b"\xff\xfe",
        b'["text"]',
        b'{"text": "\\ud800 macet total \\u0000"}',
    ]
    done = run("parse", "--jsonl", said=b"\n".join(lines))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 1
    assert [answer.get("category") for answer in answers] == [
        "sampah", None, None, None, None, "macet",
    ]  # fmt: skip
    assert [answer["id"] for answer in answers] == ["a", None, "b", None, None, None]
    assert ["error" in answer for answer in answers] == [False, True, True, True, True, False]


def test_good_lines_end_well() -> None:
    done = run("parse", "--jsonl", said='{"id": 1, "text": "macet"}\n')
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == 1


def test_a_line_is_answered_before_the_next_one_comes() -> None:
    script = "from gateway.cli.nlu import app; app()"
    with subprocess.Popen(
        [sys.executable, "-c", script, "parse", "--jsonl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=dict(os.environ),
    ) as child:
        assert child.stdin
        assert child.stdout
        for number in range(2):
            child.stdin.write(json.dumps({"id": number, "text": "got mampet"}).encode() + b"\n")
            child.stdin.flush()
            assert json.loads(child.stdout.readline())["id"] == number
        child.stdin.close()
        assert child.wait(timeout=20) == 0


def test_text_and_jsonl_exclude_each_other() -> None:
    assert run("parse").exit_code == 2
    assert run("parse", "x", "--jsonl").exit_code == 2


def test_evaluation_as_a_table_and_as_json() -> None:
    table = run("evaluate", str(HEAD))
    assert table.exit_code == 0
    assert "macro_f1" in table.stdout
    scored = json.loads(run("evaluate", str(HEAD), "--format", "json").stdout)
    assert scored["figures"]["accuracy"]["n"] > 400
    assert scored["engine"].startswith("embedded ")
    plain = json.loads(
        run("evaluate", str(HEAD), "--format", "json", "--engine", "keywords").stdout
    )
    assert plain["engine"].startswith("keywords ")
    assert run("evaluate", str(HEAD), "--engine", "magic").exit_code == 2


def test_evaluation_as_a_page_and_as_curves(tmp_path: Path) -> None:
    page, curves = tmp_path / "report.html", tmp_path / "curves.png"
    texts = [HEAD, Path(__file__).parent / "texts" / "emergency.jsonl"]
    done = run("evaluate", *map(str, texts), "--html", str(page), "--png", str(curves))
    assert done.exit_code == 0
    assert "emergency_recall" in done.stdout
    assert "categories.jsonl, emergency.jsonl" in page.read_text(encoding="utf-8")
    assert curves.read_bytes().startswith(b"\x89PNG")


def test_cross_validation_says_which_classes_are_weak(monkeypatch: pytest.MonkeyPatch) -> None:
    few = [one for one in corpus.read() if one.categories[:1] in (("banjir",), ("macet",))]
    few += [one for one in corpus.read() if one.intent == "greet"]
    monkeypatch.setattr("nlu.corpus.read", lambda: few)
    done = run("cross-validate", "--folds", "2", "--format", "json")
    assert done.exit_code == 0
    scored = json.loads(done.stdout)
    assert {row["name"] for row in scored["classes"]} == {"banjir", "macet"}
    assert scored["figures"]["accuracy"]["value"] > 0.8
    assert scored["wrong"] == [] or scored["wrong"][0]["id"].partition(":")[0].endswith(".yml")
    assert run("cross-validate", "--folds", "1").exit_code == 2


def test_cross_validation_names_a_mistake_in_the_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise corpus.CorpusError("banjir.yml:7: an example is one line that begins with `- `")

    monkeypatch.setattr("nlu.corpus.read", broken)
    done = run("cross-validate")
    assert done.exit_code == 2
    assert "banjir.yml:7" in done.output


def test_a_file_with_a_mistake_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text("nonsense\n")
    done = run("evaluate", str(path))
    assert done.exit_code == 2
    assert "texts.jsonl:1" in done.output


def test_a_model_is_trained_when_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nlu.training.read", small)
    done = run("parse", "--var", str(tmp_path), "macet")
    assert done.exit_code == 0
    assert "training one" in done.output
    assert (tmp_path / "models" / "current").exists()


def test_training_says_what_it_reached(monkeypatch: pytest.MonkeyPatch, var: Path) -> None:
    folder = var / "models" / (var / "models" / "current").read_text().strip()
    monkeypatch.setattr(
        "nlu.training.train", lambda _var, *, progress, **_: progress("", 1.0) or folder
    )
    done = run("train")
    assert done.exit_code == 0
    assert "category_accuracy (held-out examples)" in done.stdout
