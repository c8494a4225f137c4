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

from gateway.cli import scaffold
from gateway.cli.channels import app as channels_app
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
    outcome = run.invoke(channels_app, ["new", name, "--into", str(house / "channels")])
    assert outcome.exit_code == 0, outcome.output
    assert f"channels/{name}/adapter.py" in outcome.output
    return house / "channels" / name


def suite(house: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the suite over the channels of `house`."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "tests/conformance", "-q", *options],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.once
def test_a_new_channel_passes_the_suite(house: Path) -> None:
    laid(house, "line")

    outcome = suite(house, "-k", "line", "-vv")

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "test_parses_as_documented[line-text] PASSED" in outcome.stdout


BREAKS = {  # channel: (file, what stands there, what takes its place, the test that must notice)
    "silent": ("README.md", "`token_env`", "a setting", "test_readme_documents_every_setting"),
    "loose": ("adapter.py", 'extra="forbid"', 'extra="ignore"',
        "test_settings_refuse_what_they_do_not_know"),
    "chatty": ("adapter.py", "secret_env", "secret",
        "test_settings_hold_names_of_secrets_and_no_secrets"),
    "gullible": ("adapter.py", "return hmac.compare_digest(given, expected) and bool(secret)",
        "return True", "test_a_wrong_or_missing_signature_is_refused"),
    "keyless": ("adapter.py", "(given, expected) and bool(secret)", "(given, expected) or True",
        "test_without_a_secret_nothing_is_believed"),
    "brittle": ("payload.py", 'rest.get("photos")', 'rest["photos"]', "test_parses_as_documented"),
    "trusting": ("payload.py", "parse_int=_whole_number, ", "",
        "test_json_with_strange_values_does_not_raise"),
    "untidy": ("payload.py", 'tidy(_words(rest, "text"))', '_words(rest, "text")',
        "test_json_with_strange_values_does_not_raise"),
    "endless": ("payload.py", "cut(message.text, CAPS)", "[message.text]",
        "test_long_text_is_cut_to_the_limit"),
    "hasty": ("payload.py", "datetime.fromtimestamp(at, UTC)", "datetime.now(UTC)",
        "test_payload_reaches_for_nothing"),
    "nosy": ("payload.py", "def _words(", "def _peek() -> None:\n    import store\n\n\ndef _words(",
        "test_channel_is_a_stranger_to_other_channels_and_rooms"),
    "boastful": ("quality.yml", "::test_parse_is_pure", "::test_parse_is_perfect",
        "test_answer_has_its_proof"),
}  # fmt: skip


@pytest.mark.once
def test_the_suite_notices_what_it_is_there_for(house: Path) -> None:
    for name, (file, there, instead, _) in BREAKS.items():
        path = laid(house, name) / file
        text = path.read_text()
        assert there in text, (name, file)
        path.write_text(text.replace(there, instead))

    said = suite(house, "-k", "not random_bytes and not spliced").stdout.splitlines()
    failed = [line for line in said if line.startswith(("FAILED", "ERROR"))]

    missed = [
        (name, test)
        for name, (*_, test) in BREAKS.items()
        if not any(f"::{test}[" in line and name in line for line in failed)
    ]
    assert missed == []
    assert not any("_template" in line for line in failed)


def test_nothing_of_the_template_is_left_in_it(house: Path) -> None:
    folder = laid(house, "radio_warga")
    words = "\n".join(file.read_text() for file in folder.rglob("*") if file.is_file())

    assert "template" not in words.lower()
    assert "KANAL_RADIO_WARGA_TOKEN" in words
    assert 'NAME = "radio_warga"' in words


@pytest.mark.parametrize("name", ["", "L", "Line", "1line", "line-app", "class", "_line", "a/b"])
def test_a_name_that_is_none_is_refused(house: Path, name: str) -> None:
    before = sorted((house / "channels").iterdir())
    outcome = run.invoke(channels_app, ["new", "--into", str(house / "channels"), "--", name])

    assert outcome.exit_code == 2
    assert "cannot name a channel" in outcome.output
    assert sorted((house / "channels").iterdir()) == before


@pytest.mark.parametrize("name", ["line", "message"])
def test_nothing_is_overwritten(house: Path, name: str) -> None:
    laid(house, "line")
    outcome = run.invoke(channels_app, ["new", name, "--into", str(house / "channels")])

    assert outcome.exit_code == 2
    assert "is there already" in outcome.output


def test_the_template_is_no_channel_to_switch_on() -> None:
    """Its name begins with an underscore, which the gateway's list of channels leaves out."""
    assert importlib.util.find_spec("channels._template.adapter") is not None
    with pytest.raises(typer.BadParameter):
        scaffold._check("_template", ROOM / "nowhere")
