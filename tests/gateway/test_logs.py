"""What libraries log of an error quotes nobody."""

from __future__ import annotations

import io
import logging

from sqlalchemy.exc import IntegrityError

from gateway.logs import Wordless


def test_a_traceback_tells_kinds_and_places_and_no_words(refused: IntegrityError) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Wordless("%(name)s %(message)s"))
    raised = (type(refused), refused, refused.__traceback__)
    handler.emit(logging.LogRecord("aiohttp.server", logging.ERROR, "", 0, "Error", None, raised))

    assert "Ani" not in written.getvalue()
    assert "IntegrityError\n" in written.getvalue()
    assert "conftest.py" in written.getvalue()


def test_an_error_that_was_raised_from_another_names_both() -> None:
    try:
        try:
            raise KeyError("got depan rumah Ani")
        except KeyError as error:
            raise ValueError("rumah Ani") from error
    except ValueError as error:
        told = Wordless().formatException((type(error), error, error.__traceback__))
    assert "KeyError" in told
    assert "ValueError" in told
    assert "in test_an_error_that_was_raised_from_another_names_both" in told
