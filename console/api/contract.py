"""The operations as an OpenAPI 3.1 document (spec.openapis.org/oas/v3.1.1).

Its schemas are JSON Schema 2020-12, which is what pydantic writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from console.api.operation import Operation
from console.api.problem import Problem
from console.rights import Right

VERSION = "1.0.0"
_REASONS = {
    400: "Something in the request is wrong; `errors` says what",
    401: "No token, or none that is good",
    403: "Role or scopes do not allow it",
    404: "There is nothing of that name, or it lies outside the account's scope",
    409: "It changed meanwhile, or its state does not allow this",
    413: "The body is too large",
    415: "The body is not JSON",
    503: "The store cannot be reached; ask again",
}
_ALWAYS = (400, 401, 403, 503)
_WITH_BODY = (413, 415)


def document(operations: Sequence[Operation], *, title: str, base: str) -> dict[str, Any]:
    """Draw the document. Paths stand below `base`."""
    schemas = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": VERSION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": base}],
        "security": [{"token": []}],
        "tags": [{"name": name} for name in dict.fromkeys(one.tag for one in operations)],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"Made by `kanal token add`. Scopes: {', '.join(Right)}.",
                }
            },
        },
    }


def _schemas(operations: Sequence[Operation]) -> dict[str, Any]:
    models: dict[type[BaseModel], Any] = {Problem: "serialization"}
    for one in operations:
        if not isinstance(one.answers, str):
            models[one.answers] = "serialization"
        if one.body:
            models[one.body] = "validation"
    _, drawn = models_json_schema(list(models.items()), ref_template="#/components/schemas/{model}")
    found: dict[str, Any] = drawn["$defs"]
    return found


def _operation(one: Operation) -> dict[str, Any]:
    problems = {*_ALWAYS, *one.problems}
    problems |= set(_WITH_BODY) if one.body else set()
    problems |= {404} if one.parameters else set()  # nothing may be called so
    described: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "description": f"Needs the scope `{one.right}`.",
        "tags": [one.tag],
        "parameters": [*_of_path(one), *_of_query(one)],
        "responses": {
            str(one.status): {"description": "Done", **_answer(one.answers)},
            **{
                str(status): {
                    "description": _REASONS[status],
                    **_content("application/problem+json", Problem),
                }
                for status in sorted(problems)
            },
        },
    }
    if one.body:
        described["requestBody"] = {"required": True, **_content("application/json", one.body)}
    return described


def _answer(answers: type[BaseModel] | str) -> dict[str, Any]:
    if isinstance(answers, str):  # bytes: their type says it all (OpenAPI 3.1, "binary data")
        return {"content": {answers: {}}}
    return _content("application/json", answers)


def _content(kind: str, model: type[BaseModel]) -> dict[str, Any]:
    return {"content": {kind: {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}}


def _of_path(one: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": dict(schema)}
        for name, schema in one.parameters.items()
    ]


def _of_query(one: Operation) -> list[dict[str, Any]]:
    if one.query is None:
        return []
    drawn = one.query.model_json_schema(ref_template="#/components/schemas/{model}")
    required = drawn.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in drawn["properties"].items()
    ]
