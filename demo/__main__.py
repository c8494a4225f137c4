"""One citizen files on each channel: `make demo`, or `python -m demo [CHANNEL ...]`."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from demo.citizens import CITIZENS
from demo.stage import Told, opened
from gateway.logs import configure
from gateway.settings import load


async def play(names: list[str], var: Path) -> dict[str, Told]:
    """Let the citizens of these channels file, one after the other."""
    async with opened(var) as stage:
        return {name: await CITIZENS[name](stage) for name in names}


def shown(told: dict[str, Told]) -> Table:
    """The table: channel, what the citizen wrote, his ticket, what he got back."""
    columns = ("channel", "the citizen wrote", "ticket", "he got back", "who played the provider")
    table = Table(*columns, show_lines=True)
    for name, one in told.items():
        answer = " ".join(one.answer.split())
        table.add_row(name, one.wrote, one.ticket or "[red]none[/red]", answer, one.provider)
    return table


def main() -> None:
    """Play, print, and leave nothing behind."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument(
        "channel", nargs="*", help=f"{', '.join(CITIZENS)}; all of them if none is named"
    )
    names = parser.parse_args().channel or list(CITIZENS)
    if unknown := [name for name in names if name not in CITIZENS]:
        parser.error(f"no citizen for {', '.join(unknown)}; there: {', '.join(CITIZENS)}")
    house = load()
    model = house.var / "models"
    if not (model / "current").exists():
        from nlu.training import train  # noqa: PLC0415 - the training library is large

        train(house.var)
    with tempfile.TemporaryDirectory(prefix="kanal-demo-") as folder:
        var = Path(folder)
        shutil.copytree(model, var / "models", symlinks=True)
        configure(house.log.model_copy(update={"level": "error"}))
        told = asyncio.run(play(names, var))
    Console(width=None if sys.stdout.isatty() else 150).print(shown(told))
    if not all(one.ticket for one in told.values()):
        sys.exit("somebody has no ticket")


if __name__ == "__main__":
    main()
