"""kanal complaint: look, move the status, correct, merge, publish, beside the console."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from console.answer import agencies
from console.answer.acts import change_status
from console.correct import acts
from console.desk import Workplace
from dialogs.conversation import Status
from gateway.app import limits_of
from gateway.cli.desk import at_desk, clock
from gateway.cli.opened import NAME
from gateway.progress import keep_photos
from gateway.settings import Settings
from store import complaints, corrections, media, publishing
from store.agencies import assign_anew
from store.correcting import Mark
from store.corrections import Said
from store.database import Database
from store.ids import Ids
from store.media import PhotoRefusedError
from store.publishing import Publication
from store.revisions import ConflictError
from store.taking import REGRET
from store.undoing import Undone

app = typer.Typer(help="Look at complaints and change their status.", no_args_is_help=True)
By = Annotated[str, typer.Option(help="Who does it; kept in the history.")]


@app.command()
def show(ticket: str) -> None:
    """Show a complaint's history and its photos."""

    async def work(database: Database, settings: Settings) -> list[str]:
        async with database.read() as connection:
            events = await complaints.history(connection, ticket)
            photos = await media.of_complaint(connection, ticket)
        if not events:
            raise LookupError(f"no complaint has the number {ticket}")
        lines = [f"{clock(one['at'], settings)} {one['kind']} by {one['actor']}" for one in events]
        return lines + [
            f"photo {one.id} by {'an officer' if one.by_officer else 'the citizen'}"
            f"{', published' if one.published else ''}"
            for one in photos
        ]

    for line in at_desk(work):
        typer.echo(line)


@app.command()
def status(
    ticket: str,
    to: Annotated[Status, typer.Argument(help="The new status.")],
    note: Annotated[str, typer.Option(help="What the citizen reads beside it.")] = "",
    photo: Annotated[
        list[Path] | None, typer.Option(help="A photo of the result; may be given again.")
    ] = None,
    publish: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--publish", help="Show the photos on the ticket's page, too.")
    ] = False,
    by: By = NAME,
) -> None:
    """Change a complaint's status; the citizen is told on the channel that he used."""

    async def work(database: Database, settings: Settings) -> None:
        try:
            contents = [one.read_bytes() for one in photo or ()]
            kept = await keep_photos(contents, settings.var / "media", limits_of(settings))
        except OSError as error:
            raise LookupError(f"{error.filename}: {error.strerror}") from error
        except PhotoRefusedError as error:
            raise ValueError(f"the photo cannot be kept: {error.phrase}") from error
        await change_status(
            database,
            Ids(),
            ticket,
            to,
            actor=by,
            note=note,
            now=datetime.now(UTC),
            photos=kept,
            publish=publish,
        )

    at_desk(work)
    typer.echo(f"{ticket} is {to} now; the citizen is told.")


@app.command()
def correct(
    what: Annotated[
        str, typer.Argument(metavar="TICKET", help="Or a message's number, of `kanal nlu queue`.")
    ],
    category: Annotated[
        str, typer.Argument(help="The right one; bukan_aduan: no complaint. The same one confirms.")
    ],
    also: Annotated[
        list[str] | None, typer.Option(help="A second category that the text speaks of.")
    ] = None,
    intent: Annotated[str | None, typer.Option(help="What the text wants instead.")] = None,
    by: Annotated[str, typer.Option(help="Who says so.")] = NAME,
) -> None:
    """Say what a complaint or a message is about; `kanal nlu learn` learns from it."""
    said = Said(categories=(category, *(also or ())), intent=intent)
    number = int(what) if what.isdecimal() else None

    async def work(database: Database, settings: Settings) -> None:
        rules = agencies.load(settings.console.rules)
        async with database.begin() as connection:
            await corrections.append(
                connection,
                Ids(),
                said,
                ticket=what if number is None else None,
                inbox_id=number,
                actor=by,
                now=datetime.now(UTC),
            )
            if number is None:
                await assign_anew(connection, [what], rules.assign, datetime.now(UTC))

    at_desk(work)
    typer.echo(
        f"{what}: {' and '.join(said.categories)}, says {by}. `kanal nlu learn` takes it in."
    )


@app.command()
def publish(
    ticket: str,
    photo: Annotated[
        list[int] | None, typer.Option(help="A photo's number, as `show` lists it; again for more.")
    ] = None,
    text: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--text", help="The citizen's words as written.")
    ] = False,
    words: Annotated[str, typer.Option(help="Other words in their place, names left out.")] = "",
    withdraw: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--withdraw", help="Take back what was published.")
    ] = False,
    by: By = NAME,
) -> None:
    """Let everybody see photos or words on the ticket's page. Read them first: names, plates."""

    async def work(database: Database, _: Settings) -> None:
        async with database.begin() as connection:
            shown: str | None = words or None
            if text and not words:
                shown = "" if withdraw else await complaints.words(connection, ticket)
            if not photo and shown is None:
                raise ValueError("nothing named: give --photo NUMBER, --text or --words")
            decision = Publication(
                actor=by, photos=tuple(photo or ()), text=shown, withdraw=withdraw
            )
            await publishing.publish(connection, Ids(), ticket, decision, datetime.now(UTC))

    at_desk(work)
    typer.echo(f"{ticket}: {'withdrawn' if withdraw else 'published'}.")


@app.command()
def merge(
    ticket: str,
    into: Annotated[str, typer.Option(help="The complaint that it repeats.")],
    by: By = NAME,
) -> None:
    """Merge a complaint into another; who told of it hears of it after a minute."""

    async def work(database: Database, settings: Settings) -> int:
        place = _workplace(database, settings)
        done = await acts.duplicate(place, Mark(ticket=ticket), into, by=acts.By(actor=by))
        return done.correction

    correction = at_desk(work)
    typer.echo(
        f"{ticket} is merged into {into}; whoever told of it hears so in "
        f"{REGRET.seconds} seconds. To take it back: kanal complaint undo {correction}"
    )


@app.command()
def undo(
    correction: Annotated[int, typer.Argument(help="The number that was said with it.")],
    by: By = NAME,
) -> None:
    """Take a merge back, or another word of the console; unheard, where nobody was told yet."""

    async def work(database: Database, settings: Settings) -> Undone:
        place = _workplace(database, settings)
        try:
            return await acts.undo(place, correction, by=acts.By(actor=by))
        except ConflictError as conflict:
            raise ValueError(f"{conflict}; nothing was taken back") from conflict

    undone = at_desk(work)
    heard = "; who had heard of it is told" if undone.told else ""
    typer.echo(f"{undone.ticket} stands as before{heard}.")


def _workplace(database: Database, settings: Settings) -> Workplace:
    return Workplace(
        database=database,
        ids=Ids(),
        clock=lambda: datetime.now(UTC),
        agencies=agencies.load(settings.console.rules),
        ring=lambda: None,  # a gateway that runs looks by itself
    )
