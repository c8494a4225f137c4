"""What programs send and are answered: names as in the glossary, times as RFC 3339 in UTC."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from console.rights import Role
from dialogs.conversation import Status
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


def _moment(written: object) -> object:
    """RFC 3339 alone: pydantic would take a bare number for seconds."""
    if isinstance(written, str) and not _MOMENT.fullmatch(written):
        raise ValueError("not a date-time of RFC 3339; for example 2026-11-25T17:08:00Z")
    return written


Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Ticket = Annotated[str, Field(pattern=TICKET)]
Id = Annotated[
    str, Field(pattern=r"^[0-9]{1,18}$", description="a number, written out: it passes 2^53")
]


class Shape(BaseModel):
    """The base of all that is sent and answered; an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PageAsked(Shape):
    """Which page of a list."""

    after: Annotated[
        str, Field(pattern=CURSOR, description="`next` of the page before; the first page without")
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


class Agency(Shape):
    """Who acts on complaints."""

    slug: str
    name_id: str
    name_en: str


class Agencies(Shape):
    """Every agency that the city's rules name."""

    items: list[Agency]


class Row(Shape):
    """Something in the queue: a complaint, or what waits for a person and is none."""

    kind: str = Field(description="complaint, or what else waits: talk, message, mo, mt, raw")
    id: Id
    ticket: str
    urgency: int = Field(description="5 danger to 1 dead letter; 0 open; -1 settled")
    at: datetime
    channel: str
    status: str | None
    category: str
    confidence: float | None
    agency: str
    kota: str
    kecamatan: str
    kelurahan: str
    place: str
    text: str = Field(description="the beginning, personal data masked")
    emergency: bool
    revision: Id


class Page(Shape):
    """Some of what was asked for, in the queue's order."""

    items: list[Row]
    next: str | None = Field(description="`after` of the next page; null when this is the last")


class Candidate(Shape):
    """What the machine thought that it might be."""

    category: str
    confidence: float


class Event(Shape):
    """Something that happened to a complaint."""

    id: Id
    at: datetime
    kind: str
    actor: str


class Photo(Shape):
    """A photo of a complaint; its bytes are at /console."""

    id: Id
    published: bool


class Complaint(Shape):
    """A complaint as it stands; personal data masked."""

    ticket: str
    revision: Id
    status: str
    category: str
    confidence: float
    candidates: list[Candidate]
    agency: str
    text: str
    lat: float | None
    lon: float | None
    place_words: str
    kelurahan: str
    kecamatan: str
    kota: str
    channel: str
    conversation: Id
    emergency: bool
    complete: bool
    escalated: int
    merged_into: str
    filed_at: datetime
    updated_at: datetime
    photos: list[Photo]
    history: list[Event]


class Changed(Shape):
    """What was asked has been done and is kept."""

    ticket: str
    revision: Id


class Change(Shape):
    """The base of what changes a complaint."""

    revision: Id | None = Field(
        default=None, description="the one that was looked at; a newer one is a conflict"
    )


class StatusChange(Change):
    """A status, and what the citizen is told with it."""

    status: Status
    note: Annotated[str, Field(max_length=4000, pattern=TEXT)] = ""


class Assignment(Change):
    """An agency by hand, or by the city's rules again."""

    agency: Annotated[str, Field(max_length=60, pattern=TEXT)] | None = Field(
        default=None, description="null: the city's rules decide"
    )


class Note(Change):
    """For colleagues alone."""

    text: Annotated[str, Field(min_length=1, max_length=4000, pattern=SAID)]


class Merge(Change):
    """The complaint that this one repeats."""

    into: Ticket


class Words(Shape):
    """To a citizen, on his channel."""

    text: Annotated[str, Field(min_length=1, max_length=4000, pattern=SAID)]


class Line(Shape):
    """One line of a conversation; personal data masked."""

    at: datetime
    who: str
    what: str
    text: str
    state: str


class Talk(Shape):
    """A conversation, oldest line first."""

    id: Id
    items: list[Line]


class Said(Shape):
    """It goes out on the citizen's channel; the conversation is a person's now."""

    conversation: Id


class QueueAsked(PageAsked):
    """Which complaints; an empty field asks for nothing."""

    words: Annotated[str, Field(max_length=200, pattern=TEXT)] = ""
    category: Annotated[str, Field(max_length=60, pattern=TEXT)] = ""
    channel: Annotated[str, Field(max_length=60, pattern=TEXT)] = ""
    agency: Annotated[str, Field(max_length=60, pattern=TEXT)] = ""
    area: Annotated[
        str, Field(max_length=200, pattern=AREA, description="kota/kecamatan/kelurahan")
    ] = ""
    status: Annotated[
        Literal["", "any"] | Status, Field(description="empty: all that is not settled")
    ] = ""
    below: Annotated[float | None, Field(ge=0, le=1, description="confidence")] = None
    since: Moment | None = None
    until: Moment | None = None


class PeriodAsked(Shape):
    """From a moment to before another; the last 30 days without."""

    since: Moment | None = None
    until: Moment | None = None


class Figure(Shape):
    """One figure: `of` names the channel, category, agency or area that it counts."""

    figure: str
    of: str
    measure: str
    value: float


class Figures(Shape):
    """The city in figures."""

    since: datetime
    until: datetime
    items: list[Figure]


class Account(Shape):
    """Somebody who works here."""

    id: Id
    name: str
    role: str
    agency: str | None
    area: str | None
    sessions: int
    disabled: bool


class Accounts(Shape):
    """Everybody who works here."""

    items: list[Account]


class NewAccount(Shape):
    """Whom to let in; an officer has an agency, and an area that may be the whole city."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._@+-]{1,63}$")]
    role: Role
    agency: Annotated[str, Field(max_length=60, pattern=TEXT)] = ""
    area: Annotated[str, Field(max_length=200, pattern=AREA)] = ""


class Invited(Shape):
    """The account, and the link with which its owner chooses a password: good once, 24 hours."""

    id: Id
    link: str


class Named(Shape):
    """The account that was changed."""

    id: Id
    name: str


class AuditAsked(Shape):
    """Which rows of the log, the newest first; an empty field asks for nothing."""

    actor: Annotated[str, Field(max_length=64, pattern=TEXT)] = ""
    act: Annotated[
        str, Field(max_length=64, pattern=TEXT, description="its beginning: `correct`")
    ] = ""
    subject: Annotated[str, Field(max_length=64, pattern=TEXT)] = ""
    since: Moment | None = None
    until: Moment | None = None
    after: Annotated[str, Field(pattern=r"^([0-9]{1,18})?$")] = ""
    most: Annotated[int, Field(ge=1, le=200)] = 50


class Deed(Shape):
    """Who did what."""

    id: Id
    at: datetime
    actor: str
    act: str
    subject: str
    detail: dict[str, Any]


class Deeds(Shape):
    """Rows of the audit log."""

    items: list[Deed]
    next: str | None


class Point(Shape):
    """Where it is: degrees north and east, or words that the gazetteer knows."""

    lat: Annotated[float | None, Field(ge=-90, le=90)] = None
    lon: Annotated[float | None, Field(ge=-180, le=180)] = None
    words: Annotated[str, Field(max_length=300, pattern=TEXT)] = ""


class Correction(Change):
    """What a moderator says; what he says nothing of stays. Nothing: it is right as it is."""

    categories: Annotated[
        list[Slug], Field(max_length=3, description="the main one first; bukan_aduan: no complaint")
    ] = []
    place: Point | None = None
    language: Literal["id", "en"] | None = Field(
        default=None, description="in which the citizen is answered"
    )


class Corrected(Changed):
    """A word that was kept beside the prediction; by its number it is taken back."""

    correction: Id


class Split(Change):
    """A second complaint in the same message."""

    category: Slug
    text: Annotated[
        str,
        Field(
            max_length=4000, pattern=TEXT, description="the part that tells of it; empty: all of it"
        ),
    ] = ""


class Parted(Changed):
    """Both complaints."""

    second: str


class Model(Shape):
    """What became of a model: promoted, refused, kept for a person to promote, rolled back to."""

    at: datetime
    actor: str
    outcome: str
    version: str
    before: str


class Models(Shape):
    """The current model, and what became of the last ones, newest first."""

    current: str
    corrections_since: int
    items: list[Model]
