"""The outermost door: every request passes here first, in plain ASGI.

It names the request, bounds what may come in, finds the handler of a hot path without a router,
and turns whatever still goes wrong into an answer without a word of content.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.domain.errors import Code, Refusal
from core.service.clock import SystemClock
from core.settings import Settings
from core.views.tally import Tally
from gateway.errors import Headers, answer, client_name
from gateway.handlers import UNEXPECTED, log_unexpected
from gateway.intake import (
    MIB,
    MOST_FORM_BYTES,
    Intake,
    admit,
    allowed_hosts,
    read_body,
    sound,
)
from gateway.request_id import new_request_id, remember

__all__ = ["Door", "HotHandler", "canonical", "read_body"]

HotHandler = Callable[[Scope, Receive, Send], Awaitable[None]]

V1 = "/v1"
WITHOUT_V1 = frozenset(
    {
        "admin", "analytics", "approvals", "completions", "embeddings", "leaderboard", "messages",
        "model", "models", "quota", "responses", "teams", "usage", "users",
    }
)  # fmt: skip
"""First segments that clients also call without /v1. `/chat` is the web chat: see CHAT."""
CHAT = "/chat/completions"
WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
_POLICY_VIOLATION = 1008


def canonical(path: str) -> str:
    """Return the path that is routed: clients leave out /v1 or double it; nobody is redirected."""
    if path.startswith("/v1/"):
        return path.removeprefix(V1) if path.startswith("/v1/v1/") else path
    if path == CHAT or path[1:].partition("/")[0] in WITHOUT_V1:
        return V1 + path
    return path


class Door:
    """Takes hot paths to their handlers, everything else to the app; see the module."""

    def __init__(
        self,
        app: ASGIApp,
        hot: Mapping[tuple[str, str], HotHandler],
        settings: Settings,
        *,
        hosts: Collection[str] | None = None,
        beside: Mapping[str, ASGIApp] | None = None,
    ) -> None:
        """Answer on loopback to `hosts` too; `beside` are applications by their first segment."""
        self._app = app
        self._hot: dict[str, dict[str, HotHandler]] = defaultdict(dict)
        for (method, path), handler in hot.items():
            self._hot[path][method] = handler
        self._beside = dict(beside or {})
        self._settings = settings
        self.tally = Tally()
        """Counts what is refused here; `create_app` puts in the process's own."""
        self._most_body_bytes = settings.max_body_mib * MIB
        own = allowed_hosts(settings)
        self._hosts = None if own is None else frozenset(own) | frozenset(hosts or ())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = new_request_id()
        remember(scope, request_id)
        reply = Reply(send, request_id)
        try:
            reply.private = admit(scope["headers"], self._most_body_bytes, self._hosts)
            handler = self._handler(scope)
            await handler(scope, Intake(receive, self._most_body_bytes), reply)
        except Refusal as refusal:
            await self._refuse(scope, reply, refusal)
        except Exception as error:  # noqa: BLE001 - the outermost door
            log_unexpected(request_id, error)
            await self._refuse(scope, reply, Refusal(Code.INTERNAL, UNEXPECTED))

    def _handler(self, scope: Scope) -> ASGIApp:
        path: str = scope["path"]
        routed = canonical(path)
        if routed != path:
            scope["path"], scope["raw_path"] = routed, routed.encode()
        methods = self._hot.get(routed)
        if methods is None:
            if routed.startswith("/v1/"):
                return self._soundly
            return self._beside.get("/" + routed[1:].partition("/")[0], self._app)
        handler = methods.get(scope["method"])
        if handler is None:
            allowed = ", ".join(sorted(methods))
            raise Refusal(
                Code.METHOD_NOT_ALLOWED, f"This route takes {allowed}.", facts={"allow": allowed}
            )
        return handler

    async def _soundly(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the app's own routes have sound JSON only."""
        if scope["method"] not in WITHOUT_BODY:
            receive = await sound(receive, MOST_FORM_BYTES)
        await self._app(scope, receive, send)

    async def _refuse(self, scope: Scope, reply: "Reply", refusal: Refusal) -> None:
        self.tally.refuse(refusal)
        if reply.started:
            return  # too late for an answer: the server cuts the connection
        status, headers, body = answer(
            refusal,
            request_id=reply.request_id,
            settings=self._settings,
            user_agent=client_name(scope["headers"]),
            now_ms=SystemClock().now_ms(),
        )
        await reply({"type": "http.response.start", "status": status, "headers": headers})
        await reply({"type": "http.response.body", "body": body})

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        remember(scope, new_request_id())
        try:
            admit(scope["headers"], self._most_body_bytes, self._hosts)
        except Refusal:
            await receive()
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        await self._app(scope, receive, send)


class Reply:
    """A `send` that names the request in the answer and keeps a caller's answers out of caches."""

    __slots__ = ("_send", "private", "request_id", "started")

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self.request_id = request_id
        self.private = False
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            message["headers"] = self._completed(list(message.get("headers", ())))
        await self._send(message)

    def _completed(self, headers: Headers) -> Headers:
        names = {name for name, _ in headers}
        ours = [(b"x-request-id", self.request_id.encode())]
        if self.private:
            ours += [(b"cache-control", b"no-store"), (b"vary", b"Authorization")]
        return headers + [header for header in ours if header[0] not in names]
