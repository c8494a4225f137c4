"""The category table: categories.yml, read once, checked, frozen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml


@dataclass(frozen=True, kw_only=True, slots=True)
class Category:
    """One row of categories.yml. Outside the house its slug is Open311's service_code."""

    slug: str
    name: dict[str, str]  # by locale: "id", "en"
    agency: tuple[str, ...]  # who usually acts, the leading one first
    radius_m: int  # "the same place" for complaints of this kind
    days: int  # how long an open complaint of this kind may be joined
    ask: tuple[str, ...] = ()  # further slots that the dialog asks for
    kind: Literal["complaint", "unclear", "none"] = "complaint"
    emergency: bool = False
    share: float = 0.0  # of all that citizens report, where it is published; else 0
    hint: str = ""  # a phrase said once when a complaint of this kind is filed


@cache
def categories() -> dict[str, Category]:
    """Every category by slug, in the table's order."""
    rows = yaml.safe_load((files("nlu") / "categories.yml").read_text(encoding="utf-8"))
    return {
        row["slug"]: Category(
            **{**row, "agency": tuple(row["agency"]), "ask": tuple(row.get("ask", ()))}
        )
        for row in rows
    }


@cache
def shares() -> dict[str, float]:
    """What part of all texts each category is: published, or an equal part of the rest.

    No city counts what is unclear or no complaint: each is taken for an average category.
    """
    rows = categories()
    share = {
        slug: row.share if row.kind == "complaint" else 1 / len(rows) for slug, row in rows.items()
    }
    even = (1 - sum(share.values())) / sum(not known for known in share.values())
    return {slug: known or even for slug, known in share.items()}
