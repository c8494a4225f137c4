from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nlu.engines.embedded import EmbeddedEngine
from nlu.engines.model import Model, ModelError, load

MOST_BYTES = 15_000_000


@pytest.fixture
def copy(var: Path, tmp_path: Path) -> Path:
    """A models folder of one's own, and the current model in it."""
    shutil.copytree(var / "models", tmp_path / "models")
    return tmp_path / "models" / (tmp_path / "models" / "current").read_text().strip()


_LOADED = """
import json, sys
opened = []
sys.addaudithook(lambda event, given: event == "open" and opened.append(str(given[0])))
from pathlib import Path
from nlu.engines.embedded import EmbeddedEngine
del opened[:]
engine = EmbeddedEngine.load(Path(sys.argv[1]))
loaded = opened[:]
engine.read(["Banjir 30 cm di Menteng, sudah 3 hari"])
print(json.dumps({"load": loaded, "read": opened[len(loaded):], "modules": list(sys.modules)}))
"""


def test_loading_reads_the_model_and_the_first_text_the_tables(var: Path) -> None:
    """Neither corpus nor training, and no library that takes longer to import than all of it."""
    command = [sys.executable, "-c", _LOADED, str(var / "models")]
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    names = [Path(path).name for path in told["load"] if not path.endswith((".py", ".pyc"))]
    assert names == ["current", "model.json", "model.npz"]
    kinds = {Path(path).suffix for path in told["read"]}
    assert kinds <= {".yml", ".csv", ".py", ".pyc"}, told["read"]
    assert not [path for path in told["read"] if "corpus" in path or "frozen" in path]
    heavy = {"sklearn", "scipy", "matplotlib", "shapely", "sqlalchemy", "pydantic", "nlu.training"}
    assert heavy.isdisjoint(told["modules"])


def test_a_model_is_small(copy: Path) -> None:
    assert sum(path.stat().st_size for path in copy.iterdir()) < MOST_BYTES


def test_a_weight_loses_less_than_half_a_unit_of_its_row(copy: Path) -> None:
    fitted = np.random.default_rng(1708).normal(size=(500, 50)).astype(np.float32)
    fitted[7] = 0
    scale = np.linspace(1, 9, 500, dtype=np.float32)
    bias = np.zeros(50, dtype=np.float32)
    used = np.arange(500, dtype=np.int32)
    model = Model.rounded(load(copy).card, used=used, weight=fitted, scale=scale, bias=bias)
    exact = fitted * scale[:, None]
    served = model._table.parts(used)[:, :-1]
    most = np.abs(exact).max(axis=1, keepdims=True)
    assert (np.abs(served - exact) <= most / 127 * 0.5001).all()


def test_arrays_that_were_changed_are_refused(copy: Path) -> None:
    raw = bytearray((copy / "model.npz").read_bytes())
    raw[len(raw) // 2] ^= 1
    (copy / "model.npz").write_bytes(raw)
    with pytest.raises(ModelError, match=r"damaged.*kanal nlu train"):
        load(copy)


def test_half_a_file_is_refused(copy: Path) -> None:
    text = (copy / "model.json").read_text()
    (copy / "model.json").write_text(text[: len(text) // 2])
    with pytest.raises(ModelError, match=r"damaged.*kanal nlu train"):
        load(copy)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("format", 99, "format 99"),
        ("intents", ["report"], "other intents"),
        ("categories", ["macet"], "other categories"),
        ("card", {"version": "x"}, "damaged"),
    ],
)
def test_another_kind_of_model_is_refused(copy: Path, key: str, value: object, says: str) -> None:
    document = json.loads((copy / "model.json").read_text())
    (copy / "model.json").write_text(json.dumps({**document, key: value}))
    with pytest.raises(ModelError, match=rf"{says}.*kanal nlu train"):
        load(copy)


def test_a_pickle_in_the_arrays_is_never_opened(copy: Path) -> None:
    import hashlib

    np.savez(copy / "model.npz", buckets=np.array([{}], dtype=object))
    document = json.loads((copy / "model.json").read_text())
    document["sha256"] = hashlib.sha256((copy / "model.npz").read_bytes()).hexdigest()
    (copy / "model.json").write_text(json.dumps(document))
    with pytest.raises(ModelError, match="damaged"):
        load(copy)


def test_no_model_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="kanal nlu train"):
        EmbeddedEngine.load(tmp_path)


def test_a_new_model_is_taken_without_a_restart(copy: Path) -> None:
    models = copy.parent
    engine = EmbeddedEngine.load(models)
    assert not engine.reload()
    other = models / "20990101-other"
    shutil.copytree(copy, other)
    document = json.loads((other / "model.json").read_text())
    document["card"]["version"] = "20990101-other"
    (other / "model.json").write_text(json.dumps(document))
    (models / "current").write_text("20990101-other\n")
    assert engine.reload()
    assert engine.version == "embedded 20990101-other"
    assert engine.read(["banjir"])[0].engine == "embedded 20990101-other"


def test_a_damaged_new_model_changes_nothing(copy: Path) -> None:
    engine = EmbeddedEngine.load(copy.parent)
    before = engine.version
    (copy.parent / "current").write_text("absent\n")
    with pytest.raises(ModelError, match="kanal nlu train"):
        engine.reload()
    assert engine.version == before
    assert engine.read(["banjir di kampung melayu"])[0].category == "banjir"
