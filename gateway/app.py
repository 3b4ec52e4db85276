"""The gateway as one ASGI application: the door, the hot path, and the other routes."""

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.types import ASGIApp

from core.views import VERSION
from gateway import (
    admin,
    approvals,
    disputes,
    handlers,
    health,
    keys,
    leaderboard,
    metrics,
    model_rules,
    models,
    openapi,
    quota,
    teams,
    usage,
    users,
)
from gateway.auth import check_policies
from gateway.chat import Chat
from gateway.door import Door
from gateway.gate import Gate
from gateway.mounts import Mount, undeclared

ROUTERS = (
    users,
    quota,
    keys,
    teams,
    approvals,
    usage,
    disputes,
    leaderboard,
    models,
    model_rules,
    admin,
    health,
    metrics,
)


def create_app(gate: Gate, mounts: Sequence[Mount] = ()) -> ASGIApp:
    """Return the gateway and what is mounted beside it, behind one door.

    A route without a declared policy raises here.
    """
    settings = gate.core.settings
    metrics.check(settings)
    docs = settings.on_loopback if settings.docs is None else settings.docs
    app = FastAPI(
        title="TokenPool",
        version=VERSION,
        docs_url="/docs" if docs else None,
        redoc_url=None,
        openapi_url="/openapi.json" if docs else None,
        redirect_slashes=False,
    )
    app.state.core = gate.core
    app.state.catalog = gate.catalog
    app.state.offered = gate.offered
    app.state.pumps = gate.pumps
    app.state.connectors = gate.connectors
    for module in ROUTERS:  # as they are: `include_router` makes every route anew
        app.router.routes.extend(module.router.routes)
    handlers.install(app, settings, gate.core.tally)
    openapi.describe(app)
    check_policies(app, undeclared(mounts))
    hot = {("POST", "/v1/chat/completions"): Chat(gate)}
    beside = {prefix: mount.app for mount in mounts for prefix in mount.prefixes}
    door = Door(app, hot, settings, beside=beside)
    door.tally = gate.core.tally
    return door
