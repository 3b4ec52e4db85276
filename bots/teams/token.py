"""Who may come in: what Teams has signed for this app, of a tenant that we serve.

The library's own check is not used: it fetches keys with a call that blocks, knows no tenants,
looks after the activity is read, and fails in a dozen ways. Rules: learn.microsoft.com,
"Authentication with the Bot Connector API".
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
from typing import Any, Protocol

import jwt
from starlette.requests import Request

from bots.teams.hosts import Hosts, on_this_machine
from bots.teams.keys import Key, Keys, UnknownKey

Json = dict[str, Any]
Claims = dict[str, Any]
ISSUER = "https://api.botframework.com"
CHANNEL = "msteams"
ALGORITHM = "RS256"
LEEWAY_SECONDS = 300
MOST_TOKEN = 8 * 1024
REQUIRED = ("exp", "nbf", "iss", "aud")
BENT = frozenset({"crit", "b64"})
"""What a header says that wants to be read in another way than all others."""
FORWARDED = frozenset(
    {b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip"}
)
EXPIRED, EARLY = "expired", "early"
OFF_TIME = frozenset({EXPIRED, EARLY})
KINDS: tuple[tuple[type[Exception], str], ...] = (
    (jwt.ExpiredSignatureError, EXPIRED),
    (jwt.ImmatureSignatureError, EARLY),
    (jwt.InvalidSignatureError, "signature"),
    (jwt.InvalidIssuerError, "issuer"),
    (jwt.InvalidAudienceError, "audience"),
    (jwt.MissingRequiredClaimError, "claims"),
)


class Refused(Exception):
    """Not let in; `kind` is for the log, and says nothing of what was sent."""

    def __init__(self, kind: str, status: int = HTTPStatus.UNAUTHORIZED) -> None:
        super().__init__(kind)
        self.kind = kind
        self.status = int(status)


class Check(Protocol):
    async def admit(self, request: Request, said: Json) -> None:
        """Refused if this activity may not come in by this request."""
        ...


class TokenCheck:
    """Demands a token, and looks at all of it."""

    def __init__(self, keys: Keys, app_id: str, tenants: frozenset[str], hosts: Hosts) -> None:
        if not app_id.strip() or not any(one.strip() for one in tenants):
            raise ValueError("Teams needs the id of its app and a tenant: without, all could come")
        self._keys = keys
        self._app_id = app_id
        self._tenants = tenants - {""}
        self._hosts = hosts

    async def admit(self, request: Request, said: Json) -> None:
        given = [value for name, value in request.scope["headers"] if name == b"authorization"]
        if len(given) != 1:
            raise Refused("bearer")
        await self(given[0].decode("latin-1"), said)

    async def __call__(self, header: str, said: Json) -> None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refused("bearer")
        if len(token) > MOST_TOKEN:  # nothing of this length is even decoded
            raise Refused("size")
        key = await self._key(token)
        self._meant(self._claims(token, key), key, said)
        if tenant_of(said) not in self._tenants:
            raise Refused("tenant", HTTPStatus.FORBIDDEN)

    async def _key(self, token: str) -> Key:
        with _refusing():
            head = jwt.get_unverified_header(token)
        kid = head.get("kid")
        if head.get("alg") != ALGORITHM or BENT & head.keys():
            raise Refused("algorithm")
        if not isinstance(kid, str) or not kid:
            raise Refused("key")
        try:
            return await self._keys.get(kid)
        except UnknownKey:
            raise Refused("key") from None

    def _claims(self, token: str, key: Key) -> Claims:
        with _refusing():
            return jwt.decode(
                token,
                key.public,
                algorithms=[ALGORITHM],
                audience=self._app_id,
                issuer=ISSUER,
                leeway=LEEWAY_SECONDS,
                options={"require": list(REQUIRED), "strict_aud": True},
            )

    def _meant(self, claims: Claims, key: Key, said: Json) -> None:
        """Refuse a good token that is for another service, or another channel, than is named."""
        url = said.get("serviceUrl")
        if not isinstance(url, str) or claims.get("serviceurl") != url:
            raise Refused("service")
        if not self._hosts.trusts(url):
            raise Refused("host")
        if said.get("channelId") != CHANNEL or CHANNEL not in key.endorsements:
            raise Refused("channel")


class Anonymous:
    """Demands no token, and so takes nothing but what comes from and goes to this machine.

    What a proxy or a tunnel has passed on comes from elsewhere, however near the proxy is.
    """

    async def admit(self, request: Request, said: Json) -> None:
        names = [name for name, _ in request.scope["headers"]]
        host, url = request.headers.get("host", ""), said.get("serviceUrl")
        near = request.client is not None and _loopback(request.client.host)
        if not near or FORWARDED & set(names) or not on_this_machine(f"http://{host}"):
            raise Refused("peer", HTTPStatus.FORBIDDEN)
        if not isinstance(url, str) or not on_this_machine(url):
            raise Refused("host", HTTPStatus.FORBIDDEN)


def tenant_of(said: Json) -> str:
    """Return whose tenant an activity is of; Teams names it in one of two places."""
    for part, *names in (("channelData", "tenant", "id"), ("conversation", "tenantId")):
        found = said.get(part)
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
        if isinstance(found, str) and found:
            return found
    return ""


@contextmanager
def _refusing() -> Iterator[None]:
    """Make one refusal of all the ways in which a token can be bad."""
    try:
        yield
    except jwt.PyJWTError as error:
        kind = next((kind for known, kind in KINDS if isinstance(error, known)), "token")
        raise Refused(kind) from None
    except (ValueError, TypeError, ArithmeticError, RecursionError):
        raise Refused("token") from None


def _loopback(peer: str) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
