"""Training and serving by Rasa's own commands, with its corpus being ours."""

from __future__ import annotations

import os
import subprocess
from importlib.resources import as_file, files
from pathlib import Path

import yaml

from nlu.rasa.environment import ENVIRONMENT, RasaMissingError, rasa_python

TOKEN = "KANAL_RASA_TOKEN"  # noqa: S105 (the variable's name)
MODEL = "nlu"
_QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "2", "SQLALCHEMY_WARN_20": "0"}
# `rasa run` takes its token as an argument, which every user of the machine could read in `ps`:
# so it becomes one only inside the process.
_SERVE = """
import os, sys
from rasa.__main__ import main
token = os.environ.pop("{variable}", "")
sys.argv = ["rasa", *sys.argv[1:], *(["--auth-token", token] if token else [])]
main()
"""


def train(
    var: Path, *, per_class: int = 0, epochs: int = 0, environment: Path = ENVIRONMENT
) -> Path:
    """Train DIET on the corpus; answers the model, `<var>/rasa/models/nlu.tar.gz`.

    Args:
        var: the folder of everything that the gateway writes.
        per_class: examples of each label, spread over the file; 0: all.
        epochs: instead of those in config.yml; 0: as there.
        environment: the folder that `make rasa-env` made.

    Raises: RasaMissingError.
    """
    interpreter = rasa_python(environment)
    home = (var / "rasa").absolute()
    home.mkdir(parents=True, exist_ok=True)
    config = home / "config.yml"
    config.write_text(_config(epochs), encoding="utf-8")
    with as_file(files("nlu") / "corpus") as corpus:
        examples = shortened(corpus, home / "corpus", per_class) if per_class else corpus
        command = [str(interpreter), "-m", "rasa", "train", "nlu", "--nlu", str(examples)]
        command += ["--config", str(config), "--out", str(home / "models")]
        command += ["--fixed-model-name", MODEL]
        # Rasa keeps a cache in the folder where it runs.
        done = subprocess.run(command, cwd=home, env=_environ(), check=False)  # noqa: S603
    if done.returncode:
        raise RasaMissingError("`rasa train nlu` failed, see above")
    return home / "models" / f"{MODEL}.tar.gz"


def _config(epochs: int) -> str:
    text = (files("nlu") / "rasa" / "config.yml").read_text(encoding="utf-8")
    if not epochs:
        return text
    config = yaml.safe_load(text)
    config["pipeline"][-1]["epochs"] = epochs
    return yaml.safe_dump(config, sort_keys=False)


def shortened(corpus: Path, folder: Path, per_class: int) -> Path:
    """Write a corpus of the same shape with at most so many examples of each label."""
    for path in sorted(corpus.rglob("*.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for block in document["nlu"]:
            lines = str(block.get("examples", "")).splitlines(keepends=True)
            step = max(1, len(lines) // per_class)
            block["examples"] = "".join(lines[::step][:per_class])
        target = folder / path.relative_to(corpus)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return folder


def serve_command(
    model: Path, port: int, environment: Path = ENVIRONMENT, host: str = "127.0.0.1"
) -> tuple[list[str], dict[str, str]]:
    """The command that serves a model, and the environment it wants.

    It reads the token that requests must bear from KANAL_RASA_TOKEN; without one any program on
    this machine may ask. Raises: RasaMissingError.
    """
    if not model.is_file():
        raise RasaMissingError(f"no model at {model}: run `make rasa` (trains on the corpus)")
    script = _SERVE.format(variable=TOKEN)
    command = [str(rasa_python(environment)), "-c", script, "run", "--enable-api"]
    command += ["-i", host, "-p", str(port), "-m", str(model.absolute())]
    return command, _environ()


def _environ() -> dict[str, str]:
    return {**os.environ, **_QUIET}
