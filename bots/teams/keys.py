"""The keys that sign what Teams sends: fetched aside, so that nobody who has a known key waits.

Microsoft announces a key before it signs with it, and asks to fetch them once a day
(learn.microsoft.com, "Authentication with the Bot Connector API"). Nothing that a stranger sends
makes more than one fetch a minute: for so long, a key that was not there is unknown.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp
import jwt
import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm
from msgspec import Struct, field

from bots.teams.bounded import TooLong, all_of
from bots.teams.hosts import on_this_machine

FETCH_SECONDS = 5.0
AGAIN_SECONDS = 60.0
FRESH_SECONDS = 24 * 3600.0
USED_SECONDS = 7 * FRESH_SECONDS
"""A key host that is away for longer than this cannot vouch for a key any more."""
MOST_BYTES = 256 * 1024
BITS = range(2048, 8192 + 1)
_FAILURES = (aiohttp.ClientError, OSError, TooLong, ValueError, RecursionError)

log = structlog.get_logger("tokenpool.teams")


class UnknownKey(Exception):
    """Nobody whom we trust has shown this key."""


class Unusable(ValueError):
    """The key host answers, but not with keys."""


@dataclass(frozen=True, slots=True)
class Key:
    public: RSAPublicKey
    endorsements: frozenset[str]
    """The channels whose activities it may sign."""


class _Metadata(Struct, frozen=True):
    jwks_uri: str


class _Jwk(Struct, frozen=True):
    kid: str
    kty: str
    n: str
    e: str
    use: str = "sig"
    endorsements: list[str] = field(default_factory=list)


class _Jwks(Struct, frozen=True):
    keys: list[msgspec.Raw]


class Keys:
    """What the key host last showed."""

    def __init__(
        self,
        metadata_url: str,
        *,
        seconds: float = FETCH_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = metadata_url
        self._seconds = seconds
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._fetched = self._tried = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def get(self, kid: str) -> Key:
        """Return a key; one that is unknown waits for a fetch that runs, and no longer."""
        age = self._clock() - self._fetched
        known = kid in self._keys and age < USED_SECONDS
        if not known or age >= FRESH_SECONDS:
            self._refresh()
        if known:
            return self._keys[kid]
        if self._fetching is not None:
            await asyncio.wait({self._fetching}, timeout=self._seconds)
        if kid not in self._keys or self._clock() - self._fetched >= USED_SECONDS:
            raise UnknownKey
        return self._keys[kid]

    async def close(self) -> None:
        self._tried = float("inf")  # nothing begins any more
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait({self._fetching})

    def _refresh(self) -> None:
        """Begin a fetch, unless one runs or there was one just now."""
        running = self._fetching is not None and not self._fetching.done()
        if not running and self._clock() - self._tried >= AGAIN_SECONDS:
            self._tried = self._clock()
            self._fetching = asyncio.create_task(self._fetch())

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                found = await self._found()
        except _FAILURES as error:
            log.warning("teams_keys", error=type(error).__name__)
            return
        self._keys, self._fetched = found, self._clock()

    async def _found(self) -> dict[str, Key]:
        timeout = aiohttp.ClientTimeout(total=self._seconds)
        async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as session:
            document = await _read(session, self._url)
            uri = msgspec.json.decode(document, type=_Metadata).jwks_uri
            if not uri.startswith("https://") and not self._both_here(uri):
                raise Unusable
            found = msgspec.json.decode(await _read(session, uri), type=_Jwks)
        if keys := dict(_usable(found)):
            return keys
        raise Unusable

    def _both_here(self, uri: str) -> bool:
        return on_this_machine(self._url) and on_this_machine(uri)


async def _read(session: aiohttp.ClientSession, url: str) -> bytes:
    """Return what is at an address, as far as it is there itself and not too much."""
    async with session.get(url, allow_redirects=False) as answer:
        if answer.status != HTTPStatus.OK:
            raise Unusable
        return await all_of(answer, MOST_BYTES)


def _usable(found: _Jwks) -> Iterator[tuple[str, Key]]:
    """Leave out what is no RSA key for signing; the others are not at fault."""
    for raw in found.keys:
        with suppress(ValueError, TypeError, jwt.InvalidKeyError):
            one = msgspec.json.decode(raw, type=_Jwk)
            public = RSAAlgorithm.from_jwk({"kty": one.kty, "n": one.n, "e": one.e})
            if not isinstance(public, RSAPublicKey) or public.key_size not in BITS:
                continue
            if one.kid and one.use == "sig":
                yield one.kid, Key(public, frozenset(one.endorsements))
