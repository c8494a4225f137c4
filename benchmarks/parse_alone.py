"""The embedded engine without a server: how soon it answers, and how many texts a second it reads.

A process of its own, in which nothing is loaded yet. Prints JSON.

    python -m benchmarks.parse_alone VAR
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.parse_load import sample

PASSES = 7


def alone(var: Path) -> dict[str, float]:
    """Milliseconds to the first answer and of the load in it; texts/s, the medians of PASSES."""
    asked = sample()
    began = time.perf_counter()
    from nlu.engines.embedded import EmbeddedEngine  # noqa: PLC0415 - its import is measured too
    from nlu.places.resolve import resolve  # noqa: PLC0415

    imported = time.perf_counter()
    engine = EmbeddedEngine.load(var / "models", places=resolve)
    loaded = time.perf_counter()
    engine.read(asked[:1])
    first = time.perf_counter()
    gc.freeze()  # as the servers do
    return {
        "load_ms": (loaded - imported) * 1000,
        "first_ms": (first - began) * 1000,
        "single_per_s": _rate(lambda: [engine.read([text]) for text in asked], len(asked)),
        "batch_per_s": _rate(lambda: engine.read(asked), len(asked)),
    }


def _rate(read: Callable[[], object], size: int) -> float:
    rates = []
    for _ in range(PASSES):
        began = time.perf_counter()
        read()
        rates.append(size / (time.perf_counter() - began))
    return statistics.median(rates)


if __name__ == "__main__":
    print(json.dumps(alone(Path(sys.argv[1]))))
