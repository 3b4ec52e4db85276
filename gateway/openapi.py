"""The OpenAPI document: FastAPI's, with the hot routes, our errors and our views put right."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from gateway import hot_routes, view_schemas
from gateway.auth import BY_KEY, HEADERS, Policy, policy_of

Json = dict[str, Any]

ERROR: Json = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "code": {"type": "string"},
            },
        }
    },
}
BEARER: Json = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key; instead, it can be the value of one of the headers "
    + ", ".join(name.decode() for name in HEADERS[1:])
    + ".",
}
ALWAYS = {
    400: "A field is unknown or wrong, or the request cannot be read.",
    408: "The body took too long to arrive.",
    413: "The body is too large.",
    431: "The headers are too large.",
    500: "Something went wrong here; x-request-id helps to find out what.",
    503: "The ledger is busy or cannot be reached; nothing was done.",
}
WITH_KEY = {
    401: "No valid API key.",
    403: "This key, or the person behind it, may not do this.",
    429: "Too much at once; retry-after says when to try again.",
}
WITH_ID = {404: "There is no such thing, or it is not yours to see."}
CHANGING = {409: "It is not as you think any more."}
OF_FASTAPI = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI) -> None:
    """Let the document say what is true: our answers instead of FastAPI's."""

    def document() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way to extend it


def _document(app: FastAPI) -> Json:
    schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
    paths, parts = schema["paths"], schema.setdefault("components", {})
    policies = _policies(app)
    for path, method, operation in _operations(paths):
        _complete(operation, method, path, policies.get((method, path)))
    for path, (operation, policy) in hot_routes.routes().items():
        paths[path] = {"post": operation}
        _complete(operation, "post", path, policy)
    schemas = parts.setdefault("schemas", {})
    for name in OF_FASTAPI:
        schemas.pop(name, None)
    schemas |= {"Error": ERROR} | view_schemas.components() | hot_routes.shapes()
    parts["securitySchemes"] = {"bearer": BEARER}
    return schema


def _policies(app: FastAPI) -> dict[tuple[str, str], Policy | None]:
    return {
        (method.lower(), (route.path or "").replace(":path", "")): policy_of(route.dependant)
        for route in iter_route_contexts(app.routes)
        if hasattr(route, "dependant")
        for method in route.methods or ()
    }


def _operations(paths: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in paths.items():
        for method, operation in methods.items():
            yield path, method, operation


def _complete(operation: Json, method: str, path: str, policy: Policy | None) -> None:
    """Add what every route of this kind answers besides its own answers."""
    answers = operation["responses"]
    answers.pop("422", None)
    errors = dict(ALWAYS)
    if policy in BY_KEY:
        operation["security"] = [{"bearer": []}]
        errors |= WITH_KEY
    if policy in {Policy.BOOTSTRAP, Policy.METRICS}:
        errors |= WITH_KEY | WITH_ID
    if "{" in path or any(one["name"] == "team" for one in operation.get("parameters", ())):
        errors |= WITH_ID
    if method != "get":
        errors |= CHANGING
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for status, text in errors.items():
        answers.setdefault(str(status), {"description": text}).setdefault("content", error)
