"""A model is trained anew when there is none, when it is damaged, and when the corpus is newer."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from gateway.settings import Settings
from gateway.understanding import needs_training


def test_when_a_model_is_trained(tmp_path: Path, model_var: Path) -> None:
    settings = Settings(var=tmp_path)
    assert needs_training(settings)
    shutil.copytree(model_var / "models", tmp_path / "models")
    pointer = tmp_path / "models" / "current"
    pointer.touch()
    assert not needs_training(settings)
    os.utime(pointer, (0, 0))  # older than every file of the corpus
    assert needs_training(settings)
    pointer.touch()
    weights = next((tmp_path / "models").glob("*/model.npz"))
    weights.write_bytes(weights.read_bytes()[:-100])
    assert needs_training(settings)
