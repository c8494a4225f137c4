"""What programs send and are answered: names as in the glossary, times as RFC 3339 in UTC."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from nlu.categories import categories
from nlu.ticket import ALPHABET, PREFIX

TICKET = f"^{PREFIX}-[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}$"
AREA = r"^([^/\u0000]*/){0,2}[^/\u0000]*$"  # three levels at most
TEXT = r"^[^\u0000]*$"  # U+0000 is a sign that PostgreSQL does not keep
SAID = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"  # the same, and not blank
CURSOR = r"^((-1|[0-5])\.[0-9]{1,16}\.[0-9]{1,18})?$"  # as store.desk writes one
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.IGNORECASE | re.ASCII
)


def _slug(written: str) -> str:
    if written not in categories():
        raise ValueError("no such category; GET /categories names them")
    return written


Slug = Annotated[str, AfterValidator(_slug), Field(json_schema_extra={"enum": list(categories())})]


def _moment(written: object) -> datetime:
    """RFC 3339 alone: pydantic would take a bare number for seconds, and in a body no text."""
    if not (isinstance(written, str) and _MOMENT.fullmatch(written)):
        raise ValueError("not a date-time of RFC 3339; for example 2026-11-25T17:08:00Z")
    return datetime.fromisoformat(written.upper())


Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]


def _whole(written: object) -> object:
    """JSON Schema takes 2.0 for an integer."""
    return int(written) if isinstance(written, float) and written.is_integer() else written


Whole = BeforeValidator(_whole)  # beside `int`, in a body
Ticket = Annotated[str, Field(pattern=TICKET)]
Id = Annotated[
    str, Field(pattern=r"^[0-9]{1,18}$", description="a number, written out: it passes 2^53")
]


Number = Annotated[Id, BeforeValidator(str)]  # an `Id` that is answered: made of a row's


class Shape(BaseModel):
    """The base of all that is sent and answered; an unknown field is an error."""

    # Most are never spoken between two starts: each is made ready when it is.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    @classmethod
    def made_of(cls, one: object) -> Self:
        """What has attributes of these names, as it is answered."""
        return cls.model_validate(one, from_attributes=True)


class PageAsked(Shape):
    """Which page of a list."""

    after: Annotated[
        str, Field(pattern=CURSOR, description="`next` of the page before; the first page without")
    ] = ""
    most: Annotated[int, Field(ge=1, le=200, description="how many items at most")] = 50


class Changed(Shape):
    """What was asked has been done and is kept."""

    ticket: str
    revision: Id


class Change(Shape):
    """The base of what changes a complaint."""

    revision: Id | None = Field(
        default=None, description="the one that was looked at; a newer one is a conflict"
    )
