"""`kanal channels new`: lay the folder of a new channel.

The template is `channels/_template/`: a whole channel for an invented provider, checked and tested
like any other, so that what is laid works from its first minute.
"""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from typing import Annotated

import typer

import channels

TEMPLATE = "_template"
_ROOM = Path(channels.__file__).parent
_NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")


def new(
    name: Annotated[str, typer.Argument(help="The folder's name: line, signal, radio_warga …")],
    into: Annotated[Path, typer.Option(help="The folder of all channels.")] = _ROOM,
) -> None:
    """Lay channels/NAME/, a working channel to change into yours."""
    target = into / name
    _check(name, target)
    files = lay(name, target)
    for file in files:
        typer.echo(f"  {file.relative_to(into.parent)}")
    typer.echo(
        f"\nLaid channels/{name}/, which speaks with an invented provider. Next:\n"
        f"  1. pytest tests/conformance -k {name}: it passes now, keep it so\n"
        "  2. docs/howto/add-a-channel.md: fixtures first, then payload.py, then adapter.py\n"
        f"  3. config.yml: `{name}: {{}}` under `channels` switches it on"
    )


def _check(name: str, target: Path) -> None:
    """Refuse a name that cannot be a folder's and a module's. Raises BadParameter."""
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise typer.BadParameter(
            f"{name!r} cannot name a channel: use lower-case letters, digits and _, a letter first"
        )
    taken = target if target.exists() else target.with_suffix(".py")
    if taken.exists():
        raise typer.BadParameter(f"{taken} is there already. Choose another name, or remove it")


def lay(name: str, target: Path) -> list[Path]:
    """Write the template under a new name; returns the files, in order."""
    written = []
    for source in sorted((_ROOM / TEMPLATE).rglob("*")):
        if not source.is_file() or source.parent.name == "__pycache__":
            continue
        file = target / source.relative_to(_ROOM / TEMPLATE)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(renamed(source.read_text(encoding="utf-8"), name), encoding="utf-8")
        written.append(file)
    return written


def renamed(text: str, name: str) -> str:
    """Put a channel's name in the place of the template's.

    `_template` becomes `line`, `KANAL_TEMPLATE_TOKEN` becomes `KANAL_LINE_TOKEN`.
    """
    return text.replace("_TEMPLATE", f"_{name.upper()}").replace(TEMPLATE, name)
