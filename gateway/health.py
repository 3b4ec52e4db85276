"""Whether this process lives, and whether it can do its work. Public, so it says little."""

import asyncio

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from core.service.vitals import vitals
from core.views import VERSION, HealthView, PartView
from gateway.auth import Policy, core_of, declare
from gateway.reply import reply
from gateway.view_schemas import answers, flat, shows

router = APIRouter(tags=["health"], dependencies=[Depends(declare(Policy.PUBLIC))])
ALIVE = flat(status=str, version=str)
KEPT_SECONDS = 1.0
"""An answer is good for this long, so that nobody can keep the ledger busy by asking."""


@router.get("/health", summary="healthy, and the version", responses=answers(ALIVE))
@router.get("/health/live", summary="This process lives", responses=answers(ALIVE))
async def health() -> Response:
    return reply({"status": "healthy", "version": VERSION})


@router.get(
    "/health/ready",
    summary="Whether each part works; 503 if the database does not",
    responses=shows(HealthView) | shows(HealthView, 503),
)
async def ready(request: Request) -> Response:
    connectors: tuple[PartView, ...] = request.app.state.connectors()
    parts = (*await _kept(request), _catalog(request), *_calls(request), *connectors)
    good = all(part.ok for part in parts if part.required)
    view = HealthView("healthy" if good else "unhealthy", VERSION, parts)
    return reply(view, 200 if good else 503)


async def _kept(request: Request) -> tuple[PartView, ...]:
    """Return what was found in the last second, else ask once for everybody who waits."""
    state, loop = request.app.state, asyncio.get_running_loop()
    until, asked = getattr(state, "vitals", (0.0, None))
    if asked is None or loop.time() >= until:
        asked = asyncio.ensure_future(vitals(core_of(request)))
        state.vitals = (loop.time() + KEPT_SECONDS, asked)
    found: tuple[PartView, ...] = await asyncio.shield(asked)
    return found


def _calls(request: Request) -> tuple[PartView, ...]:
    """Say that this process takes no more calls, once a signal has asked it to end."""
    ending: bool = request.app.state.pumps.closing
    return (PartView("calls", ok=False, ms=0, detail="none are taken any more"),) if ending else ()


def _catalog(request: Request) -> PartView:
    count = len(request.app.state.catalog.models)
    return PartView("models", ok=count > 0, ms=0, detail=f"{count} can be called")
