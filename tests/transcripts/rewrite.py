"""Writes what the bot says now into transcripts, after a phrase or a flow has changed.

    python -m tests.transcripts.rewrite tests/transcripts/*.chat

What the citizen does stays as it is, and so do the comments at the head. Read the difference
before you commit it: a transcript is what we want, not what happens to come out.
"""

from __future__ import annotations

import sys
from pathlib import Path

from dialogs.rehearsal import run
from dialogs.transcript import parse, write
from gateway.settings import load
from nlu.engines.embedded import EmbeddedEngine
from nlu.places.resolve import resolve


def rewritten(text: str, engine: EmbeddedEngine) -> str:
    """The transcript with what is heard now; kinds of rows that it left out stay out."""
    rows = parse(text)
    kinds = {row.who for row in rows} | {"bot", "filed"}
    head = "".join(f"{line}\n" for line in text.splitlines() if line.startswith("#"))
    return head + write(row for row in run(rows, engine.read) if row.who in kinds)


def main() -> None:
    """Rewrite the files named on the command line, with the model under `var`."""
    engine = EmbeddedEngine.load(load().var / "models", places=resolve)
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(rewritten(path.read_text(encoding="utf-8"), engine), encoding="utf-8")


if __name__ == "__main__":
    main()
