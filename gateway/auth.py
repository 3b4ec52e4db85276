"""Who calls, and what each route demands of them. A route that demands nothing must say so.

Credentials: `Authorization: Bearer`, `x-api-key`, `x-goog-api-key` or `api-key`, exactly one.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from enum import StrEnum
from typing import Any

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.types import Scope

from core.calls import Caller
from core.domain.errors import Code, Refusal
from core.domain.members import TeamRole
from core.service import membership
from core.service.start import Core

HEADERS = (b"authorization", b"x-api-key", b"x-goog-api-key", b"api-key")
OF_FASTAPI = {"openapi", "swagger_ui_html", "swagger_ui_redirect", "redoc_html"}
"""FastAPI's own pages; `create_app` says whether they are served."""
SAID = "__tokenpool_policy__"


class Policy(StrEnum):
    """What a route demands."""

    PUBLIC = "public"
    BOOTSTRAP = "bootstrap"
    """The bootstrap token; checked by the use case itself."""
    METRICS = "metrics"
    """The metrics token, or somebody on this machine; checked by the route itself."""
    SESSION = "session"
    """A session cookie; checked by the mounted application itself."""
    MEMBER = "member"
    MANAGER = "manager"
    """Manages some team, or is an administrator; which team is the use case's question."""
    ADMIN = "admin"


BY_KEY = {Policy.MEMBER, Policy.MANAGER, Policy.ADMIN}
"""What an API key can satisfy."""

Dependency = Callable[[Request], Coroutine[Any, Any, Caller]]
Nothing = Callable[[], Coroutine[Any, Any, None]]


class PolicyMissing(Exception):
    """A route without a declared policy: TokenPool does not start."""


def require(policy: Policy) -> Dependency:
    """Return the FastAPI dependency that yields the caller, with rights as they are right now."""
    assert policy in BY_KEY, "use `declare`: there is no caller"

    async def caller(request: Request) -> Caller:
        known = await authenticate(core_of(request), request.scope, fresh=True)
        _admit(known, policy)
        return known

    setattr(caller, SAID, policy)
    return caller


def declare(policy: Policy) -> Nothing:
    """Return the FastAPI dependency of a route that takes no API key."""
    assert policy in {Policy.PUBLIC, Policy.BOOTSTRAP, Policy.METRICS}, (
        "use `require`: there is a caller"
    )

    async def nobody() -> None:
        return None

    setattr(nobody, SAID, policy)
    return nobody


def core_of(request: Request) -> Core:
    core: Core = request.app.state.core
    return core


async def authenticate(core: Core, scope: Scope, *, fresh: bool = False) -> Caller:
    """Return who sent this request; a Refusal if nobody valid did, or too many invalid keys came.

    From an address that failed too often, only keys that were valid here before are looked at.
    """
    address, at = client_address(scope), asyncio.get_running_loop().time()
    text = credential(scope["headers"])
    if core.guesses.too_many(address, at) and not membership.recognised(core, text):
        core.guesses.check(address, at)
    try:
        return await membership.identify(core, text, fresh=fresh)
    except Refusal as refusal:
        if refusal.code is Code.INVALID_API_KEY and text:
            core.guesses.failed(address, at)
        raise


def credential(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the one credential of a request, or an empty text if there is none."""
    found = [(name, value) for name, value in headers if name in HEADERS]
    if len(found) > 1:
        names = ", ".join(name.decode() for name in HEADERS)
        raise Refusal(Code.BAD_REQUEST, f"Send one credential, in one of: {names}.")
    if not found:
        return ""
    name, value = found[0]
    text = value.decode("latin-1").strip()
    if name != b"authorization":
        return text
    scheme, _, token = text.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def client_address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def check_policies(app: FastAPI, others: Iterable[str] = ()) -> None:
    """Raise PolicyMissing if a route says nothing of who may call it (F-87).

    `others` are such routes of mounted applications.
    """
    undeclared = [
        f"{', '.join(sorted(route.methods or ()))} {route.path}"
        for route in iter_route_contexts(app.routes)
        if route.name not in OF_FASTAPI and policy_of(getattr(route, "dependant", None)) is None
    ]
    undeclared += others
    if undeclared:
        raise PolicyMissing(
            "These routes declare no policy; give each a Depends(require(…)) or"
            f" Depends(declare(…)) of gateway.auth: {'; '.join(undeclared)}."
        )


def policy_of(dependant: Dependant | None) -> Policy | None:
    """Return the policy that a route's dependencies declare."""
    for dependency in dependant.dependencies if dependant else ():
        said = getattr(dependency.call, SAID, None) or policy_of(dependency)
        if isinstance(said, Policy):
            return said
    return None


def _admit(caller: Caller, policy: Policy) -> None:
    if caller.person.is_admin or policy is Policy.MEMBER:
        return
    if policy is Policy.ADMIN:
        raise Refusal(Code.PERMISSION_DENIED, "This needs the API key of an administrator.")
    if not any(seat.role is TeamRole.MANAGER for seat in caller.seats):
        raise Refusal(Code.PERMISSION_DENIED, "This needs the API key of a team's manager.")
