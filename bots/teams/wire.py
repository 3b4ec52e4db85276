"""The connection to the Bot Connector: one session, our bearer, and what a failure means."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import aiohttp
import msgspec

from bots.teams import faults
from bots.teams.bounded import TooLong, all_of
from bots.teams.login import SignIn
from bots.transport import Transient

CALL_SECONDS = 8.0
"""How long a call may take in all, signing in included."""
CONNECTIONS = 32
MOST_BYTES = 256 * 1024
"""Of an answer of the connector."""
GOOD, UNAUTHORIZED = 200, 401


@dataclass(frozen=True, slots=True)
class Answer:
    """What the connector answered; the names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """Makes calls; without a way to sign in, to those who take no proof."""

    def __init__(self, sign_in: SignIn | None) -> None:
        self._sign_in = sign_in
        self._session: aiohttp.ClientSession | None = None
        self._telling = faults.Telling()

    async def open(self) -> None:
        """Open the session; one that is there from a start which failed goes on."""
        if self._session is not None:
            return
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=CALL_SECONDS),
            trust_env=False,
        )

    async def close(self) -> None:
        session, self._session = self._session, None
        if self._sign_in is not None:
            await self._sign_in.close()
        if session is not None:
            await session.close()

    async def bearer(self) -> str:
        """Return a bearer, or nothing where none is wanted; Transient if we cannot sign in."""
        return await self._sign_in.token(self._opened()) if self._sign_in else ""

    async def call(
        self, method: str, url: str, headers: Mapping[str, str], body: str | bytes | None
    ) -> Answer:
        """Return the answer to a call if it is a good one; raise what another one means."""
        try:
            async with asyncio.timeout(CALL_SECONDS):
                answer = await self._proven(method, url, headers, body)
        except (aiohttp.ClientError, OSError) as error:
            raise Transient(type(error).__name__) from None
        except TooLong:
            raise Transient("an answer too long") from None
        if answer.status // 100 == GOOD // 100:
            return answer
        code = _code(answer.body)
        self._telling.tell(code, asyncio.get_running_loop().time())
        raise faults.of(method, answer.status, code, answer.headers.get("retry-after"))

    async def _proven(
        self, method: str, url: str, headers: Mapping[str, str], body: str | bytes | None
    ) -> Answer:
        """Make a call with our bearer; with another one if that is refused, once."""
        token = await self.bearer()
        answer = await self._sent(method, url, {**headers, **_said(token)}, body)
        refused = answer.status == UNAUTHORIZED
        if refused and self._sign_in is not None and self._sign_in.drop(token):
            token = await self.bearer()
            answer = await self._sent(method, url, {**headers, **_said(token)}, body)
        return answer

    async def _sent(
        self, method: str, url: str, headers: Mapping[str, str], body: str | bytes | None
    ) -> Answer:
        async with self._opened().request(
            method, url, headers=headers, data=body, allow_redirects=False
        ) as answer:
            told = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, told, await all_of(answer, MOST_BYTES))

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise Transient("not open")
        return self._session


def _said(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _code(body: bytes) -> str:
    """Return the error's name in an answer, empty without one."""
    with suppress(msgspec.DecodeError, LookupError, TypeError, RecursionError):
        return str(msgspec.json.decode(body)["error"]["code"])
    return ""
