"""The wheel carries all that runs: installed elsewhere, it works without the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from gateway import __version__

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT],
        check=True,
        capture_output=True,
    )
    return next(out.glob("*.whl"))


@pytest.mark.parametrize(
    "carried",
    [
        "dialogs/phrases/id.yml",
        "dialogs/phrases/en.yml",
        "dialogs/flows/",
        "nlu/categories.yml",
        "nlu/corpus/report/banjir.yml",
        "nlu/places/",
        "nlu/frozen/categories.jsonl",
        "store/migrations/versions/r0001_first_tables.py",
        "store/migrations/script.py.mako",
        "channels/webchat/static/",
        "console/answer/agencies.yml",
        "console/answer/templates/id.yml",
        "channels/card/pages/form.html",
        "channels/card/static/map.js",
        "channels/static/city.json",
        "channels/_template/",
        "console/templates/base.html",
        "console/words/id/common.yml",
        "console/static/console.css",
    ],
)
def test_the_wheel_carries(wheel: Path, carried: str) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.startswith(carried) for name in names)


def test_the_wheel_leaves_tests_and_var_at_home(wheel: Path) -> None:
    roots = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    dist = f"kanal_warga-{__version__}.dist-info"
    assert roots == {"gateway", "console", "channels", "nlu", "dialogs", "store", dist}


def test_installed_elsewhere_it_understands(wheel: Path, model_var: Path, tmp_path: Path) -> None:
    """An empty environment; the dependencies are lent to it, the checkout is not."""
    home = tmp_path / "elsewhere"
    venv.create(home / "venv", with_pip=True)
    python = home / "venv" / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel], check=True
    )
    shutil.copytree(model_var / "models", home / "var" / "models")
    (home / "config.yml").write_text("schema_version: 1\nchannels: {webchat: }\n")
    lent = sysconfig.get_paths()["purelib"]  # by PYTHONPATH: its .pth files are not obeyed
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": lent, "KANAL_VAR": str(home / "var")}

    def kanal(*arguments: str) -> str:
        done = subprocess.run(
            [home / "venv" / "bin" / "kanal", *arguments],
            cwd=home,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    assert kanal("--version") == f"kanal {__version__}\n"
    kanal("migrate")
    assert (home / "var" / "kanal.db").exists()
    assert "lampu_jalan" in kanal("nlu", "parse", "lampu jalan mati di Tebet")
    where = subprocess.run(
        [python, "-c", "import gateway; print(gateway.__file__)"],
        cwd=home,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert str(home) in where.stdout
