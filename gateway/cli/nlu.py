"""`kanal nlu`: read a text, train a model, measure it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from gateway.areas import CityMap
from gateway.cli import scores
from gateway.cli.run import train_model as retrain
from gateway.settings import load
from nlu import corpus, evaluation, training
from nlu.baseline import KeywordEngine
from nlu.engines.embedded import EmbeddedEngine
from nlu.engines.rasa import RasaServer
from nlu.evaluation.folds import FOLDS, labelled
from nlu.evaluation.folds import cross_validate as folds_of
from nlu.places.place import Place
from nlu.rasa import measuring
from nlu.rasa.environment import RasaMissingError
from nlu.rasa.training import TOKEN
from nlu.understanding import Understanding

app = typer.Typer(help="Understanding: read a text, train, measure.", no_args_is_help=True)

Var = Annotated[
    Path,
    typer.Option(
        "--var",
        help="The folder of everything that the gateway writes.",
        default_factory=lambda: Path(os.environ.get("KANAL_VAR") or "var"),
        show_default="$KANAL_VAR, else ./var",
    ),
]
Shape = Annotated[str, typer.Option("--format", help="text or json")]
PLACE_FIELDS = (
    "name",
    "kelurahan",
    "kecamatan",
    "kota",
    "lat",
    "lon",
    "radius_m",
    "confidence",
)
_CHUNK = 1 << 16


@app.command()
def parse(
    var: Var,
    text: Annotated[str | None, typer.Argument(help="The text to read.")] = None,
    *,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Read lines {"id","text"} and answer lines.')
    ] = False,
) -> None:
    """Say what a text means, as JSON.

    With --jsonl a line that cannot be read is answered with {"id": null, "error": ...}, the others
    as usual, and the exit code is 1.
    """
    if jsonl == (text is not None):
        raise typer.BadParameter("give either TEXT or --jsonl")
    engine = engine_of(var)
    if text is not None:
        print(json.dumps(shape("", engine.read([text])[0]), indent=2))  # noqa: T201 (the answer)
        return
    bad = 0
    for lines in _batches(sys.stdin.buffer):
        answers, wrong = _answer(engine, lines)
        bad += wrong
        sys.stdout.write("".join(json.dumps(answer) + "\n" for answer in answers))
        sys.stdout.flush()
    if bad:
        typer.echo(f"{bad} lines could not be read; each has its error in the output", err=True)
        raise typer.Exit(1)


def _batches(stream: BinaryIO) -> Iterator[list[bytes]]:
    """Whole lines as they come: who waits for an answer gets it, a file goes in batches."""
    rest = b""
    while chunk := (stream.read1(_CHUNK) if hasattr(stream, "read1") else stream.read(_CHUNK)):
        *lines, rest = (rest + chunk).split(b"\n")
        if lines:
            yield lines
    if rest:
        yield [rest]


def _answer(engine: EmbeddedEngine, lines: list[bytes]) -> tuple[list[dict[str, Any]], int]:
    rows = [_row(line) for line in lines if line.strip()]
    good = [row for row in rows if "error" not in row]
    read = iter(engine.read([row["text"] for row in good]))
    answers = [row if "error" in row else shape(row.get("id"), next(read)) for row in rows]
    return answers, len(rows) - len(good)


def _row(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"not a line of JSON in UTF-8: {error}"}
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        known = row.get("id") if isinstance(row, dict) else None
        return {"id": known, "error": 'not an object with a string "text"'}
    return row


def shape(id_: Any, reading: Understanding) -> dict[str, Any]:
    """The public JSON form of a reading."""
    return {
        "id": id_,
        "intent": reading.intent,
        "intent_confidence": reading.intent_confidence,
        "category": reading.category,
        "confidence": reading.confidence,
        "candidates": [asdict(candidate) for candidate in reading.candidates],
        "categories": list(reading.categories),
        "entities": [asdict(entity) for entity in reading.entities],
        "place": _place(reading.place) if reading.place else None,
        "places": [_place(one) for one in reading.places],
        "outside": reading.outside,
        "outside_name": reading.outside_name,
        "language": reading.language,
        "emergency": reading.emergency,
        "engine": reading.engine,
    }


def _place(place: Place) -> dict[str, Any]:
    return {name: getattr(place, name) for name in PLACE_FIELDS}


def engine_of(var: Path) -> EmbeddedEngine:
    """The current model's engine; trains one first when there is none yet."""
    if not (var / "models" / "current").exists():
        typer.echo("There is no model yet: training one from the corpus.", err=True)
        train_model(var)
    places = CityMap(var)
    places.refresh()
    return EmbeddedEngine.load(var / "models", places=places.resolve)


def train_model(var: Path) -> Path:
    """Train with a progress bar on standard error; the new model's folder."""
    with _bar() as tell:
        return training.train(var, progress=tell)


@contextmanager
def _bar() -> Iterator[training.Progress]:
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
    with bar:
        task = bar.add_task("training", total=1.0)
        yield lambda what, at: bar.update(task, description=what, completed=at)


@app.command()
def train(var: Var) -> None:
    """Train from the corpus and what corrections have taught; the result is the current model."""
    folder = retrain(load().model_copy(update={"var": var}))
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))["card"]
    typer.echo(f"{folder}: {card['examples']} examples")
    for name, value in card["scores"].items():
        typer.echo(f"  {name} (held-out examples): {value}")


@app.command()
def evaluate(
    var: Var,
    files: Annotated[
        list[Path],
        typer.Argument(exists=True, dir_okay=False, metavar="FILE...", help="Labelled JSONL."),
    ],
    form: Shape = "text",
    name: Annotated[
        str, typer.Option("--engine", help="embedded, or to compare: keywords, rasa")
    ] = "embedded",
    url: Annotated[
        str, typer.Option("--rasa-url", help="Where `make rasa-serve` answers.")
    ] = "http://127.0.0.1:5005",
    html: scores.Html = None,
    png: scores.Png = None,
) -> None:
    """Score the current model on labelled texts; docs/nlu.md says how they are written."""
    version, read = _reader(name, var, url)
    try:
        texts = [text for file in files for text in evaluation.read(file)]
        report = evaluation.evaluate(read, texts)
        scores.write(report, texts, title=version, source=scores.named(files), html=html, png=png)
    except (evaluation.EvaluationError, RasaMissingError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    scores.show(report, version, form)


@app.command()
def cross_validate(
    folds: Annotated[int, typer.Option(min=2, help="Models to train.")] = FOLDS,
    form: Shape = "text",
    html: scores.Html = None,
    png: scores.Png = None,
) -> None:
    """Ask the corpus about itself: which classes are weak, and what is taken for what.

    Each part of the corpus is read by a model that was taught all the others.
    """
    try:
        examples = corpus.read()
        with _bar() as tell:
            report = folds_of(examples, folds=folds, tell=tell)
        texts = [labelled(example) for example in examples]
        title = f"the corpus in {folds} parts"
        scores.write(report, texts, title=title, source="nlu/corpus", html=html, png=png)
    except (corpus.CorpusError, evaluation.EvaluationError, training.TrainingError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    scores.show(report, title, form)


def _reader(name: str, var: Path, url: str) -> tuple[str, evaluation.Reader]:
    if name == "keywords":
        keywords = KeywordEngine()
        return keywords.version, keywords.read
    if name == "embedded":
        embedded = engine_of(var)
        return embedded.version, embedded.read
    if name == "rasa":
        server = RasaServer(url=url, token=os.environ.get(TOKEN, ""))
        return f"rasa at {url}", measuring.reader(server, engine_of(var))
    raise typer.BadParameter(f"no engine {name!r}: embedded, keywords or rasa")
