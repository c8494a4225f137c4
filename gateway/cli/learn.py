"""`kanal nlu learn | models | promote | rollback | queue`: moderators teach the classifier."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from console.teach import promotion
from console.teach.asking import instructive
from console.teach.runs import Report, reported
from gateway.cli.opened import NAME, with_store
from gateway.cli.run import train_model
from gateway.settings import load
from gateway.understanding import needs_training
from nlu import shelf
from nlu.learning.curriculum import Curriculum
from nlu.learning.queue import Asked
from nlu.learning.verdict import MARGIN, Verdict
from store.database import Database
from store.ids import Ids

if TYPE_CHECKING:  # the training library is large
    from console.teach import learning

_PATIENT = 10  # niceness of a training that a page began: its gateway answers citizens meanwhile
_SHOWN = 160  # characters of a text in the queue


def learn(
    margin: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="How much worse the frozen test set may seem.")
    ] = MARGIN,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Measure; change nothing.")] = False,
    promote: Annotated[
        bool,
        typer.Option(help="Let a better candidate serve at once, or keep it for `nlu promote`."),
    ] = True,
    by: Annotated[str, typer.Option(help="Who asks for it; kept with the verdict.")] = NAME,
    run: Annotated[
        int | None, typer.Option(hidden=True, help="A training that the console has begun.")
    ] = None,
) -> None:
    """Learn from corrections; the new model serves at once where it measures better."""
    from console.teach import learning  # noqa: PLC0415 - the training library is large

    settings = load()
    if run is not None:
        os.nice(_PATIENT)
    elif needs_training(settings):
        train_model(settings)

    async def work(database: Database) -> learning.Outcome:
        async with AsyncExitStack() as stack:
            report = Report()
            if not dry_run:
                begun = reported(database, Ids(), actor=by, clock=_now, number=run)
                report = await stack.enter_async_context(begun)
            bar = stack.enter_context(_progress())
            task = bar.add_task("learning", total=1.0)

            def tell(what: str, share: float) -> None:
                bar.update(task, description=what, completed=share)
                report.tell(what, share)

            outcome = await learning.learn(
                database,
                Ids(),
                settings.var,
                actor=by,
                now=_now(),
                margin=margin,
                frozen_folder=settings.nlu.frozen,
                dry_run=dry_run,
                promote=promote,
                tell=tell,
            )
            report.version = outcome.version
            return outcome

    outcome = with_store(work, settings)
    _tell_outcome(outcome, _word(outcome.verdict, dry_run=dry_run, promote=promote))


def _now() -> datetime:
    return datetime.now(UTC)


def _word(verdict: Verdict, *, dry_run: bool, promote: bool) -> str:
    better = "promoted" if promote else "kept for `kanal nlu promote`"
    return ("would be " if dry_run else "") + (better if verdict.promoted else "refused")


def _tell_outcome(outcome: learning.Outcome, word: str) -> None:
    _tell_curriculum(outcome.curriculum)
    if outcome.version:
        Console().print(_figures(outcome.before, outcome.version, outcome.verdict))
    for version in outcome.pruned:
        typer.echo(f"removed from disk: {version}")
    said = f"{outcome.version} {word}" if outcome.version else "nothing to do"
    typer.echo(f"{said}: {outcome.verdict.reason}")


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


def _tell_curriculum(learnt: Curriculum) -> None:
    typer.echo(f"{learnt.looked_at} corrections, {len(learnt.lessons)} lessons")
    for count, what in (
        (learnt.repeated, "say again what another one says"),
        (learnt.outvoted, "were overruled by others or by a newer one"),
        (learnt.frozen, "speak of a text of the frozen test set, which is never taught"),
        (learnt.empty, "speak of a text without words"),
    ):
        if count:
            typer.echo(f"  {count} {what}")
    for one in learnt.held_out:
        typer.echo(
            f"  {one.corrections} of {one.actor} are held out: {one.strange} of {one.judged} are"
            f" strange to the model, and {one.apart} of {one.shared} to the others who corrected"
            " the same texts"
        )
    for actor in learnt.capped:
        typer.echo(f"  {actor} gives the most that one person may; all of his weigh less")


def _figures(before: str, after: str, verdict: Verdict) -> Table:
    table = Table("texts", "n", "before", "after", "difference", "95 % lower bound", "won/lost",
                  title=f"{before} against {after}")  # fmt: skip
    rows = (
        ("frozen test set", verdict.frozen),
        ("fresh corrections, not taught", verdict.unseen),
        ("fresh corrections, taught", verdict.taught),
    )
    for name, one in rows:
        if one.n:
            table.add_row(
                name, str(one.n), f"{one.before:.3f}", f"{one.after:.3f}", f"{one.value:+.3f}",
                f"{one.low:+.3f}", f"{one.won}/{one.lost}",
            )  # fmt: skip
        else:
            table.add_row(name, "0", "", "", "", "", "")
    return table


def models() -> None:
    """List the models on disk, newest first."""
    table = Table("", "version", "made", "examples", "corrections", "category", "intent", "before")
    for one in shelf.listed(load().var):
        mark, made = "current" if one.current else "", f"{one.made_at:%Y-%m-%d %H:%M}"
        if one.card is None:
            table.add_row(mark, one.version, made, "cannot be used")
            continue
        scores = one.card.scores
        table.add_row(
            mark,
            one.version,
            made,
            str(one.card.examples),
            str(one.card.corrections),
            f"{scores.get('category_accuracy', 0):.3f}",
            f"{scores.get('intent_accuracy', 0):.3f}",
            one.card.before,
        )
    Console().print(table)
    typer.echo("category, intent: accuracy on held-out examples of the corpus")


def promote(
    version: Annotated[str, typer.Argument(help="A candidate that `learn --no-promote` has kept.")],
    by: Annotated[str, typer.Option(help="Who asks for it; kept in the record.")] = NAME,
) -> None:
    """Let a kept candidate serve; a running gateway takes it within seconds."""
    settings = load()

    async def work(database: Database) -> str:
        done = await promotion.promote(database, Ids(), settings.var, version, actor=by, now=_now())
        return done.version

    typer.echo(f"{with_store(work, settings)} is the current model now")


def rollback(
    version: Annotated[str | None, typer.Argument(help="Default: the one before.")] = None,
    by: Annotated[str, typer.Option(help="Who asks for it; kept in the record.")] = NAME,
) -> None:
    """Go back to an earlier model; a running gateway takes it within seconds."""
    settings = load()

    async def work(database: Database) -> str:
        done = await promotion.roll_back(
            database, Ids(), settings.var, version, actor=by, now=_now()
        )
        return done.version

    typer.echo(f"{with_store(work, settings)} is the current model now")


def queue(
    most: Annotated[int, typer.Option(min=1, help="How many to list.")] = 10,
) -> None:
    """List what a moderator's minute would teach most."""

    async def work(database: Database) -> list[Asked]:
        return await instructive(database, most)

    asked = with_store(work)
    for one in asked:
        text = " ".join(one.waiting.masked.split())
        typer.echo(f"{one.waiting.ticket or one.waiting.inbox_id}  {text[:_SHOWN]}")
        typer.echo(f"    {one.why}")
    if asked:
        typer.echo("\nkanal complaint correct TICKET CATEGORY says which it is.")
    else:
        typer.echo("Nothing waits that would teach anything.")
