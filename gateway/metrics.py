"""GET /metrics: what this process has counted, and what waits in the database, for Prometheus.

No label names a person, a team or a key. Calls only add to plain counters (core/views/tally.py);
they become metrics when somebody scrapes.
"""

import asyncio
import hmac
from dataclasses import dataclass

from fastapi import APIRouter, Depends
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.process_collector import ProcessCollector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from core.domain.errors import Code, Refusal
from core.service.vitals import waiting
from core.settings import Settings, SettingsError
from core.views.depths import Depths
from gateway.auth import Policy, core_of, credential, declare
from gateway.handlers import TEXTS
from gateway.intake import LOOPBACK, host_of
from gateway.metric_families import Collector, Gauges

router = APIRouter(tags=["health"], dependencies=[Depends(declare(Policy.METRICS))])
PASSED_ON = frozenset({"forwarded", "via", "x-real-ip"})
"""Headers of reverse proxies, beside x-forwarded-for and its like."""
KEPT_SECONDS = 1.0
"""What was read from the database is good for this long, however often somebody scrapes."""


@dataclass(slots=True)
class Kept:
    """The newest look at the database, and until when it is new enough."""

    asked: "asyncio.Future[Depths | None]"
    until: float


def check(settings: Settings) -> None:
    """Refuse to start with metrics that nobody could be served."""
    if settings.metrics and not (settings.on_loopback or settings.metrics_token):
        raise SettingsError(
            "TOKENPOOL_METRICS_TOKEN is needed for TOKENPOOL_METRICS when TOKENPOOL_HOST is not a"
            " loopback address; `openssl rand -hex 32` makes one."
        )


@router.get(
    "/metrics",
    summary="Counters and gauges for Prometheus; by token, or on loopback",
    response_class=PlainTextResponse,
)
async def metrics(request: Request) -> Response:
    core, state = core_of(request), request.app.state
    if not _may_read(request, core.settings):
        raise Refusal(Code.NOT_FOUND, TEXTS[Code.NOT_FOUND])
    gauges = Gauges(len(state.pumps), state.connectors(), await _waiting(request))
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collector(core.tally, gauges))
    ProcessCollector(registry=registry)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _may_read(request: Request, settings: Settings) -> bool:
    """Return whether this request has the token or, where there is none, is from this machine."""
    if settings.metrics is False:
        return False
    if settings.metrics_token is not None:
        given = credential(request.scope["headers"]).encode()
        return hmac.compare_digest(given, settings.metrics_token.get_secret_value().encode())
    # A reverse proxy on this machine brings strangers, who can say any Host; it tells of itself.
    passed_on = any(
        name in PASSED_ON or name.startswith("x-forwarded-") for name in request.headers
    )
    named = host_of(request.scope["headers"])
    return settings.on_loopback and named in LOOPBACK and not passed_on


async def _waiting(request: Request) -> Depths | None:
    """Ask the database at most once a second, together for everybody who waits."""
    state, loop = request.app.state, asyncio.get_running_loop()
    kept: Kept | None = getattr(state, "depths", None)
    if kept is None or loop.time() >= kept.until:
        asked = asyncio.ensure_future(waiting(core_of(request)))
        kept = state.depths = Kept(asked, loop.time() + KEPT_SECONDS)
    return await asyncio.shield(kept.asked)
