"""`POST /api/messages`: nothing of a request is believed before it is known who sends it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from bots import bodies
from bots.teams.sdk import Reply
from bots.teams.token import OFF_TIME, Check, Json, Refused
from core.domain.errors import Refusal

PREFIX = "/api"
PATH = "/api/messages"
MOST_BYTES = 256 * 1024

log = structlog.get_logger("tokenpool.teams")


class Unreadable(Exception):
    """No JSON object."""


@dataclass(frozen=True, slots=True)
class Door:
    """Lets in what the check admits, and nothing else."""

    check: Check
    reply: Callable[[Json], Awaitable[Reply]]
    ready: Callable[[], bool]
    skewed: Callable[[], None] = lambda: None
    """Called when a token of good form has another time than ours."""

    def router(self) -> Router:
        async def endpoint(request: Request) -> Response:
            if request.method == "HEAD":  # somebody looks whether we are there
                return Response()
            return await self.enter(request)

        setattr(endpoint, bodies.POLICY, "public")  # the token is what it demands
        return Router([Route(PATH, endpoint, methods=["HEAD", "POST"])])

    async def enter(self, request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            return _refused("type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        try:
            said = _opened(await bodies.read(request, MOST_BYTES))
            await self.check.admit(request, said)
        except bodies.TooLarge:
            return _refused("size", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except Unreadable:
            return _refused("body", HTTPStatus.BAD_REQUEST)
        except Refused as refused:
            if refused.kind in OFF_TIME:
                self.skewed()
            return _refused(refused.kind, refused.status)
        return await self._admitted(said)

    async def _admitted(self, said: Json) -> Response:
        if not self.ready():
            return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)  # Teams may send it again
        try:
            reply = await self.reply(said)
        except Refusal:
            return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)
        if reply.body is None:
            return Response(status_code=reply.status)
        body = msgspec.json.encode(reply.body)
        return Response(body, reply.status, media_type="application/json")


def _opened(body: bytes) -> Json:
    try:
        return msgspec.json.decode(body, type=Json)
    except (ValueError, RecursionError):  # msgspec's faults are ValueErrors
        raise Unreadable from None


def _refused(kind: str, status: int) -> Response:
    log.info("teams_refused", kind=kind, status=int(status))
    return Response(status_code=status)
