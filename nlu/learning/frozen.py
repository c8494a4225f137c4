"""The frozen test set: texts that no model is ever taught, and every candidate must read."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

from nlu import evaluation
from nlu.learning.correction import plain_of
from nlu.learning.verdict import Question


def read(folder: Path | None = None) -> list[Question]:
    """The questions of every *.jsonl in `folder` (default: nlu/frozen, which ships with us).

    Raises: EvaluationError, with file, line and remedy; also where the folder holds none.
    """
    if folder is None:
        with as_file(files("nlu") / "frozen") as shipped:
            return read(shipped)
    paths = sorted(folder.glob("*.jsonl"))
    if not paths:
        raise evaluation.EvaluationError(
            f"no *.jsonl in {folder}: nlu.frozen names the folder of the frozen test set"
        )
    return [
        Question(plain=plain_of(text.text), category=text.label, intent=text.intent)
        for path in paths
        for text in evaluation.read(path)
        if text.label or text.intent
    ]
