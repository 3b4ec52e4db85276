"""`POST /slack/events`: nothing of a request is read before its signature is right."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from bots import bodies
from bots.slack import envelope
from bots.slack.envelope import Json, Unreadable
from bots.slack.sdk import Reply
from bots.slack.signature import signed, stamped, told_time
from core.service.start import Core

PATH = "/slack/events"

log = structlog.get_logger("tokenpool.slack")

Deliver = Callable[[Json], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Door:
    """Lets in what Slack has signed, and nothing else."""

    core: Core
    secret: str
    deliver: Deliver
    ready: Callable[[], bool]

    def router(self) -> Router:
        async def endpoint(request: Request) -> Response:
            return await self.enter(request)

        setattr(endpoint, bodies.POLICY, "public")  # the signature is what it demands
        return Router([Route(PATH, endpoint, methods=["POST"])])

    async def enter(self, request: Request) -> Response:
        headers = request.scope["headers"]
        stamp = stamped(headers, self.core.clock.now_ms())
        if stamp is None:
            self.core.tally.clock_skew += told_time(headers) is not None
            return _refused("stamp", 401)
        try:
            body = await bodies.read(request, envelope.MOST_BYTES)
        except bodies.TooLarge:
            return _refused("size", 400)
        if not signed(headers, stamp, body, self.secret):
            return _refused("signature", 401)
        try:
            said = envelope.opened(body, request.headers.get("content-type", ""))
            return await self._admitted(said)
        except Unreadable:
            return _refused("body", 400)

    async def _admitted(self, said: Json) -> Response:
        if "ssl_check" in said:
            return Response()
        envelope.checked(said)
        if not self.ready():
            return Response(status_code=503)  # Slack sends events again
        reply = await self.deliver(said)
        return Response(reply.content, reply.status, media_type=reply.content_type or None)


def _refused(kind: str, status: int) -> Response:
    log.info("slack_refused", kind=kind, status=status)
    return Response(status_code=status)
