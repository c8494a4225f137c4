"""What libraries log of an error quotes nobody."""

from __future__ import annotations

import io
import logging
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from gateway.logs import Wordless
from store.tables import Lease, table


async def test_a_traceback_tells_kinds_and_places_and_no_words(database) -> None:
    row = {"name": "air got depan rumah Ani", "owner": "ani", "until": datetime.now(UTC)}
    async with database.begin() as connection:
        await connection.execute(insert(table(Lease)), [row])
    with pytest.raises(IntegrityError) as caught:
        async with database.begin() as connection:
            await connection.execute(insert(table(Lease)), [row])

    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Wordless("%(name)s %(message)s"))
    raised = (caught.type, caught.value, caught.tb)
    handler.emit(logging.LogRecord("aiohttp.server", logging.ERROR, "", 0, "Error", None, raised))

    assert "Ani" not in written.getvalue()
    assert "IntegrityError\n" in written.getvalue()
    assert "test_logs.py" in written.getvalue()


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
