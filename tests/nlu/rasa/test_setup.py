"""Setting Rasa up: which Python, which lock, which corpus, which command."""

from __future__ import annotations

import re
import sys
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from nlu.corpus import read
from nlu.rasa import environment, training

ROOT = Path(__file__).resolve().parents[3]
LOCK = ROOT / "requirements" / "rasa.txt"
CORPUS = ROOT / "nlu" / "corpus"


def test_without_python_310_the_remedy_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYTHON310", str(tmp_path / "none"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(environment.RasaMissingError, match="set PYTHON310="):
        environment.python()


def test_another_version_is_not_taken_for_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    right = tmp_path / "versions" / "3.10.99" / "bin" / "python"
    right.parent.mkdir(parents=True)
    right.write_text("#!/bin/sh\nexit 0\n")
    right.chmod(0o755)
    monkeypatch.setenv("PYTHON310", sys.executable)  # 3.11 or newer
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    assert environment.python() == str(right)


def test_the_lock_has_hashes_and_no_addresses() -> None:
    text = LOCK.read_text()
    pinned = re.findall(
        r"^([\w.-]+)(?:\[[\w,-]+\])?==\S+ \\\n    --hash=sha256:", text, re.MULTILINE
    )
    assert "rasa" in pinned
    assert len(pinned) == len(re.findall(r"^[A-Za-z]", text, re.MULTILINE))
    assert "://" not in text


def test_without_a_lock_or_an_environment_the_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(environment.RasaMissingError, match="make rasa-env"):
        environment.make(tmp_path / "venv", tmp_path / "none.txt")
    with pytest.raises(environment.RasaMissingError, match="make rasa-env"):
        training.train(tmp_path, environment=tmp_path / "venv")


def test_the_token_is_not_in_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KANAL_RASA_TOKEN", "invented-secret")
    model = tmp_path / "nlu.tar.gz"
    model.touch()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "rasa").touch()

    command, environ = training.serve_command(model, 5005, tmp_path)

    assert command[-7:-2] == ["--enable-api", "-i", "127.0.0.1", "-p", "5005"]
    assert "invented-secret" not in " ".join(command)
    assert environ["KANAL_RASA_TOKEN"] == "invented-secret"
    assert environ["RASA_TELEMETRY_ENABLED"] == "false"
    with pytest.raises(environment.RasaMissingError, match="make rasa"):
        training.serve_command(tmp_path / "none.tar.gz", 5005, tmp_path)


def test_a_short_corpus_has_every_label_and_few_examples(tmp_path: Path) -> None:
    whole, short = read(CORPUS), read(training.shortened(CORPUS, tmp_path, 4))
    labels = {(one.intent, one.categories) for one in whole}
    assert {(one.intent, one.categories) for one in short} == labels
    assert len(short) <= 4 * len(labels)
    assert {one.text for one in short} <= {one.text for one in whole}


def test_the_pipeline_is_rasas_and_of_our_language() -> None:
    config = yaml.safe_load((files("nlu") / "rasa" / "config.yml").read_text(encoding="utf-8"))
    names = [component["name"] for component in config["pipeline"]]
    assert config["language"] == "id"
    assert names[0] == "WhitespaceTokenizer"
    assert names[-1] == "DIETClassifier"
