"""Models on disk: kept with their predecessor, listed, gone back to, pruned."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from nlu import shelf
from nlu.corpus import INTENTS
from nlu.engines.joint import CATEGORIES
from nlu.engines.model import Card, Model, ModelError

CARD = {
    "examples": 1,
    "sharpness": (1.0, 1.0),
    "accept": 0.5,
    "ask": 0.2,
    "danger_from": 0.0,
    "scores": {},
}


def put(var: Path, *versions: str) -> None:
    """Several versions of a model that knows ten features, each made current in its turn."""
    heads = len(INTENTS) + len(CATEGORIES)
    for number, version in enumerate(versions):
        model = Model.rounded(
            Card(version=version, before=shelf.current_version(var), **CARD),
            used=np.arange(10, dtype=np.int32),
            weight=np.zeros((10, heads), dtype=np.float32),
            scale=np.ones(10, dtype=np.float32),
            bias=np.zeros(heads, dtype=np.float32),
        )
        folder = shelf.keep(var, model)
        shelf.point(var, version)
        os.utime(folder, (1_000_000 + number, 1_000_000 + number))


def test_each_model_knows_the_one_before(tmp_path: Path) -> None:
    put(tmp_path, "a", "b", "c")
    assert [one.version for one in shelf.listed(tmp_path)] == ["c", "b", "a"]
    assert [one.current for one in shelf.listed(tmp_path)] == [True, False, False]
    assert [one.card.before for one in shelf.listed(tmp_path) if one.card] == ["b", "a", ""]
    put(tmp_path, "c")  # the same once more: its predecessor stays
    assert shelf.before(tmp_path, "c") == "b"


def test_going_back(tmp_path: Path) -> None:
    put(tmp_path, "a", "b", "c")
    assert shelf.roll_back(tmp_path).version == "b"
    assert shelf.current_version(tmp_path) == "b"
    assert shelf.roll_back(tmp_path).version == "a"
    with pytest.raises(ModelError, match=r"no predecessor.*There: c, b, a"):
        shelf.roll_back(tmp_path)
    assert shelf.roll_back(tmp_path, "c").version == "c"
    with pytest.raises(ModelError, match=r"no usable model '\.\./x'"):
        shelf.roll_back(tmp_path, "../x")
    assert shelf.current_version(tmp_path) == "c"


def test_nobody_goes_back_to_a_damaged_model(tmp_path: Path) -> None:
    put(tmp_path, "a", "b")
    (tmp_path / "models" / "a" / "model.npz").write_bytes(b"torn")
    with pytest.raises(ModelError, match="no usable model 'a'"):
        shelf.roll_back(tmp_path)
    assert shelf.current_version(tmp_path) == "b"
    damaged = shelf.listed(tmp_path)[1]
    assert (damaged.version, damaged.card) == ("a", None)
    assert "damaged" in damaged.trouble


def test_old_models_go_but_never_the_current_nor_its_predecessor(tmp_path: Path) -> None:
    put(tmp_path, *"abcdefg")
    shelf.roll_back(tmp_path, "b")  # an old one, whose predecessor is older still
    assert shelf.prune(tmp_path, 4) == ["e", "d", "c"]
    assert [one.version for one in shelf.listed(tmp_path)] == ["g", "f", "b", "a"]
    assert shelf.prune(tmp_path, 1) == ["g", "f"]
    assert shelf.roll_back(tmp_path).version == "a"


def test_an_empty_house(tmp_path: Path) -> None:
    assert shelf.listed(tmp_path) == []
    assert shelf.current_version(tmp_path) == ""
    assert shelf.prune(tmp_path) == []
    with pytest.raises(ModelError, match="There: none"):
        shelf.roll_back(tmp_path)
