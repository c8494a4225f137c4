"""`kanal` on a corpus that trains in a second: what a test's console starts for a training.

python tests/small_kanal.py nlu learn --no-promote --by ani --run 1
"""

from __future__ import annotations

from functools import cache

from nlu import corpus, training
from nlu.corpus import Example

KEPT = {"joki_3in1", "kawasan_rokok", "bukan_aduan"}


@cache
def small() -> list[Example]:
    """A third of what the corpus has of three categories and two intents."""
    chosen = [
        example
        for example in corpus.read()
        if (example.categories and set(example.categories) <= KEPT)
        or example.intent in {"thanks", "greet"}
    ]
    return chosen[::3]


def main() -> None:
    """Run the command on it."""
    from gateway.cli import main as kanal

    chosen = small()
    corpus.read = lambda: chosen  # type: ignore[assignment]
    training.read = lambda: chosen  # type: ignore[attr-defined]
    kanal()


if __name__ == "__main__":
    main()
