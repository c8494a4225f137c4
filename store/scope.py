"""What part of the city's work somebody may see: an officer his agency and his area.

Every query of the console takes a scope. What lies beyond it does not exist for whoever asks.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement

from store.tables import Complaint, table

COMPLAINT = table(Complaint)
_LEVELS = (COMPLAINT.c.kota, COMPLAINT.c.kecamatan, COMPLAINT.c.kelurahan)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """An agency's complaints in an area. Empty: all of them, and what is no complaint yet."""

    agency: str = ""
    area: str = ""  # "Jakarta Pusat/Menteng/Cikini": kota, kecamatan, kelurahan, as far as it goes

    @property
    def whole(self) -> bool:
        """Whether nothing is beyond it."""
        return self == Scope()


EVERYTHING = Scope()


def within(scope: Scope) -> list[ColumnElement[bool]]:
    """The conditions on `complaint` that hold a scope's complaints; none for the whole."""
    mine = [COMPLAINT.c.agency == scope.agency] if scope.agency else []
    return [*mine, *in_area(scope.area)]


def in_area(area: str) -> list[ColumnElement[bool]]:
    """The conditions that hold the complaints of an area; none for the whole city.

    A level that no city has (a fourth name) is refused. Raises: ValueError.
    """
    names = [name.strip() for name in area.split("/")] if area else []
    if len(names) > len(_LEVELS):
        raise ValueError(f"{area!r} is no kota/kecamatan/kelurahan")
    return [level == name for level, name in zip(_LEVELS, names, strict=False) if name]
