"""`POST /telegram/webhook`: nothing of a request is read before its secret is right."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from bots import bodies
from bots.manifest.telegram import PATH
from bots.telegram import updates
from bots.telegram.updates import Unreadable
from core.domain.errors import Refusal

SECRET = b"x-telegram-bot-api-secret-token"

log = structlog.get_logger("tokenpool.telegram")


@dataclass(frozen=True, slots=True)
class Door:
    """Lets in what comes with the secret, and nothing else."""

    secret: str = field(repr=False)
    take: Callable[[object], Awaitable[None]]
    ready: Callable[[], bool]

    def router(self) -> Router:
        async def endpoint(request: Request) -> Response:
            return await self.enter(request)

        setattr(endpoint, bodies.POLICY, "public")  # the secret is what it demands
        return Router([Route(PATH, endpoint, methods=["POST"])])

    async def enter(self, request: Request) -> Response:
        given = [value for name, value in request.scope["headers"] if name == SECRET]
        if len(given) != 1 or not hmac.compare_digest(given[0], self.secret.encode()):
            return _refused("secret", 403)
        try:
            body = await bodies.read(request, updates.MOST_BYTES)
        except bodies.TooLarge:
            return _refused("size", 413)
        if not self.ready():
            return Response(status_code=503)  # Telegram sends it again
        try:
            await self.take(updates.opened(body))
        except Unreadable:  # it would not become readable by coming again
            return _refused("update", 200)
        except Refusal:
            return Response(status_code=503)
        return Response()


def _refused(kind: str, status: int) -> Response:
    log.info("telegram_refused", kind=kind, status=status)
    return Response(status_code=status)
