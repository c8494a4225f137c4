"""The models below `<var>/models`: kept, made current, listed, gone back to, pruned.

Each step is atomic: whoever reads sees the old state or the new one.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from nlu.engines.model import Card, Model, ModelError, card_in, check

KEPT = 6  # models that stay on disk; the current one and its predecessor stay in any case


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A model on disk."""

    version: str
    made_at: datetime
    current: bool
    card: Card | None  # None: damaged, or of another release; `trouble` says which
    trouble: str = ""


def keep(var: Path, model: Model) -> Path:
    """Write a model to `<var>/models/<version>/`; answers the folder. It is not current yet."""
    models, version = var / "models", model.card.version
    models.mkdir(parents=True, exist_ok=True)
    replaced = current_version(var)
    model.card = replace(
        model.card, before=before(var, version) if replaced == version else replaced
    )
    target = models / version
    with tempfile.TemporaryDirectory(dir=models, prefix=".new-") as fresh:
        model.save(Path(fresh) / "model")
        shutil.rmtree(target, ignore_errors=True)
        (Path(fresh) / "model").rename(target)
    return target


def point(var: Path, version: str) -> None:
    """Make `version` the current model."""
    pointer = var / "models" / "current"
    fresh = pointer.with_suffix(".new")
    fresh.write_text(version + "\n", encoding="utf-8")
    fresh.replace(pointer)


def current_version(var: Path) -> str:
    """The version that `<var>/models/current` names; "" when there is none."""
    try:
        return (var / "models" / "current").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def listed(var: Path, *, checked: bool = True) -> list[Listed]:
    """Every model on disk, newest first; unless `checked` by their cards alone, which is quick."""
    models = var / "models"
    folders = [path for path in models.glob("*") if path.is_dir() and path.name[0] != "."]
    read = check if checked else card_in
    found = [_listed(folder, current_version(var), read) for folder in folders]
    return sorted(found, key=lambda one: (one.made_at, one.version), reverse=True)


def _listed(folder: Path, current: str, read: Callable[[Path], Card]) -> Listed:
    trouble, card = "", None
    try:
        card = read(folder)
    except ModelError as error:
        trouble = str(error)
    return Listed(
        version=folder.name,
        made_at=datetime.fromtimestamp(folder.stat().st_mtime, UTC),
        current=folder.name == current,
        card=card,
        trouble=trouble,
    )


def before(var: Path, version: str) -> str:
    """The version that `version` took the place of; "" when it was the first or is damaged."""
    try:
        text = (var / "models" / Path(version).name / "model.json").read_text(encoding="utf-8")
        return str(json.loads(text)["card"].get("before", ""))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""


def roll_back(var: Path, version: str | None = None) -> Card:
    """Make an earlier model the current one: `version`, or the one before the current.

    Raises: ModelError, which names the models that are there.
    """
    card = earlier(var, version)
    point(var, card.version)
    return card


def earlier(var: Path, version: str | None = None) -> Card:
    """The card of `version`, or of the model before the current one.

    Raises: ModelError, which names the models that are there.
    """
    wanted = version or before(var, current_version(var))
    known = [one for one in listed(var) if one.card is not None]
    for one in known:
        if one.version == wanted and one.card is not None:
            return one.card
    there = ", ".join(one.version for one in known) or "none"
    what = f"no usable model {wanted!r}" if wanted else "the current model has no predecessor"
    raise ModelError(f"{what} below {var / 'models'}. There: {there}")


def prune(var: Path, most: int = KEPT) -> list[str]:
    """Remove the oldest models beyond `most`; answers their versions.

    Never the current one nor its predecessor: a gateway may be reading the one, and roll-back
    goes to the other.
    """
    current = current_version(var)
    safe = {current, before(var, current)}
    loose = [one.version for one in listed(var) if one.version not in safe]
    there = sum(1 for one in listed(var) if one.version in safe)
    gone = loose[max(most - there, 0) :]
    for version in gone:
        shutil.rmtree(var / "models" / version, ignore_errors=True)
    return gone
