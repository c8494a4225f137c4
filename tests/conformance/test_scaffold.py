"""`make channel name=line` lays a folder that passes this suite at once."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from gateway.cli import channel
from tests.conformance.folders import REPOSITORY, ROOM

run = CliRunner()


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of what the suite needs, without any channel but the template."""
    (tmp_path / "channels").mkdir()
    for file in ROOM.glob("*.py"):
        shutil.copy(file, tmp_path / "channels")
    shutil.copytree(ROOM / "_template", tmp_path / "channels" / "_template")
    here = Path("tests") / "conformance"
    not_this = shutil.ignore_patterns("__pycache__", Path(__file__).name)
    shutil.copytree(REPOSITORY / here, tmp_path / here, ignore=not_this)
    (tmp_path / "docs" / "howto").mkdir(parents=True)
    shutil.copy(REPOSITORY / "docs" / "howto" / "add-a-channel.md", tmp_path / "docs" / "howto")
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


def laid(house: Path, name: str) -> Path:
    outcome = run.invoke(channel.app, ["new", name, "--into", str(house / "channels")])
    assert outcome.exit_code == 0, outcome.output
    assert f"channels/{name}/adapter.py" in outcome.output
    return house / "channels" / name


def test_a_new_channel_passes_the_suite(house: Path) -> None:
    laid(house, "line")

    suite = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/conformance", "-q", "-k", "line"],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert suite.returncode == 0, suite.stdout + suite.stderr
    assert "line-text" in subprocess_ids(house)


def subprocess_ids(house: Path) -> str:
    """The names of the tests that the suite makes for the folders of `house`."""
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/conformance", "-q", "--collect-only"],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return listed.stdout


def test_nothing_of_the_template_is_left_in_it(house: Path) -> None:
    folder = laid(house, "radio_warga")
    words = "\n".join(file.read_text() for file in folder.rglob("*") if file.is_file())

    assert "template" not in words.lower()
    assert "KANAL_RADIO_WARGA_TOKEN" in words
    assert 'NAME = "radio_warga"' in words


@pytest.mark.parametrize("name", ["", "L", "Line", "1line", "line-app", "class", "_line", "a/b"])
def test_a_name_that_is_none_is_refused(house: Path, name: str) -> None:
    before = sorted((house / "channels").iterdir())
    outcome = run.invoke(channel.app, ["new", "--into", str(house / "channels"), "--", name])

    assert outcome.exit_code == 2
    assert "cannot name a channel" in outcome.output
    assert sorted((house / "channels").iterdir()) == before


@pytest.mark.parametrize("name", ["line", "message"])
def test_nothing_is_overwritten(house: Path, name: str) -> None:
    laid(house, "line")
    outcome = run.invoke(channel.app, ["new", name, "--into", str(house / "channels")])

    assert outcome.exit_code == 2
    assert "is there already" in outcome.output


def test_the_template_is_no_channel_to_switch_on() -> None:
    """Its name begins with an underscore, which the gateway's list of channels leaves out."""
    assert importlib.util.find_spec("channels._template.adapter") is not None
    with pytest.raises(typer.BadParameter):
        channel._check("_template", ROOM / "nowhere")
