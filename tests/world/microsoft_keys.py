"""Microsoft's key host on loopback, and tokens that are signed with its keys or with others.

Tokens are put together by hand, apart from the library that reads them: some are such as no
library would sign. Shapes: learn.microsoft.com, "Authentication with the Bot Connector API".
"""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from world.microsoft_things import APP_ID

Json = dict[str, Any]
Sign = Callable[[bytes], bytes]
ISSUER = "https://api.botframework.com"
KID = "dY0mPQ1CGyQkCZGj_FkPmOyKoaA"
EVIL = "evil"
"""A key that the host never shows."""
HANG, GARBLED, REDIRECT, HUGE = "hang", "garbled", "redirect", "huge"
"""What a host may do instead of answering; or a status, such as 503."""


_made: dict[tuple[str, int], rsa.RSAPrivateKey] = {}


def private(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """Return the private key of this name; always the same, since making one takes long."""
    if (name, bits) not in _made:
        _made[name, bits] = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    return _made[name, bits]


def by_key(name: str) -> Sign:
    """Sign as RS256 does."""
    return lambda said: private(name).sign(said, padding.PKCS1v15(), hashes.SHA256())


def compact(head: object, claims: object, sign: Sign) -> str:
    """Put a token together, whatever it says."""
    said = f"{_part(_json(head))}.{_part(_json(claims))}"
    return f"{said}.{_part(sign(said.encode()))}"


def claims_of(service_url: str, **changes: object) -> Json:
    """Return what Teams says of an activity; a change to None leaves a claim out."""
    now = int(time.time())  # noqa: TID251 - a token is judged by the real time
    usual = {
        "serviceurl": service_url, "nbf": now - 60, "exp": now + 3600, "iss": ISSUER,
        "aud": APP_ID,
    }  # fmt: skip
    return {name: value for name, value in (usual | changes).items() if value is not None}


def bearer(service_url: str, **changes: object) -> str:
    """Return a token as Teams sends one, with some of its claims changed."""
    head = {"alg": "RS256", "kid": KID, "x5t": KID, "typ": "JWT"}
    return compact(head, claims_of(service_url, **changes), by_key(KID))


class KeyHost:
    """What it shows, and how often it was asked."""

    def __init__(self) -> None:
        self.base = ""
        self.fetches = 0
        self.reads = 0
        """Of the keys themselves, which come second."""
        self.fault = ""
        self.seconds = 0.0
        """How long it takes over an answer."""
        self.shown: list[Any] = []
        self.redirects = 0
        self.show(KID)

    @property
    def metadata_url(self) -> str:
        return f"{self.base}/v1/.well-known/openidconfiguration"

    def show(self, kid: str, *, endorsements: tuple[str, ...] = ("msteams",)) -> None:
        self.shown.append(jwk(kid) | {"endorsements": list(endorsements)})

    def hide(self, kid: str) -> None:
        self.shown = [one for one in self.shown if one["kid"] != kid]

    async def metadata(self, _request: web.Request) -> web.StreamResponse:
        self.fetches += 1
        said = {"issuer": ISSUER, "jwks_uri": f"{self.base}/v1/.well-known/keys"}
        return await self._answer(said)

    async def keys(self, _request: web.Request) -> web.StreamResponse:
        self.reads += 1
        return await self._answer({"keys": self.shown})

    async def elsewhere(self, _request: web.Request) -> web.StreamResponse:
        self.redirects += 1
        return web.json_response({"jwks_uri": f"{self.base}/v1/.well-known/keys"})

    async def _answer(self, said: Json) -> web.StreamResponse:
        await asyncio.sleep(3600 if self.fault == HANG else self.seconds)
        if self.fault == REDIRECT:
            raise web.HTTPFound("/elsewhere")
        if self.fault.isdigit():
            return web.Response(status=int(self.fault))
        if self.fault == GARBLED:
            return web.Response(body=b'{"keys": [', content_type="application/json")
        more = {"more": "x" * 2_000_000} if self.fault == HUGE else {}
        return web.json_response(said | more)


def jwk(kid: str, bits: int = 2048) -> Json:
    """Return a public key as a key host shows it."""
    numbers = private(kid, bits).public_key().public_numbers()
    n, e = _number(numbers.n), _number(numbers.e)
    return {"kty": "RSA", "use": "sig", "kid": kid, "x5t": kid, "n": n, "e": e}


@asynccontextmanager
async def key_hosting() -> AsyncIterator[KeyHost]:
    """Run a key host until the block ends."""
    host = KeyHost()
    app = web.Application()
    app.router.add_get("/v1/.well-known/openidconfiguration", host.metadata)
    app.router.add_get("/v1/.well-known/keys", host.keys)
    app.router.add_get("/elsewhere", host.elsewhere)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        host.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield host
    finally:
        await runner.cleanup()


def _json(said: object) -> bytes:
    return said if isinstance(said, bytes) else json.dumps(said).encode()


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _number(value: int) -> str:
    return _part(value.to_bytes((value.bit_length() + 7) // 8))
