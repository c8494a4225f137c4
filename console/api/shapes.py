"""What programs send and are answered: names as in the glossary, times as RFC 3339 in UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """The base of all that is sent and answered; an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PageAsked(Shape):
    """Which page of a list."""

    after: Annotated[
        str, Field(max_length=200, description="`next` of the page before; the first page without")
    ] = ""
    most: Annotated[int, Field(ge=1, le=200, description="how many items at most")] = 50


class Me(Shape):
    """Whose token was shown."""

    account: str
    role: str
    agency: str | None
    area: str | None
    scopes: list[str]


class Category(Shape):
    """A kind of complaint; elsewhere it is called a service code."""

    slug: str
    name_id: str
    name_en: str
    agencies: list[str]
    emergency: bool


class Categories(Shape):
    """Every kind of complaint, in the table's order."""

    items: list[Category]


class Move(Shape):
    """A status, and those that may follow it."""

    status: str
    next: list[str]


class Workflow(Shape):
    """Every status."""

    items: list[Move]


class Done(Shape):
    """What was asked has been done and is kept."""

    at: datetime
