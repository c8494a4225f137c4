"""`kanal chat`: the whole gateway at a keyboard, and what it records plays as a test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from dialogs.rehearsal import run
from dialogs.transcript import differences, parse

ROOT = Path(__file__).resolve().parents[2]
TALK = "lampu jalan mati sudah seminggu, gelap sekali\n[pin -6.1957,106.8322]\nlewati\nya\n"


def test_a_talk_files_a_complaint_and_its_record_plays(
    tmp_path: Path, model_var: Path, engine
) -> None:
    shutil.copytree(model_var / "models", tmp_path / "var" / "models")
    record = tmp_path / "talk.chat"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from gateway.cli import main; main()",
            "chat",
            "--record",
            str(record),
        ],
        input=TALK,
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "KANAL_VAR": str(tmp_path / "var")},
    )
    assert "JKT-" in done.stdout
    rows = parse(record.read_text(encoding="utf-8"))
    assert ("filed", "lampu_jalan") in [(row.who, row.words.split()[0]) for row in rows]
    assert differences(rows, run(rows, engine.read)) == []
