"""The web chat as one ASGI application, to be mounted behind the gateway's door."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import Receive, Scope, Send

from bots.web.assets import PATH, Assets
from bots.web.cookies import Cookies
from bots.web.desk import Desk, SignedOut, public
from bots.web.entrance import Entrance, strangers
from bots.web.guard import Guard, guarded
from bots.web.live import Live
from bots.web.pages import Pages, wants_fragment
from bots.web.rooms import Rooms
from bots.web.talk import Talk
from bots.web.trying import Trying
from core.domain.errors import Code, Refusal
from core.service.start import Core

PREFIXES = ("/chat", "/r")
STATUS: dict[Code, int] = {
    Code.ACCOUNT_DISABLED: 403,
    Code.BAD_REQUEST: 400,
    Code.CONFLICT: 409,
    Code.INVALID_API_KEY: 401,
    Code.LEDGER_BUSY: 503,
    Code.METHOD_NOT_ALLOWED: 405,
    Code.NOT_FOUND: 404,
    Code.PERMISSION_DENIED: 403,
    Code.QUOTA_UNAVAILABLE: 503,
    Code.RATE_LIMIT_EXCEEDED: 429,
    Code.REQUEST_TIMEOUT: 408,
    Code.REQUEST_TOO_LARGE: 413,
}
"""What is not here is the fault of what was sent."""
TITLES = {
    400: "That did not work",
    403: "That is not allowed",
    404: "There is nothing here",
    405: "That did not work",
    413: "That is too much at once",
    429: "Too many at once",
    503: "Just a moment",
}
OURS = "Something went wrong here. It is not your fault; please try again in a moment."
GONE = Refusal(Code.NOT_FOUND, "The address is wrong, or what was here is gone.")
WRONG_METHOD = Refusal(Code.METHOD_NOT_ALLOWED, "This page is not made for that.")
BROKEN = Refusal(Code.BAD_REQUEST, "That could not be read.")


class Web:
    """All routes of the web chat; whatever goes wrong becomes a page or a piece of one."""

    def __init__(self, core: Core, own_url: str) -> None:
        """`own_url` is where this server listens: the demo calls its own model there."""
        self._assets = Assets()
        self.desk = Desk(core, Pages(self._assets), Cookies(core.settings.public_url))
        self._guard = Guard(core.settings)
        parts = (Rooms, Talk, Live, Entrance)
        self.routes: list[BaseRoute] = [
            Route(PATH + "{name}", self.asset, name="asset"),
            *(route for part in parts for route in part(self.desk).routes),
            *Trying(self.desk, own_url).routes,
        ]
        self._router = Router(self.routes, redirect_slashes=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        request, send = Request(scope, receive), guarded(send)
        try:
            self._guard.check(request)
            await self._router(scope, receive, send)
        except SignedOut:
            await self._signed_out(request)(scope, receive, send)
        except Refusal as refusal:
            await self._problem(request, refusal)(scope, receive, send)
        except HTTPException as error:
            known = {404: GONE, 405: WRONG_METHOD}.get(error.status_code, BROKEN)
            await self._problem(request, known)(scope, receive, send)
        except Exception:
            await self._page(request, 500, OURS)(scope, receive, send)
            raise  # the door writes down what it was

    @public
    async def asset(self, request: Request) -> Response:
        found = self._assets.answer(request.path_params["name"])
        if found is None:
            raise GONE
        return found

    def close(self) -> None:
        """End all streams: the server is about to wait for open answers."""
        self.desk.streams.close()

    def _signed_out(self, request: Request) -> Response:
        if not wants_fragment(request):
            return strangers(self.desk)
        text = "You are signed out here. Sign in again to go on."
        return self._piece(text, 401)

    def _problem(self, request: Request, refusal: Refusal) -> Response:
        status = STATUS.get(refusal.code, 400)
        response = self._page(request, status, refusal.message)
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers["retry-after"] = "2"
        return response

    def _page(self, request: Request, status: int, text: str) -> Response:
        if wants_fragment(request):
            return self._piece(text, status)
        return self.desk.pages.page(
            "outside",
            status,
            title=TITLES.get(status, "Something went wrong"),
            lines=[text],
            ways=(),
            form=None,
            auto=False,
            back="To the chat",
        )

    def _piece(self, text: str, status: int) -> Response:
        return self.desk.pages.fragment(self.desk.pages.part("toast", text=text, bad=True), status)
