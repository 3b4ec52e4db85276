"""The web chat's two cookies: the session, and where somebody wanted to go before they got in."""

import re

from starlette.requests import Request
from starlette.responses import Response

SESSION_SECONDS = 8 * 3600
NEXT_SECONDS = 3600
CODE = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
"""The code of a refusal's link."""


class Cookies:
    """Named and marked by how people reach this server.

    Over https the prefix `__Host-` keeps other hosts of the domain from setting one. Plain http is
    loopback, or somebody's own network: there a browser would not send such a cookie back.
    """

    def __init__(self, public_url: str) -> None:
        self._secure = public_url.startswith("https://")
        prefix = "__Host-" if self._secure else ""
        self._session, self._next = f"{prefix}tokenpool", f"{prefix}tokenpool-next"

    def session(self, request: Request) -> str:
        return request.cookies.get(self._session, "")

    def keep(self, response: Response, cookie: str) -> None:
        self._set(response, self._session, cookie, SESSION_SECONDS)

    def drop(self, response: Response) -> None:
        self._set(response, self._session, "", 0)

    def wanted(self, request: Request) -> str:
        """Return the code of the link that somebody came by; it opens nothing by itself."""
        code = request.cookies.get(self._next, "")
        return code if CODE.fullmatch(code) else ""

    def want(self, response: Response, code: str) -> None:
        self._set(response, self._next, code, NEXT_SECONDS if code else 0)

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )
