"""The `kanal` command: one module per group of sub-commands.

Mistakes that a person can mend end in one line on standard error and exit code 2, never in a
traceback: `main` knows those errors.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from channels.errors import ChannelError
from console.answer.marked import MarkedError
from gateway import __version__
from gateway.cli import (
    areas,
    audit,
    channels,
    chat,
    complaint,
    conversation,
    dead,
    flows,
    invented,
    learn,
    nlu,
    replay,
    retention,
    run,
    task,
    token,
    user,
)
from gateway.keyring import KeyringError
from gateway.port import PortTakenError
from gateway.settings import ConfigError
from nlu.corpus import CorpusError
from nlu.engines.model import ModelError
from nlu.evaluation import EvaluationError
from nlu.places.outlines import BoundaryError
from nlu.training import TrainingError
from store.database import StoreError
from store.trainings import AlreadyTrainingError

app = typer.Typer(
    name="kanal",
    help="Kanal Warga: free text in on any channel, a filed complaint and an answer out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(run.setup)
app.command()(run.migrate)
app.command(name="run")(run.run)
app.command()(replay.replay)
app.command()(chat.chat)
app.command(name="demo-data")(invented.invent)
for _command in (learn.learn, learn.models, learn.promote, learn.rollback, learn.queue):
    nlu.app.command()(_command)
app.add_typer(nlu.app, name="nlu")
app.add_typer(areas.app, name="areas")
app.add_typer(channels.app, name="channels")
app.add_typer(complaint.app, name="complaint")
app.add_typer(dead.app, name="dead")
app.add_typer(conversation.app, name="conversation")
app.add_typer(task.app, name="task")
app.add_typer(token.app, name="token")
app.add_typer(retention.app, name="retention")
app.add_typer(flows.app, name="flows")
app.add_typer(user.app, name="user")
app.add_typer(audit.app, name="audit")


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        typer.echo(f"kanal {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
    config: Annotated[
        Path | None, typer.Option("--config", help="Another config.yml (or KANAL_CONFIG).")
    ] = None,
) -> None:
    del version
    if config is not None:
        run.use_config(config)


def main() -> None:
    """Run the command; turn errors that a person can mend into one line."""
    mendable = (
        AlreadyTrainingError,
        BoundaryError,
        ChannelError,
        ConfigError,
        CorpusError,
        EvaluationError,
        KeyringError,
        MarkedError,
        ModelError,
        PortTakenError,
        StoreError,
        TrainingError,
    )
    try:
        app()
    except mendable as error:
        typer.echo(f"kanal: {error}", err=True)
        sys.exit(2)
