"""What does not change while the house runs: who asks, categories, the table of statuses."""

from __future__ import annotations

from console.api import shapes
from console.api.operation import Call, Operation
from console.rights import Right
from nlu.categories import categories
from store.workflow import NEXT


class Me(shapes.Shape):
    """Whose token was shown."""

    account: str
    role: str
    agency: str | None
    area: str | None
    scopes: list[str]


class Category(shapes.Shape):
    """A kind of complaint; elsewhere it is called a service code."""

    slug: str
    name_id: str
    name_en: str
    agencies: list[str]
    emergency: bool


class Categories(shapes.Shape):
    """Every kind of complaint, in the table's order."""

    items: list[Category]


class Move(shapes.Shape):
    """A status, and those that may follow it."""

    status: str
    next: list[str]


class Workflow(shapes.Shape):
    """Every status."""

    items: list[Move]


class Agency(shapes.Shape):
    """Who acts on complaints."""

    slug: str
    name_id: str
    name_en: str


class Agencies(shapes.Shape):
    """Every agency that the city's rules name."""

    items: list[Agency]


async def me(call: Call) -> Me:
    """Tell a program who it is here."""
    account = call.bearer.account
    return Me(
        account=account.name,
        role=account.role,
        agency=account.agency,
        area=account.area,
        scopes=sorted(call.bearer.scopes),
    )


async def all_categories(_: Call) -> Categories:
    """Every category of the table."""
    return Categories(
        items=[
            Category(
                slug=one.slug,
                name_id=one.name["id"],
                name_en=one.name["en"],
                agencies=list(one.agency),
                emergency=one.emergency,
            )
            for one in categories().values()
        ]
    )


async def workflow(_: Call) -> Workflow:
    """The table of statuses."""
    return Workflow(
        items=[
            Move(status=now.value, next=sorted(one.value for one in after))
            for now, after in NEXT.items()
        ]
    )


async def agencies(call: Call) -> Agencies:
    """Every agency of the city's rules."""
    return Agencies(
        items=[
            Agency(slug=slug, name_id=one.name["id"], name_en=one.name["en"])
            for slug, one in call.desk.agencies.by_slug.items()
        ]
    )


OPERATIONS = tuple(
    Operation(
        method="GET",
        path=path,
        name=name,
        summary=summary,
        right=Right.LOOK,
        act=act,
        answers=answers,
        tag="reference",
    )
    for path, name, summary, act, answers in (
        ("/me", "me", "Whose token this is", me, Me),
        ("/categories", "categories", "Every kind of complaint", all_categories, Categories),
        ("/agencies", "agencies", "Every agency", agencies, Agencies),
        ("/statuses", "statuses", "Every status, and what may follow it", workflow, Workflow),
    )
)
