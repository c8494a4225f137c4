"""Tables as files, row by row: JSON, and CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from aiohttp import web

Rows = AsyncIterator[Sequence[Mapping[str, Any]]]  # a batch at a time
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


def cell(value: Any) -> str:
    """A value as a cell. Text that a spreadsheet would run as a formula gets an apostrophe before.

    Numbers are ours, and stay numbers. Source: OWASP, "CSV Injection".
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    # Spreadsheets pass over spaces, and take the full-width forms for the plain ones.
    begins = text.lstrip(" \u00a0\u3000")[:1].translate(
        {0xFF1D: "=", 0xFF0B: "+", 0xFF0D: "-", 0xFF20: "@"}
    )
    return f"'{text}" if begins in _FORMULA and begins else text


async def stream(
    request: web.Request, kind: str, name: str, columns: Sequence[str], rows: Rows
) -> web.StreamResponse:
    """Send a file of rows; `kind` is csv or json. Nothing is held but one batch."""
    response = web.StreamResponse(
        headers={
            "Content-Type": TYPES[kind],
            "Content-Disposition": f'attachment; filename="{name}.{kind}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'",
        }
    )
    await response.prepare(request)
    if kind == "csv":
        await response.write(_line(columns))
        async for batch in rows:
            lines = [_line([row[column] for column in columns]) for row in batch]
            await response.write(b"".join(lines))
    else:
        await _as_json(response, columns, rows)
    await response.write_eof()
    return response


async def _as_json(response: web.StreamResponse, columns: Sequence[str], rows: Rows) -> None:
    between = b"["
    async for batch in rows:
        said = [
            json.dumps({column: row[column] for column in columns}, ensure_ascii=False, default=str)
            for row in batch
        ]
        if said:
            await response.write(between + b"\n" + ",\n".join(said).encode())
            between = b","
    await response.write(b"\n]\n" if between == b"," else b"[]\n")


def _line(values: Sequence[Any]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow([cell(value) for value in values])
    return line.getvalue().encode()
