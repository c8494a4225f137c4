"""An operation: one method on one path, what it takes, what it answers, and who may ask for it.

The table of operations is the only source: routes, validation and the OpenAPI document are made
from it, so that they cannot disagree.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import web
from pydantic import BaseModel, ValidationError

from console.api.problem import ProblemError, answer
from console.api.shapes import TICKET
from console.desk import Desk
from console.rights import RIGHTS, Right, Role
from console.teach.trainer import Trainer
from console.visitor import scope_of
from store import tokens
from store.database import StoreError
from store.loose import KINDS
from store.scope import Scope
from store.tokens import Bearer

log = structlog.get_logger()

_BEARER = re.compile(r"Bearer ([\w-]{20,100})", re.IGNORECASE | re.ASCII)

Parameters = Mapping[str, str]

_NUMBER = {"type": "string", "pattern": "^[0-9]{1,18}$"}  # of a row
_NAMED: dict[str, Mapping[str, Any]] = {  # what a path may name
    **dict.fromkeys(("id", "photo", "correction", "batch"), _NUMBER),
    "ticket": {"type": "string", "pattern": TICKET},
    "kind": {"type": "string", "enum": list(KINDS)},  # of what waits and is no complaint
    "mark": {"type": "string", "pattern": "^(all|[0-9a-f]{16})$"},  # of a session
    "version": {"type": "string", "pattern": "^[0-9]{8}-[0-9a-f]{8}$"},  # of a model
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A request that has been let in and understood."""

    desk: Desk
    bearer: Bearer
    trainer: Trainer
    path: Parameters
    query: Any  # the operation's `query`
    body: Any  # the operation's `body`

    @property
    def actor(self) -> str:
        """As histories and the audit log name him."""
        return self.bearer.account.name

    @property
    def scope(self) -> Scope:
        """What part of the city's work he may see."""
        return scope_of(self.bearer.account)

    def may(self, right: Right | str) -> bool:
        """Whether both his role and the token's scopes have this right."""
        return _lacks(self.bearer, Right(right)) == ""

    def whole(self, name: str) -> int:
        """A number of the path."""
        return int(self.path[name])


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One thing that can be asked. `act` answers a model of `answers`, or raises ProblemError.

    Where `answers` is a media type, it answers bytes.
    """

    method: str
    path: str  # below the base, "/complaints/{ticket}"
    name: str  # operationId
    summary: str
    right: Right
    act: Callable[[Call], Awaitable[BaseModel | bytes]]
    answers: type[BaseModel] | str
    tag: str
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    most_bytes: int = 1_000_000  # of a body
    status: int = 200
    problems: tuple[int, ...] = ()  # beside those that every operation may answer (contract.py)

    @property
    def parameters(self) -> dict[str, Mapping[str, Any]]:
        """What the path names, each with its JSON schema."""
        return {name: _NAMED[name] for name in re.findall(r"{(\w+)}", self.path)}


def route(desk: Desk, trainer: Trainer, one: Operation, base: str) -> web.RouteDef:
    """How aiohttp serves it."""

    async def serve(request: web.Request) -> web.Response:
        try:
            call = await _call(desk, trainer, one, request)
            made = await one.act(call)
        except ProblemError as error:
            return answer(error)
        except StoreError as error:
            log.error("api.store_away", reason=str(error))
            return answer(
                ProblemError(503, "store-away", "The store cannot be reached", "Ask again.")
            )
        return _answer(one, made)

    return web.route(one.method, base + one.path, serve)


def _answer(one: Operation, made: BaseModel | bytes) -> web.Response:
    if isinstance(made, bytes):
        body, kind = made, str(one.answers)
    else:
        body, kind = made.model_dump_json(by_alias=True).encode(), "application/json"
    response = web.Response(status=one.status, body=body, content_type=kind)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


async def _call(desk: Desk, trainer: Trainer, one: Operation, request: web.Request) -> Call:
    bearer = await _bearer(desk, request)
    check(bearer, one.right)
    return Call(
        desk=desk,
        bearer=bearer,
        trainer=trainer,
        path=_path(one, request),
        query=_query(one.query, request) if one.query else None,
        body=await _body(one, one.body, request) if one.body else None,
    )


def _path(one: Operation, request: web.Request) -> Parameters:
    """What the path names. Raises: ProblemError (404) where nothing can be called so."""
    named = dict(request.match_info)
    for name, schema in one.parameters.items():
        allowed = schema.get("enum")
        if (allowed is not None and named[name] not in allowed) or not re.fullmatch(
            schema.get("pattern", ".*"), named[name], re.DOTALL
        ):
            raise ProblemError(404, "not-found", f"There is nothing of that {name}")
    return named


def check(bearer: Bearer, right: Right) -> None:
    """Refuse whom role or scopes do not allow it. Raises: ProblemError."""
    lacking = _lacks(bearer, right)
    if lacking == "role":
        raise ProblemError(
            403, "role", "The account's role may not do this", f"It needs `{right}`."
        )
    if lacking == "scope":
        raise ProblemError(
            403,
            "scope",
            "The token's scopes do not allow this",
            f"It needs `{right}`; make a token that has it.",
        )


def _lacks(bearer: Bearer, right: Right) -> str:
    """What a right is wanting in: role | scope; "" where he has it."""
    if right not in RIGHTS[Role(bearer.account.role)]:
        return "role"
    return "" if right.value in bearer.scopes else "scope"


async def _bearer(desk: Desk, request: web.Request) -> Bearer:
    given = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    found = None
    if given:
        now = desk.clock()
        async with desk.database.read() as connection:
            found = await tokens.bearer(connection, given[1], now=now)
        if found and found.is_stale(now):
            async with desk.database.begin() as connection:
                await tokens.used(connection, found.token_id, now)
    if found is None:
        raise ProblemError(
            401, "token", "No token, or none that is good", "Send Authorization: Bearer <token>."
        )
    return found


def _query(model: type[BaseModel], request: web.Request) -> BaseModel:
    repeated = [name for name in set(request.query) if len(request.query.getall(name)) > 1]
    if repeated:
        raise _wrong([{"loc": [name], "msg": "given more than once"} for name in repeated])
    return _validated(model, dict(request.query), strict=False)


async def _body(one: Operation, model: type[BaseModel], request: web.Request) -> BaseModel:
    if request.content_type != "application/json":
        raise ProblemError(
            415, "media-type", "The body is not JSON", "Send Content-Type: application/json."
        )
    if (request.content_length or 0) > one.most_bytes:
        raise _too_large(one.most_bytes)
    try:
        said = json.loads(await request.read())
    except web.HTTPRequestEntityTooLarge as error:
        raise _too_large(one.most_bytes) from error
    except (ValueError, RecursionError) as error:
        raise ProblemError(400, "json", "The body cannot be read as JSON") from error
    return _validated(model, said, strict=True)


def _too_large(most: int) -> ProblemError:
    return ProblemError(413, "too-large", "The body is too large", f"At most {most} bytes.")


def _validated(model: type[BaseModel], said: Any, *, strict: bool) -> BaseModel:
    try:
        # Strict: JSON has numbers and booleans of its own. A query has words alone.
        text = json.dumps(said)
        return model.model_validate_json(text, strict=strict)
    except ValidationError as error:
        raise _wrong(
            error.errors(include_url=False, include_context=False, include_input=False)
        ) from error
    except (ValueError, RecursionError) as error:
        raise ProblemError(400, "json", "The body cannot be read as JSON") from error


def _wrong(mistakes: Sequence[Mapping[str, Any]]) -> ProblemError:
    errors = [
        {"at": ".".join(str(step) for step in one["loc"]), "message": str(one["msg"])}
        for one in mistakes
    ]
    return ProblemError(400, "invalid", "Some fields are wrong", "See `errors`.", errors=errors)


def elsewhere(
    every: Sequence[Operation], base: str
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The answer to a path that is none, or to a method that a path has not."""
    known = [
        (re.compile(re.sub(r"\{\w+\}", "[^/]+", base + one.path)), one.method) for one in every
    ]
    known.append((re.compile(re.escape(f"{base}/openapi.json")), "GET"))

    async def refuse(request: web.Request) -> web.Response:
        allowed = {method for path, method in known if path.fullmatch(request.path)}
        if not allowed:
            return answer(ProblemError(404, "no-such-path", "There is no such path"))
        told = ", ".join(sorted(allowed))
        response = answer(ProblemError(405, "method", "No such method here", f"Allowed: {told}."))
        response.headers["Allow"] = told
        return response

    return refuse
