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
