"""Signing in, to write: the OAuth 2.0 client credentials flow, without a thread and without MSAL.

By learn.microsoft.com/azure/bot-service, "Authentication with the Bot Connector API".
"""

import asyncio
import math
from typing import Any

import aiohttp
import msgspec
import structlog

from bots.teams.bounded import TooLong, all_of
from bots.transport import Transient

log = structlog.get_logger("tokenpool.teams")
SCOPE = "https://api.botframework.com/.default"
MULTI_TENANT = "botframework.com"
"""Where an app of no single tenant signs in."""
LOGIN_SECONDS = 5.0
AHEAD_SECONDS = 300.0
"""So long before its end a token is renewed, beside the calls that go on with it."""
SPARE_SECONDS = 10.0
"""So long before its end a token counts as ended: a call takes a while."""
PAUSE_SECONDS = 5.0
"""After a failure nobody asks again for so long; nor is a second token dropped."""
MOST_BYTES = 64 * 1024
GOOD = 200
KNOWN = frozenset(
    {
        "invalid_client", "invalid_request", "invalid_resource", "invalid_scope",
        "temporarily_unavailable", "unauthorized_client", "unsupported_grant_type",
    }
)  # fmt: skip


class SignIn:
    """The app's way to a bearer: kept as long as it is good, asked for once at a time."""

    def __init__(self, login_url: str, tenant: str, app_id: str, password: str) -> None:
        self._url = f"{login_url}{tenant or MULTI_TENANT}/oauth2/v2.0/token"
        self._form = {
            "grant_type": "client_credentials", "client_id": app_id, "client_secret": password,
            "scope": SCOPE,
        }  # fmt: skip
        self._token = ""
        self._ends = self._renews = self._pauses = self._drops = -math.inf
        self._trouble = ""
        self._task: asyncio.Task[None] | None = None

    async def token(self, session: aiohttp.ClientSession) -> str:
        """Return a bearer, at once while there is a good one; else Transient after a while."""
        now = asyncio.get_running_loop().time()
        if self._token and now < self._ends:
            if now >= self._renews:
                self._asking(session, now)
            return self._token
        task = self._asking(session, now)
        if task is not None:
            await asyncio.wait({task})  # whoever gives up waiting does not end it for others
        if not self._token or asyncio.get_running_loop().time() >= self._ends:
            raise Transient(self._trouble or "no bearer")
        return self._token

    def drop(self, token: str) -> bool:
        """Forget a bearer that was refused; False if another one is not worth a try so soon."""
        if token != self._token:
            return True
        now = asyncio.get_running_loop().time()
        if now < self._drops:
            return False
        self._token, self._drops = "", now + PAUSE_SECONDS
        return True

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def _asking(self, session: aiohttp.ClientSession, now: float) -> asyncio.Task[None] | None:
        """Return the request that is under way, or a new one; None so soon after a failure."""
        if self._task is not None and not self._task.done():
            return self._task
        if now < self._pauses:
            return None
        self._task = asyncio.create_task(self._ask(session))
        return self._task

    async def _ask(self, session: aiohttp.ClientSession) -> None:
        loop = asyncio.get_running_loop()
        asked = loop.time()
        try:
            async with asyncio.timeout(LOGIN_SECONDS):
                token, seconds = await self._asked(session)
        except (Transient, aiohttp.ClientError, OSError, RuntimeError) as error:
            known = isinstance(error, Transient)
            self._trouble = str(error) if known else f"login: {type(error).__name__}"
            self._pauses = loop.time() + PAUSE_SECONDS
            log.warning("teams_not_signed_in", error=self._trouble)
            return
        self._token, self._trouble = token, ""
        self._ends = asked + seconds - min(SPARE_SECONDS, seconds / 4)
        self._renews = asked + seconds - min(AHEAD_SECONDS, seconds / 2)

    async def _asked(self, session: aiohttp.ClientSession) -> tuple[str, float]:
        """Return a token and the seconds it lasts."""
        async with session.post(self._url, data=self._form, allow_redirects=False) as answer:
            try:
                said = msgspec.json.decode(await all_of(answer, MOST_BYTES))
            except (msgspec.DecodeError, TooLong):
                said = None
            status = answer.status
        found: dict[str, Any] = said if isinstance(said, dict) else {}
        if status != GOOD:
            word = str(found.get("error"))
            raise Transient(f"login: {word if word in KNOWN else f'status {status}'}")
        token, seconds = str(found.get("access_token", "")), _number(found.get("expires_in"))
        if not _fits_a_header(token) or not 0 < seconds < math.inf:
            raise Transient("login: unreadable answer")
        return token, seconds


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 0.0


def _fits_a_header(token: str) -> bool:
    return bool(token) and token.isascii() and token.isprintable() and " " not in token
