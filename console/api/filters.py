"""Which complaints: the queue's filter, as a query, as a body, and as a view keeps it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import parse_qsl

from pydantic import AfterValidator, Field

from console.api import shapes
from console.queue.asked import BELOW, Asked
from dialogs.conversation import Status
from store.desk import Filter

Words = Annotated[str, Field(max_length=200, pattern=shapes.TEXT)]
Named = Annotated[str, Field(max_length=60, pattern=shapes.TEXT)]
_STEPS = tuple(map(float, BELOW))


def _step(written: float | None) -> float | None:
    if written is not None and written not in _STEPS:
        raise ValueError(f"a view knows these alone: {', '.join(BELOW)}")
    return written


class Choices(shapes.Shape):
    """What may be chosen; an empty field asks for nothing."""

    words: Words = ""
    need: Literal["", "emergency", "person", "dispute", "unsure", "dead"] = ""
    category: Named = ""
    channel: Named = ""
    agency: Named = ""
    area: Annotated[
        str, Field(max_length=200, pattern=shapes.AREA, description="kota/kecamatan/kelurahan")
    ] = ""
    status: Annotated[
        Literal["", "any"] | Status, Field(description="empty: all that is not settled")
    ] = ""
    age: Annotated[
        Literal["", "1", "7", "30", "over7", "over30", "over90"], Field(description="days")
    ] = ""

    def asked(self, below: float | None = None) -> Asked:
        """The same as the console's addresses have it."""
        return Asked(
            q=self.words,
            need=self.need,
            category=self.category,
            channel=self.channel,
            agency=self.agency,
            area=self.area,
            status=self.status,
            age=self.age,
            below="" if below is None else str(below),
        )


class Filtered(Choices):
    """All of these at once."""

    below: Annotated[float | None, Field(ge=0, le=1, description="confidence")] = None
    since: shapes.Moment | None = None
    until: shapes.Moment | None = None
    unchecked: Annotated[
        bool, Field(description="those alone of which nobody has said what they are about")
    ] = False

    def filter(self, now: datetime) -> Filter:
        """The same as the store asks."""
        found = self.asked().filter(now)
        return replace(
            found,
            below=self.below,
            since=self.since or found.since,
            until=self.until or found.until,
            unchecked=self.unchecked,
        )


class KeptFilter(Choices):
    """A filter as a view keeps it."""

    below: Annotated[
        float | None,
        AfterValidator(_step),
        Field(json_schema_extra={"enum": [*_STEPS, None]}, description="confidence"),
    ] = None

    @classmethod
    def read(cls, query: str) -> KeptFilter:
        """Read a view's address."""
        found = Asked.read(dict(parse_qsl(query)))
        return cls.model_validate(
            {
                **{name: getattr(found, name) for name in Choices.model_fields if name != "words"},
                "words": found.q,
                "below": float(found.below) if found.below else None,
            }
        )

    def kept(self) -> Asked:
        """The same as a view keeps it."""
        return Asked.read(dict(parse_qsl(self.asked(self.below).query())))
