"""Structured logs: an event's name and ids. Personal data and secrets have no key here."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from gateway.sections import Log

FORBIDDEN = frozenset({"text", "address", "sender", "body", "token", "password", "phone", "email"})


def _refuse_personal(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Drop what must never be logged, even when a line of code forgets."""
    return {key: "[withheld]" if key in FORBIDDEN else value for key, value in event.items()}


class Wordless(logging.Formatter):
    """How libraries' lines are written: of an error its kinds and places, never its text.

    A database quotes in it what it refuses, and that is what a citizen wrote.
    """

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging calls it so
        told: list[BaseException] = []
        lines: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None and error not in told:
            told.append(error)
            lines += [f"{type(error).__name__}\n", *traceback.format_tb(error.__traceback__)]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "".join(lines).rstrip()


def configure(log: Log) -> None:
    """Set up logging for this process, to standard error."""
    as_text = log.format == "text" or (log.format == "auto" and sys.stderr.isatty())
    renderer: Any = (
        structlog.dev.ConsoleRenderer() if as_text else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _refuse_personal,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, log.level.upper())),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    # Libraries that log requests log addresses and tokens with them.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Wordless("%(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for noisy in ("httpx", "httpcore", "telegram", "aiohttp.access", "mail.log", "alembic"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
