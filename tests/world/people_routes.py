"""The routes about people as an application without a socket."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI
from world.office import Somebody

from core.service.start import Core
from gateway import admin, approvals, handlers, keys, teams, users
from gateway.auth import check_policies

ROUTERS = (users, keys, teams, approvals, admin)


def application(core: Core) -> FastAPI:
    app = FastAPI(redirect_slashes=False)
    app.state.core = core
    for module in ROUTERS:
        app.include_router(module.router)
    handlers.install(app, core.settings)
    check_policies(app)
    return app


@asynccontextmanager
async def client_of(core: Core, address: str = "10.0.0.1") -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(core), client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


def bearer(who: Somebody | None) -> Mapping[str, str]:
    return {"authorization": f"Bearer {who.key}"} if who else {}
