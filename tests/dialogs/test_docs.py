"""docs/dialogs.md says what the code does."""

import re
from dataclasses import asdict
from pathlib import Path

import pytest
import yaml

from dialogs.accept import READERS
from dialogs.flow import ACCEPTS, Question
from dialogs.step import ORDER
from nlu.categories import Category

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "dialogs.md").read_text(encoding="utf-8")
HOWTO = (DOCS / "howto" / "add-a-category.md").read_text(encoding="utf-8")


def test_the_order_of_decisions_is_the_one_described() -> None:
    described = re.findall(r"^\| `(\w+\.\w+)` \|", TEXT, re.MULTILINE)
    assert described == [f"{rule.__module__.split('.')[-1]}.{rule.__name__}" for rule in ORDER]


def test_every_reader_of_answers_is_named_and_exists() -> None:
    assert set(READERS) == ACCEPTS
    assert all(f"`{name}`" in TEXT for name in ACCEPTS)


def test_every_key_of_a_question_is_described() -> None:
    keys = set(asdict(Question(slot="x", phrase="y"))) - {"otherwise"} | {"else"}
    assert all(f"`{key}`" in TEXT for key in keys)


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", HOWTO, re.DOTALL))
def test_the_examples_of_the_howto_can_be_read(block: str) -> None:
    rows = yaml.safe_load(re.sub(r"^   ", "", block, flags=re.MULTILINE))
    if isinstance(rows, list):
        assert Category(**rows[0]).slug == "halte_rusak"
    else:
        assert rows["nlu"][0]["intent"] == "report+halte_rusak"
