"""Applications of their own behind the same door: the chat platforms, handed in by `bots.app`.

The gateway knows nothing of them but their paths, and what each of their routes demands.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from gateway.auth import SAID, Policy


@dataclass(frozen=True, slots=True)
class Mount:
    """An application that answers everything below its prefixes, errors included.

    The endpoint of each of its routes names a policy in the attribute `__tokenpool_policy__`, and
    sees to it itself.
    """

    prefixes: tuple[str, ...]
    """First segments of paths, such as `/chat`."""
    app: ASGIApp
    routes: Sequence[BaseRoute]
    """All of its routes; plain ones, so that each can be held to its policy."""


def undeclared(mounts: Sequence[Mount]) -> list[str]:
    """Return the routes that name no policy, or behind which there may be others that do not."""
    return [_name(route) for mount in mounts for route in mount.routes if _policy(route) is None]


def _policy(route: BaseRoute) -> Policy | None:
    said = getattr(getattr(route, "endpoint", None), SAID, None)
    return Policy(said) if isinstance(route, Route) and said in list(Policy) else None


def _name(route: BaseRoute) -> str:
    methods = ", ".join(sorted(getattr(route, "methods", None) or ("any method",)))
    return f"{methods} {getattr(route, 'path', '?')}"
