"""What FastAPI's own errors become: our answers, without a word of what was sent."""

import re
from functools import cache

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path

from core.domain.errors import Code, Refusal
from core.service.clock import SystemClock
from core.settings import Settings
from core.views.tally import Tally
from gateway.errors import answer, client_name
from gateway.request_id import request_id_of

log = structlog.get_logger("gateway")

UNEXPECTED = "Something went wrong here. The request id in x-request-id helps to find out what."

_CODES = {404: Code.NOT_FOUND, 405: Code.METHOD_NOT_ALLOWED, 413: Code.REQUEST_TOO_LARGE}
TEXTS = {
    Code.NOT_FOUND: "There is no such route. GET /docs on this server lists them.",
    Code.METHOD_NOT_ALLOWED: "This route does not take this method.",
    Code.REQUEST_TOO_LARGE: "The body is too large.",
    Code.BAD_REQUEST: "The request cannot be read.",
}


def install(app: FastAPI, settings: Settings, tally: Tally | None = None) -> None:
    """Let every error of a FastAPI route become an answer of the one table, and count it."""
    counts = tally or Tally()

    async def handle(request: Request, error: Exception) -> Response:
        refusal = as_refusal(error)
        if refusal.code is Code.METHOD_NOT_ALLOWED:
            refusal = Refusal(refusal.code, refusal.message, facts={"allow": allowed(request)})
        counts.refuse(refusal)
        status, headers, body = answer(
            refusal,
            request_id=request_id_of(request.scope),
            settings=settings,
            user_agent=client_name(request.scope["headers"]),
            now_ms=SystemClock().now_ms(),
        )
        response = Response(body, status)
        response.raw_headers = headers
        return response

    for kind in (Refusal, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, handle)


def allowed(request: Request) -> str:
    """Return the methods of all routes with this path; FastAPI tells those of the first alone."""
    path, routes = request.scope["path"], list(iter_route_contexts(request.app.routes))
    same = [route for route in routes if route.path == path] or [
        route for route in routes if route.path is not None and _pattern(route.path).match(path)
    ]
    return ", ".join(sorted({method for route in same for method in route.methods or ()}))


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return compile_path(path)[0]


def as_refusal(error: Exception) -> Refusal:
    """Return the refusal that an exception stands for; its own text is never repeated."""
    match error:
        case Refusal():
            return error
        case RequestValidationError():
            return _invalid(error)
        case HTTPException(__cause__=Refusal() as cause):
            return cause  # FastAPI wraps what was raised while it read the body
        case HTTPException():
            code = _CODES.get(error.status_code, Code.BAD_REQUEST)
            return Refusal(code, TEXTS[code])
        case _:
            return Refusal(Code.INTERNAL, UNEXPECTED)


def _invalid(error: RequestValidationError) -> Refusal:
    """Name the first field at fault, and say what is allowed, but not what was sent."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return Refusal(Code.INVALID_JSON, "The body must be one JSON object.")
    place, *path = (str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return Refusal(Code.INVALID_FIELD, f"The {place} has a field that is not allowed.")
    param = ".".join(path) or place
    return Refusal(Code.INVALID_FIELD, f"{param}: {first['msg']}.", param=param)


def log_unexpected(request_id: str, error: Exception) -> None:
    """Log what broke and where; never the exception's text, which can hold a prompt or a key."""
    frame, at = error.__traceback__, ""
    while frame is not None:
        at = f"{frame.tb_frame.f_globals.get('__name__', '?')}:{frame.tb_lineno}"
        frame = frame.tb_next
    log.error("unexpected_error", request_id=request_id, error=type(error).__name__, at=at)
