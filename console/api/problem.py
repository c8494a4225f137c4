"""What went wrong, as RFC 9457 says it: application/problem+json."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web
from pydantic import BaseModel, Field


class Problem(BaseModel):
    """An error as a program reads it: `type` names the kind, `detail` the remedy."""

    type: str = Field(examples=["urn:kanal:problem:not-found"])
    title: str
    status: int
    detail: str = ""
    errors: list[dict[str, Any]] = Field(default_factory=list, description="one per wrong field")


class ProblemError(Exception):
    """Raised anywhere in an operation; answered as `problem`."""

    def __init__(self, status: int, kind: str, title: str, detail: str = "", **more: Any) -> None:
        super().__init__(title)
        self.status = status
        self.body = {
            "type": f"urn:kanal:problem:{kind}",
            "title": title,
            "status": status,
            "detail": detail,
            "errors": [],
            **more,
        }


def answer(error: ProblemError) -> web.Response:
    """The response that tells it."""
    response = web.Response(
        status=error.status,
        text=json.dumps(error.body, ensure_ascii=False),
        content_type="application/problem+json",
    )
    if error.status == 401:  # noqa: PLR2004 - RFC 9110, section 11.6.1
        response.headers["WWW-Authenticate"] = 'Bearer realm="kanal"'
    if error.status == 503:  # noqa: PLR2004
        response.headers["Retry-After"] = "5"
    return response
