"""A channel's claims name the tests that prove them."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conformance.folders import REPOSITORY, Folder, folders
from tests.conformance.quality import RULES

each_folder = pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
PROOF = {"done": "test", "todo": "issue", "exempt": "reason"}


def answers(folder: Folder) -> dict[str, dict[str, Any]]:
    written: dict[str, dict[str, Any]] = yaml.safe_load((folder.path / "quality.yml").read_text())
    return written


@each_folder
def test_every_rule_is_answered(folder: Folder) -> None:
    assert set(answers(folder)) == set(RULES)


@each_folder
@pytest.mark.parametrize("rule", RULES)
def test_answer_has_its_proof(folder: Folder, rule: str) -> None:
    answer = answers(folder)[rule]
    proof = PROOF[answer["status"]]

    assert set(answer) == {"status", proof}
    assert answer[proof]
    if proof == "test":
        tests = answer["test"] if isinstance(answer["test"], list) else [answer["test"]]
        assert [test for test in tests if not exists(test)] == []


def test_guide_names_every_rule() -> None:
    guide = REPOSITORY / "docs" / "howto" / "add-a-channel.md"

    assert [rule for rule in RULES if f"`{rule}`" not in guide.read_text()] == []


def exists(test: str) -> bool:
    """Tell whether "tests/path.py::name" names a test function of that file."""
    file, _, name = test.partition("::")
    path: Path = REPOSITORY / file
    if not path.is_file():
        return False
    tree = ast.parse(path.read_text())
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return any(isinstance(node, functions) and node.name == name for node in ast.walk(tree))
