"""Models on disk: kept with their predecessor, listed, gone back to, pruned."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from nlu import shelf
from nlu.engines.model import ModelError, load


def put(var: Path, model_var: Path, *versions: str) -> None:
    """Several versions of one model, each made current in its turn."""
    for number, version in enumerate(versions):
        model = load(model_var / "models" / shelf.current_version(model_var))
        model.card = replace(model.card, version=version)
        folder = shelf.keep(var, model)
        shelf.point(var, version)
        os.utime(folder, (1_000_000 + number, 1_000_000 + number))


def test_each_model_knows_the_one_before(tmp_path: Path, model_var: Path) -> None:
    put(tmp_path, model_var, "a", "b", "c")
    assert [one.version for one in shelf.listed(tmp_path)] == ["c", "b", "a"]
    assert [one.current for one in shelf.listed(tmp_path)] == [True, False, False]
    assert [one.card.before for one in shelf.listed(tmp_path) if one.card] == ["b", "a", ""]
    put(tmp_path, model_var, "c")  # the same once more: its predecessor stays
    assert shelf.before(tmp_path, "c") == "b"


def test_going_back(tmp_path: Path, model_var: Path) -> None:
    put(tmp_path, model_var, "a", "b", "c")
    assert shelf.roll_back(tmp_path).version == "b"
    assert shelf.current_version(tmp_path) == "b"
    assert shelf.roll_back(tmp_path).version == "a"
    with pytest.raises(ModelError, match=r"no predecessor.*There: c, b, a"):
        shelf.roll_back(tmp_path)
    assert shelf.roll_back(tmp_path, "c").version == "c"
    with pytest.raises(ModelError, match=r"no usable model '\.\./x'"):
        shelf.roll_back(tmp_path, "../x")
    assert shelf.current_version(tmp_path) == "c"


def test_nobody_goes_back_to_a_damaged_model(tmp_path: Path, model_var: Path) -> None:
    put(tmp_path, model_var, "a", "b")
    (tmp_path / "models" / "a" / "model.npz").write_bytes(b"torn")
    with pytest.raises(ModelError, match="no usable model 'a'"):
        shelf.roll_back(tmp_path)
    assert shelf.current_version(tmp_path) == "b"
    damaged = shelf.listed(tmp_path)[1]
    assert (damaged.version, damaged.card) == ("a", None)
    assert "damaged" in damaged.trouble


def test_old_models_go_but_never_the_current_nor_its_predecessor(
    tmp_path: Path, model_var: Path
) -> None:
    put(tmp_path, model_var, *"abcdefg")
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
