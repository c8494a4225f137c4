"""`python -m nlu.rasa env | train | serve`: what `make rasa` and `make rasa-serve` call."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from nlu.rasa import environment


def main() -> None:
    """Do what the command line says; mistakes that a person can mend end in one line."""
    parser = argparse.ArgumentParser(prog="python -m nlu.rasa", description=__doc__)
    parser.add_argument("--var", type=Path, default=Path(os.environ.get("KANAL_VAR") or "var"))
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("env", help="make the environment (Python 3.10)")
    training = commands.add_parser("train", help="train DIET on the corpus")
    training.add_argument("--per-class", type=int, default=0, help="examples of each label; 0: all")
    training.add_argument("--epochs", type=int, default=0, help="0: as config.yml says")
    serving = commands.add_parser("serve", help="serve the model on loopback")
    serving.add_argument("--port", type=int, default=5005)
    chosen = parser.parse_args()
    try:
        _do(chosen)
    except environment.RasaMissingError as error:
        sys.exit(f"rasa: {error}")


def _do(chosen: argparse.Namespace) -> None:
    if chosen.command == "env":
        environment.make()
        return
    from nlu.rasa import training  # noqa: PLC0415 (the environment needs the standard library alone)

    if chosen.command == "train":
        model = training.train(chosen.var, per_class=chosen.per_class, epochs=chosen.epochs)
        sys.stderr.write(f"{model}\n`make rasa-serve` serves it; `nlu.engine: rasa` asks it.\n")
        return
    model = chosen.var / "rasa" / "models" / f"{training.MODEL}.tar.gz"
    command, environ = training.serve_command(model, chosen.port)
    home = model.parent.parent
    os.chdir(home)
    os.execve(command[0], command, environ)  # noqa: S606 (signals reach Rasa itself)


if __name__ == "__main__":
    main()
